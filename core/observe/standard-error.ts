/** Standard error of a mean count, from its samples: looks that are further apart than a request takes are nearly independent. Infinite for fewer than two. */
export function standardError(counts: readonly number[]): number {
  if (counts.length < 2) return Infinity;
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1);
  return Math.sqrt(variance / counts.length);
}
