/** Reminds of updates: first communications before one is due, then it is overdue, then the commander. */
import { condition } from '@temporalio/workflow';
import { cadenceDeadlines, type CadenceStep } from '../../../core/command/cadence/update-cadence.js';
import { beginCadence } from '../../../core/command/incident/commands.js';
import { isOpen } from '../../../core/command/incident/incident-status.js';
import { holderOf } from '../../../core/command/incident/roles.js';
import { speaksOutside } from '../../../core/command/incident/publications.js';
import { describeFailure } from '../../kernel/describe-failure.js';
import { reading } from '../activity-options.js';
import { note, sleepUntil, type CommandRun } from '../command-run.js';
import { tellPerson } from '../deliver.js';
import { draftByItself, postInternal } from './publish.js';

const sentences: Readonly<Record<CadenceStep, string>> = {
  'remind-communications': 'an update is due soon',
  overdue: 'the update is overdue',
  'remind-commander': 'the update is still overdue',
};

async function remind(run: CommandRun, step: CadenceStep): Promise<void> {
  const { state } = run;
  const role = step === 'remind-commander' ? 'commander' : 'communications';
  const kind = step === 'overdue' ? 'update-overdue' : 'reminder';
  const event = note(run, { kind, text: sentences[step], data: { step, dueAt: new Date(state.updateDueAtMs).toISOString() } });
  if (step === 'remind-communications') await tellByItself(run);
  const person = holderOf(state.roles, role);
  if (step === 'overdue' || person === null) return;
  const at = new Date(Date.now()).toISOString();
  const { people } = await reading.resolveOnCall.executeWithOptions({ summary: `channels of ${person}` }, [{ notify: [person], at }]);
  for (const one of people)
    tellPerson(
      run,
      { ...one, deliveryId: `${state.declaration.incidentId}-${event.id}-${one.person}` },
      {
        event: 'update',
        text: { inline: `${sentences[step]}: incident update ${state.declaration.incidentId} "…"` },
        role,
      },
    );
}

/** Tells those inside what the record says; what may be said outside waits for an approval. */
async function tellByItself(run: CommandRun): Promise<void> {
  try {
    await postInternal(run, 'update', null);
  } catch (error) {
    note(run, { kind: 'communication', text: `no update from the templates: ${describeFailure(error)}`.slice(0, 200) });
  }
  if (speaksOutside(run.state)) await draftByItself(run, 'update');
}

export async function keepCadence(run: CommandRun): Promise<void> {
  const { state } = run;
  for (;;) {
    const isPending = (): boolean => isOpen(state.status) && state.remindersSent < cadenceDeadlines(0, 1).length;
    await condition(() => run.isLeaving || isPending());
    if (run.isLeaving) return;
    const deadline = cadenceDeadlines(state.updatePostedAtMs, state.updateDueAtMs)[state.remindersSent];
    if (deadline === undefined) continue;
    const seen = (): string => [state.updatePostedAtMs, state.updateDueAtMs, state.status].join(' ');
    if (!(await sleepUntil(run, deadline.atMs, seen, sentences[deadline.step]))) continue;
    state.remindersSent += 1;
    await remind(run, deadline.step);
    // The commander was told. From here on the update is due again, and the record speaks for itself as before any other update.
    if (deadline.step === 'remind-commander' && isOpen(state.status) && state.updateDueAtMs <= deadline.atMs)
      beginCadence(state, Date.now());
  }
}
