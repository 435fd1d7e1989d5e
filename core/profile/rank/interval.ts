/** Standard normal quantile of a two-sided 95 % interval. */
const z = 1.959964;

/**
 * Wilson's 95 % score interval of a share seen in `samples` samples; it stays inside [0, 1] and is honest at 0 and 1. Without a number
 * of samples nothing is known: [0, 1].
 */
export function shareInterval(share: number, samples: number | null): [number, number] {
  if (samples === null || samples <= 0) return [0, 1];
  const spread = (z * z) / samples;
  const center = (share + spread / 2) / (1 + spread);
  const half = (z * Math.sqrt((share * (1 - share)) / samples + spread / (4 * samples))) / (1 + spread);
  return [Math.max(0, Math.min(share, center - half)), Math.min(1, Math.max(share, center + half))];
}
