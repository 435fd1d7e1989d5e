/** Reminds people of what was promised after an incident, action items and the postmortem, until it is done. */
import { condition } from '@temporalio/workflow';
import { markReminded, nextReminder, type Reminder } from '../../core/command/incident/follow-up.js';
import { holderOf } from '../../core/command/incident/roles.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { reading } from './activity-options.js';
import { note, sleepUntil, type CommandRun } from './command-run.js';
import { tellPerson } from './deliver.js';

/** Reminds the owner, or the commander when the catalog does not know the owner as a person: a team has no channel. */
async function remind(run: CommandRun, { text, owner, action }: Reminder): Promise<void> {
  const { state } = run;
  const commander = holderOf(state.roles, 'commander');
  const event = note(run, { kind: 'reminder', text, data: { action } });
  const at = new Date(Date.now()).toISOString();
  for (const wanted of [owner, commander]) {
    if (wanted === null) continue;
    try {
      const { people } = await reading.resolveOnCall.executeWithOptions({ summary: `channels of ${wanted}` }, [{ notify: [wanted], at }]);
      for (const one of people) {
        const deliveryId = `${state.declaration.incidentId}-${event.id}-${one.person}`;
        tellPerson(run, { ...one, deliveryId }, { event: action === null ? 'postmortem-due' : 'update', text: { inline: text } });
      }
      if (people.length > 0) return;
    } catch (error) {
      note(run, { kind: 'notify-failed', text: `no channel of ${wanted}: ${describeFailure(error)}`.slice(0, 200) });
    }
  }
}

export async function followUp(run: CommandRun): Promise<void> {
  for (;;) {
    const seen = (): string => JSON.stringify(nextReminder(run.state));
    await condition(() => run.isLeaving || nextReminder(run.state) !== null);
    const next = nextReminder(run.state);
    if (run.isLeaving || next === null) return;
    if (!(await sleepUntil(run, next.atMs, seen, next.text))) continue;
    markReminded(run.state, next);
    await remind(run, next);
  }
}
