import type { HeldMessage } from '../../../core/command/incident/command-state.js';
import { severityTable } from '../../../core/command/severity/severity.js';
import { note, type CommandRun } from '../command-run.js';

/** Returns true when the page is kept until the quiet hours end at `until`; the record says so. SEV1 and SEV2 are never held back. */
export function holdsBack(run: CommandRun, until: string | null, message: Omit<HeldMessage, 'untilMs'>): boolean {
  const { state } = run;
  const untilMs = until === null ? 0 : Date.parse(until);
  if (severityTable[state.severity].isMajor || untilMs <= Date.now()) return false;
  state.held = [...state.held, { ...message, untilMs }];
  const end = new Date(untilMs).toISOString().slice(11, 16);
  const text = `${message.person} has quiet hours until ${end} UTC: ${message.text}`.slice(0, 200);
  note(run, { kind: message.page === null ? 'reminder' : 'page', text, data: { person: message.person, isHeld: true } });
  return true;
}
