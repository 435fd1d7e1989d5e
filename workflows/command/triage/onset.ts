import type { Onset } from '../../../core/command/changes/change.js';
import type { CommandRun } from '../command-run.js';

/** Synchronised clocks differ by less than this, and the first instance of a roll-out may start this long after its record. */
const clockDoubtMs = 2 * 60_000;
/** An older change has mostly shown its faults already. */
export const changeWindowMs = 60 * 60_000;

/** When the incident began, as far as it is known; changes are judged against this. */
export function onsetOf({ state }: Pick<CommandRun, 'state'>): Onset {
  const { declaredAt } = state.declaration;
  const onset = state.declaration.onset ?? state.measuredOnset ?? null;
  const uncertaintyMs = Math.max(clockDoubtMs, (onset?.uncertaintyS ?? 0) * 1_000);
  return { atMs: Date.parse(onset?.at ?? declaredAt), uncertaintyMs, services: state.affected, dependencies: [] };
}
