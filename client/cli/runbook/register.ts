import type { Command } from 'commander';
import { registerAnswers } from './answer.js';
import { registerLibrary } from './library.js';
import { registerRun } from './run.js';
import { registerWrite } from './write.js';

/** `perf-responder runbook …` */
export function registerRunbook(program: Command): void {
  const group = program.command('runbook').description('runs what is to be done step by step, with approvals, probes and rollback');
  for (const register of [registerRun, registerAnswers, registerLibrary, registerWrite]) register(group);
}
