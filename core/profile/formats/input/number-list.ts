import { UnreadableInputError } from '../../../model/errors.js';

/** Eleven hours of samples at 1 ms; more would not fit into half a gigabyte. */
const maxNumbers = 40_000_000;

/** A growing column of numbers, 8 bytes each: samples come by the million. */
export interface NumberList {
  push(value: number): void;
  length(): number;
  values(): Float64Array;
}

export function createNumberList(what: string): NumberList {
  let values = new Float64Array(1024);
  let used = 0;
  return {
    push(value) {
      if (used === values.length) {
        if (used >= maxNumbers)
          throw new UnreadableInputError(`${what}: expected at most ${maxNumbers} samples, got more. Capture a shorter window.`);
        const larger = new Float64Array(used * 2);
        larger.set(values);
        values = larger;
      }
      values[used++] = value;
    },
    length: () => used,
    values: () => values.subarray(0, used),
  };
}
