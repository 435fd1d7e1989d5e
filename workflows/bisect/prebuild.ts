/** Builds ahead: while one commit is measured, the same machine builds the likely next ones with the CPU that is left over. */
import { CancellationScope } from '@temporalio/workflow';
import type { MeasureReason, Search, Seat } from '../../core/bisect/search-state.js';
import { buildingAhead } from './activity-options.js';
import { buildCount, type BisectState } from './state.js';

/** A shorter build is not worth an activity of its own. */
const worthwhileMs = 2_000;

/** Starts the builds; they end by themselves or with `endPrebuilds`. */
export function prebuild(
  state: BisectState,
  { search, commits }: { search: Search; commits: readonly string[] },
  seat: Seat,
  step: { commit: number; reason: MeasureReason },
  isPinned: boolean,
): void {
  if (search.cost.buildMs < worthwhileMs || step.reason === 'verify' || !isSearchLikely(state, search)) return;
  if ([...state.prebuilding.values()].some(({ host }) => host === seat.host)) return;
  const posterior = state.numerics.posteriorNow(search);
  if (posterior === null) return;
  const built = [...seat.built, step.commit];
  for (const index of state.numerics.commitsToPrebuild(search, posterior, { built }, step.reason !== 'bracket')) {
    const commit = commits[index];
    const isAffordable = buildCount(state) + state.prebuilding.size + 1 < (state.request.budgetBuilds ?? Infinity);
    if (commit !== undefined && isAffordable && !state.prebuilding.has(commit)) start(state, commit, seat.host, isPinned);
  }
}

/** Until the ends differ by what is worth a search, a build in the middle may be for nothing. */
function isSearchLikely({ numerics }: BisectState, search: Search): boolean {
  return (numerics.bracketOf(search)?.ratio ?? 1) >= search.minEffect;
}

function start(state: BisectState, commit: string, host: string, isPinned: boolean): void {
  const { bisectId, endpoint } = state.request;
  const scope = new CancellationScope();
  const summary = `build ${commit.slice(0, 12)} ahead`;
  const ended = scope
    .run(() => buildingAhead(isPinned ? host : null).buildCommit.executeWithOptions({ summary }, [{ bisectId, endpoint, commit }]))
    .then(
      (build) => void state.progress.prebuilt.push(build),
      // It was cancelled, or failed because of the machine: the measurement builds by itself.
      () => undefined,
    )
    .finally(() => void state.prebuilding.delete(commit));
  state.prebuilding.set(commit, {
    host,
    ended,
    cancel: () => {
      scope.cancel();
    },
  });
}

/** Cancels the running builds and waits until their processes are gone. */
export async function endPrebuilds(state: BisectState): Promise<void> {
  const going = [...state.prebuilding.values()];
  for (const { cancel } of going) cancel();
  await Promise.all(going.map(({ ended }) => ended));
}
