/** Probability below which "it never went beyond the limit" is no coincidence. */
const accident = 0.01;
/** With fewer samples a maximum tells too little: if one moment in twenty is beyond the limit, ten samples are more likely to miss it than to see it. */
const fewestLooks = 20;
/** A sample is not instantaneous: it may count a request both at the peer that it just left and at the one that it just reached. */
const counting = 1;

/**
 * Did something hold the number of requests at the peers down to `limit`? Without a cap, independent requests with this mean would have gone beyond it in
 * some of the samples (Poisson). A maximum that never passes the limit, although the mean makes that likely, shows that no more are admitted at once.
 */
export function isCappedAt(limit: number, observed: { mean: number; max: number; samples: number }): boolean {
  const seen = limit + counting;
  if (observed.max > seen || observed.samples < fewestLooks) return false;
  return poissonCdf(seen, observed.mean) ** observed.samples < accident;
}

function poissonCdf(limit: number, mean: number): number {
  let [term, sum] = [Math.exp(-mean), 0];
  for (let count = 0; count <= limit; count += 1) {
    sum += term;
    term *= mean / (count + 1);
  }
  return Math.min(1, sum);
}
