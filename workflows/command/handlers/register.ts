/** Handlers put what people ask for into the state at once, so that their answer is true; the loops see it and act. */
import { setHandler } from '@temporalio/workflow';
import type { CommandRun } from '../command-run.js';
import { commandStateQuery } from '../messages.js';
import { registerPeople } from './people.js';
import { registerRecord } from './record.js';
import { registerStanding } from './standing.js';
import { registerUpdates } from './updates.js';
import { registerFollowUp } from './follow-up.js';
import { registerTriages } from './triages.js';
import { registerMitigations } from './mitigations.js';

/** Before the first await, or an early update would be refused. */
export function registerHandlers(run: CommandRun): void {
  setHandler(commandStateQuery, () => run.state, { description: 'Everything the incident knows' });
  registerPeople(run);
  registerRecord(run);
  registerStanding(run);
  registerUpdates(run);
  registerTriages(run);
  registerMitigations(run);
  registerFollowUp(run);
}
