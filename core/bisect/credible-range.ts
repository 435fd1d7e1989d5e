/** Smallest run of neighbouring commits that holds at least `level` of the posterior: half-open, `from` is the last commit outside on the good side. */
export function credibleRange(byCommit: readonly number[], level = 0.95): { from: number; to: number; posterior: number } {
  let best = { from: 0, to: byCommit.length - 1, posterior: 1 };
  let [start, mass] = [1, 0];
  for (let end = 1; end < byCommit.length; end += 1) {
    mass += byCommit[end] ?? 0;
    while (start < end && mass - (byCommit[start] ?? 0) >= level) {
      mass -= byCommit[start] ?? 0;
      start += 1;
    }
    if (mass >= level && end - (start - 1) < best.to - best.from) best = { from: start - 1, to: end, posterior: mass };
  }
  return best;
}
