/** Quiet hours: pages below SEV2 wait for their end and come as one message. A worse severity ends the waiting. */
import { condition } from '@temporalio/workflow';
import { isOpen } from '../../../core/command/incident/incident-status.js';
import type { HeldMessage } from '../../../core/command/incident/command-state.js';
import { severityTable } from '../../../core/command/severity/severity.js';
import { note, sleepUntil, type CommandRun } from '../command-run.js';
import { page, tellPerson } from '../deliver.js';

function isDue(run: CommandRun, { untilMs }: HeldMessage): boolean {
  return untilMs <= Date.now() || severityTable[run.state.severity].isMajor;
}

/** One message per person. It is a page again if one of the messages still needs an answer. */
function release(run: CommandRun, person: string, messages: readonly HeldMessage[]): void {
  const { state } = run;
  const [first] = messages;
  if (first === undefined) return;
  const isWaiting = isOpen(state.status) && state.paging.state !== 'acknowledged';
  const pages = isWaiting ? messages.flatMap((one) => (one.page === null ? [] : [one.page])) : [];
  const said = messages.map(({ at, text }) => `${at.slice(11, 16)} UTC: ${text}`).join(' ');
  const text = `In your quiet hours: ${said}`.slice(0, 200);
  const event = note(run, { kind: 'reminder', text: `${person} hears of ${messages.length} held message(s)`, data: { person } });
  const deliveryId = `${state.declaration.incidentId}-${event.id}-${person}`;
  const last = pages.at(-1);
  if (last === undefined)
    tellPerson(run, { person, channels: first.channels, deliveryId, quietUntil: null }, { event: 'update', text: { inline: text } });
  else page(run, { page: { ...last, sentAt: event.at }, channels: first.channels, deliveryId, text, quietUntil: null });
}

export async function keepQuiet(run: CommandRun): Promise<void> {
  const { state } = run;
  for (;;) {
    await condition(() => run.isLeaving || state.held.length > 0);
    if (run.isLeaving) return;
    const nextMs = Math.min(...state.held.map(({ untilMs }) => untilMs));
    const seen = (): string => `${state.held.length} ${state.severity}`;
    if (!state.held.some((one) => isDue(run, one)) && !(await sleepUntil(run, nextMs, seen, 'quiet hours end'))) continue;
    const due = state.held.filter((one) => isDue(run, one));
    state.held = state.held.filter((one) => !due.includes(one));
    for (const person of new Set(due.map((one) => one.person)))
      release(
        run,
        person,
        due.filter((one) => one.person === person),
      );
  }
}
