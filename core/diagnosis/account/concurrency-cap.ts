/** Chance below which "it never went beyond the limit" is no accident. */
const accident = 0.01;
/** With fewer looks a maximum tells too little: one moment in twenty beyond the limit is seen with less than an even chance in ten of them. */
const fewestLooks = 20;
/** A look is no instant: a request may be counted at the peer that it just left and at the one that it just reached. */
const counting = 1;

/**
 * Was the number of requests at the peers held down to `limit`? Without a cap, independent requests with this mean would have gone beyond it in some of
 * the samples (Poisson). So a maximum that never passes the limit, although the mean makes that likely, shows that something admits no more at once.
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
