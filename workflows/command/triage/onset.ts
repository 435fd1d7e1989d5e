import type { Onset } from '../../../core/command/changes/change.js';
import type { CommandRun } from '../command-run.js';

/** Clocks of machines that are kept right differ by less; a roll-out's first instance may come as late after its record. */
const clockDoubtMs = 2 * 60_000;
/** A change that is older has mostly shown its faults already. */
export const changeWindowMs = 60 * 60_000;

/** When it began, as far as it is known; what changes are judged against. */
export function onsetOf({ state }: Pick<CommandRun, 'state'>): Onset {
  const { declaredAt } = state.declaration;
  const onset = state.declaration.onset ?? state.measuredOnset ?? null;
  const uncertaintyMs = Math.max(clockDoubtMs, (onset?.uncertaintyS ?? 0) * 1_000);
  return { atMs: Date.parse(onset?.at ?? declaredAt), uncertaintyMs, services: state.affected, dependencies: [] };
}
