/** Standard normal distribution: W. J. Cody's rational approximations are more than we need; Abramowitz & Stegun 26.2.17 gives 7.5e-8. */
export function normalCdf(z: number): number {
  if (z < 0) return 1 - normalCdf(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - Math.exp((-z * z) / 2) * 0.3989422804014327 * poly;
}

/** log Φ(z), with the asymptotic tail where Φ itself underflows. */
export function logNormalCdf(z: number): number {
  if (z > -5) return Math.log(Math.max(normalCdf(z), 1e-300));
  return (-z * z) / 2 - Math.log(-z) - 0.9189385332046727 + Math.log1p(-1 / (z * z));
}
