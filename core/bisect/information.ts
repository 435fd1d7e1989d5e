/** Points of the trapezoid rule over the noise, in deviations: ±6 holds all but 2e-9 of it. */
const reach = 6;
const spacing = 0.1;

/**
 * What one run of a commit tells about its side, in bits (0…1): mutual information of the side, which is bad with probability `probability`,
 * and a value that is `effect` deviations higher on the bad side.
 */
export function information(probability: number, effect: number): number {
  if (probability <= 0 || probability >= 1) return 0;
  let bits = 0;
  for (let value = -reach; value <= effect + reach; value += spacing) {
    const good = density(value);
    const bad = density(value - effect);
    const either = (1 - probability) * good + probability * bad;
    bits += spacing * ((1 - probability) * surprise(good, either) + probability * surprise(bad, either));
  }
  return bits;
}

function surprise(density: number, either: number): number {
  return density > 0 && either > 0 ? density * Math.log2(density / either) : 0;
}

function density(value: number): number {
  return Math.exp((-value * value) / 2) / Math.sqrt(2 * Math.PI);
}
