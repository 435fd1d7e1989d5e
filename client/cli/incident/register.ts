import type { Command } from 'commander';
import { registerActions } from './actions.js';
import { registerDeclare } from './declare.js';
import { registerDocuments } from './documents.js';
import { registerLook } from './look.js';
import { registerMitigate } from './mitigate.js';
import { registerPeople } from './people.js';
import { registerPostmortem } from './postmortem.js';
import { registerRca } from './rca.js';
import { registerSay } from './say.js';

/** `perf-responder incident …` */
export function registerIncident(program: Command): void {
  const group = program.command('incident').description('what people are called for: declare, follow, decide, end');
  for (const register of [
    registerDeclare,
    registerLook,
    registerPeople,
    registerSay,
    registerMitigate,
    registerRca,
    registerPostmortem,
    registerDocuments,
    registerActions,
  ])
    register(group);
}
