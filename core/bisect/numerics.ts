/**
 * What a search decides with, by version: a search ends with the numbers with which it began, also on a build that has newer ones, or its history would not
 * replay. Whoever changes a result of these functions keeps the old ones under their version and adds the next; `numerics.test.ts` notices.
 */
import { bracketOf } from './bracket.js';
import { credibleRange } from './credible-range.js';
import { commitsToPrebuild } from './next-commit.js';
import { nextSearchStep, posteriorNow } from './search.js';

export interface Numerics {
  nextSearchStep: typeof nextSearchStep;
  posteriorNow: typeof posteriorNow;
  bracketOf: typeof bracketOf;
  credibleRange: typeof credibleRange;
  commitsToPrebuild: typeof commitsToPrebuild;
}

const versions: Readonly<Record<number, Numerics>> = {
  1: { nextSearchStep, posteriorNow, bracketOf, credibleRange, commitsToPrebuild },
};

/** What searches that begin now are told to use. */
export const newestNumerics = 1;

/** Of histories that were written before there was a choice. */
export const firstNumerics = 1;

/** Null: this build does not know the version. */
export function numericsOf(version: number): Numerics | null {
  return versions[version] ?? null;
}
