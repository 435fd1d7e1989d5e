/** `1.25`, `0.42`, `0.0017`: two digits that say something, however small the ratio. */
export function describeRatio(ratio: number): string {
  return ratio >= 0.1 ? ratio.toFixed(2) : String(Number(ratio.toPrecision(2)));
}
