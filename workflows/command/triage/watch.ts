/** Monitoring ends by itself when the symptom has stayed away for as long as the catalog says. Whoever sees the symptom again sets the incident back. */
import { condition } from '@temporalio/workflow';
import { setStatus } from '../../../core/command/incident/commands.js';
import { sleepUntil, type CommandRun } from '../command-run.js';
import { broadcast } from '../deliver.js';

export async function watchSymptom(run: CommandRun): Promise<void> {
  const { state } = run;
  for (;;) {
    await condition(() => run.isLeaving || state.status === 'monitoring');
    if (run.isLeaving) return;
    const seen = (): string => `${state.status} ${state.statusSinceMs}`;
    if (!(await sleepUntil(run, state.statusSinceMs + state.policy.watchMs, seen, 'resolved unless the symptom comes back'))) continue;
    const seconds = Math.round(state.policy.watchMs / 1000);
    const event = setStatus(state, { to: 'resolved', reason: `the symptom stayed away for ${seconds} s`, by: null }, Date.now());
    broadcast(run, event.id, { event: 'resolved', text: event.text });
    run.publish();
  }
}
