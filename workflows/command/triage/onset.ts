import type { Onset } from '../../../core/command/changes/change.js';
import { clockDoubtMs } from '../../../core/command/changes/change-window.js';
import type { CommandRun } from '../command-run.js';

/** When the incident began, as far as it is known; changes are judged against this. */
export function onsetOf({ state }: Pick<CommandRun, 'state'>): Onset {
  const { declaredAt } = state.declaration;
  const onset = state.declaration.onset ?? state.measuredOnset ?? null;
  const uncertaintyMs = Math.max(clockDoubtMs, (onset?.uncertaintyS ?? 0) * 1_000);
  return { atMs: Date.parse(onset?.at ?? declaredAt), uncertaintyMs, services: state.affected, dependencies: [] };
}
