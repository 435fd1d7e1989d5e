import type { LoadResult } from '../../model/load-result.js';

type Failures = Pick<LoadResult, 'failedRatio' | 'errors' | 'requests'>;

/** From this ratio of failed requests the guard of a generated load stops it: of a hundred requests five may succeed by chance. */
const totalFailure = 0.95;
/** Answers of a host on which nobody listens, or of no host at all. */
const nobodyThere = ['connection refused', 'name not resolved'];

export function isOutage({ failedRatio }: Pick<LoadResult, 'failedRatio'>): boolean {
  return failedRatio >= totalFailure;
}

/** Nearly all requests that fail do so because nobody listens at the address. */
export function isNobodyThere({ errors, failedRatio, requests }: Failures): boolean {
  const unheard = nobodyThere.reduce((sum, answer) => sum + (errors[answer] ?? 0), 0);
  return unheard > 0 && unheard >= totalFailure * failedRatio * requests;
}
