/** Searches inside merges: on the main line a merge is one commit, but somebody wrote the slow one on its branch. */
import { isCancellation } from '@temporalio/workflow';
import { describeFailure } from '../kernel/describe-failure.js';
import type { RangeAnswer } from './messages.js';

type Found = Extract<RangeAnswer, { kind: 'found' }>;
import { bisecting } from './activity-options.js';
import { searchRange } from './search.js';
import type { BisectState } from './state.js';

/** A step and its place: one commit (`to`), or a range that cannot be told apart. */
export interface Placed extends Pick<Found, 'from' | 'to' | 'posterior' | 'effect'> {
  isOne: boolean;
  /** The commit of the main line that merged it; null when it is on the main line itself. */
  mergedBy: string | null;
  reasons: string[];
}

/** Descends into merges inside merges as well, as deep as the search finds a step. */
export async function descend(state: BisectState, found: Found): Promise<Placed> {
  const { bisectId, endpoint, hints } = state.request;
  let placed: Placed = { ...place(found), mergedBy: null, reasons: tellApart(found) };
  for (;;) {
    if (!placed.isOne) return placed;
    const merge = placed.to;
    const question = { bisectId, endpoint, commit: merge, hints };
    const side = await expandMerge(question);
    if (typeof side === 'string') return { ...placed, reasons: [...placed.reasons, side] };
    if (side === null) return placed;
    const inside = await searchRange(state, `merge ${merge}`, side);
    if (inside.kind !== 'found') return { ...placed, reasons: [...placed.reasons, whyNotInside(merge, inside)] };
    placed = { ...place(inside), mergedBy: placed.mergedBy ?? merge, reasons: [...placed.reasons, ...tellApart(inside)] };
  }
}

type Side = Awaited<ReturnType<typeof bisecting.expandMerge>>;

/** If the merge cannot be opened, gives the reason: the merge itself is the answer then. */
async function expandMerge(question: Parameters<typeof bisecting.expandMerge>[0]): Promise<Side | string> {
  const merge = question.commit.slice(0, 12);
  try {
    return await bisecting.expandMerge.executeWithOptions({ summary: `is ${merge} a merge?` }, [question]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return `${merge} could not be looked into: ${describeFailure(error)}`;
  }
}

function place({ from, to, inside, posterior, effect }: Found): Pick<Placed, 'from' | 'to' | 'isOne' | 'posterior' | 'effect'> {
  return { from, to, isOne: inside === 1, posterior, effect };
}

function tellApart({ from, to, inside }: Found): string[] {
  return inside === 1
    ? []
    : [
        `the commits after ${from.slice(0, 12)} up to ${to.slice(0, 12)} cannot be told apart: those between them could not be built, started or judged`,
      ];
}

function whyNotInside(merge: string, inside: { kind: 'no-step' } | { kind: 'stopped'; why: string }): string {
  return inside.kind === 'no-step'
    ? `no commit of the side that ${merge.slice(0, 12)} merged is slow by itself: the two sides together are`
    : `the side that ${merge.slice(0, 12)} merged was not searched to the end: ${inside.why}`;
}
