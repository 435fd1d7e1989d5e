/** Tells management by elapsed time and severity. It continues after an acknowledgement and ends with the incident. */
import { condition } from '@temporalio/workflow';
import { isOpen } from '../../../core/command/incident/incident-status.js';
import { managementDue, type ManagementLevel } from '../../../core/command/ladder/management-ladder.js';
import { reading } from '../activity-options.js';
import { note, sleepUntil, type CommandRun } from '../command-run.js';
import { tellPerson } from '../deliver.js';

async function tellLevel(run: CommandRun, level: ManagementLevel): Promise<void> {
  const { state } = run;
  const at = new Date(Date.now()).toISOString();
  const summary = `who is ${level.level}?`;
  const { people, reason } = await reading.resolveOnCall.executeWithOptions({ summary }, [{ notify: level.notify, at }]);
  if (!isOpen(state.status)) return;
  const names = people.map(({ person }) => person).join(', ');
  const text = people.length === 0 ? `${level.level} has nobody to tell: ${reason}` : `${level.level} (${level.role}) told: ${names}`;
  const event = note(run, { kind: 'management', text, data: { level: level.level } });
  // A level without people counts as told, because there is nobody to come back to.
  const told = people.length === 0 ? [{ person: '' }] : people;
  state.told = [...state.told, ...told.map(({ person }) => ({ level: level.level, role: level.role, person, sentAt: event.at }))];
  for (const { person, channels, quietUntil = null } of people)
    tellPerson(
      run,
      { person, channels, quietUntil, deliveryId: `${state.declaration.incidentId}-${event.id}-${person}` },
      {
        event: 'management',
        text: { inline: `${state.severity}, ${state.status}: you are told as ${level.role} (${level.level})` },
        level: level.level,
        role: level.role,
      },
    );
}

export async function manage(run: CommandRun): Promise<void> {
  const { state } = run;
  for (;;) {
    await condition(() => run.isLeaving || isOpen(state.status));
    if (run.isLeaving) return;
    const situation = {
      declaredAtMs: Date.parse(state.declaration.declaredAt),
      severity: state.severity,
      told: state.told.map((one) => one.level),
      forcedTo: state.forcedTo,
    };
    const { now, next } = managementDue(state.policy.management, situation, Date.now());
    for (const level of now) await tellLevel(run, level);
    if (now.length > 0) continue;
    const seen = (): string => [state.severity, state.forcedTo, state.status, state.told.length].join(' ');
    const before = seen();
    if (next !== null) await sleepUntil(run, next.atMs, seen, `tells ${next.level.level} (${next.level.role})`);
    else await condition(() => run.isLeaving || seen() !== before);
  }
}
