/** What the weights of a folded file look like together; the text names no unit. */
export interface WeightShape {
  stacks: number;
  total: number;
  isIntegral: boolean;
  divisor: number;
  smallest: number;
  /** Stacks of at most ten. */
  small: number;
}

export function emptyShape(): WeightShape {
  return { stacks: 0, total: 0, isIntegral: true, divisor: 0, smallest: Infinity, small: 0 };
}

const fewSamples = 10;

export function addWeight(weight: number, shape: WeightShape): void {
  shape.stacks++;
  shape.total += weight;
  if (weight < shape.smallest) shape.smallest = weight;
  if (weight <= fewSamples) shape.small++;
  if (!Number.isInteger(weight)) shape.isIntegral = false;
  if (shape.isIntegral && shape.divisor !== 1) shape.divisor = greatestDivisor(shape.divisor, weight);
}

function greatestDivisor(a: number, b: number): number {
  let [small, large] = [a, b];
  while (small !== 0) [small, large] = [large % small, small];
  return large;
}

/** Ten hours at 99 Hz on 14 cores. */
const mostSamples = 50_000_000;
/** A tail of rare stacks is what sampling leaves: with this many stacks some were met a few times only. */
const stacksWithTail = 10;
const leastTail = 0.05;
/** Ten seconds of one stack at 99 Hz, for every stack of the file in the mean. */
const mostPerStack = 1000;
/** Seventeen minutes at 99 Hz for every one of a few stacks: nobody samples one thing for so long. */
const mostPerFewStacks = 100_000;

/**
 * Fractions, a common period of a thousand and more (inferno writes nanoseconds), an impossible total, or many heavy stacks without a tail of rare
 * ones (microseconds of bcc, nanoseconds of `asprof --total`, bytes) cannot be counted samples: an interval from them would be absurdly narrow.
 */
export function areSampleCounts(shape: WeightShape): boolean {
  const { stacks, total, small } = shape;
  if (!shape.isIntegral || shape.divisor >= 1000 || total > mostSamples) return false;
  const hasNoTail = stacks >= stacksWithTail && small < leastTail * stacks && total / stacks > mostPerStack;
  const areFewAndHeavy = stacks < stacksWithTail && small === 0 && total / stacks > mostPerFewStacks;
  return !hasNoTail && !areFewAndHeavy;
}
