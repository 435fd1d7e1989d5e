import { UnreadableInputError } from '../model/errors.js';

/** Above this many distinct call-tree nodes the input is no profile that a person could read (and 1 GB would not hold it). */
const maxNodes = 12_000_000;

/** A growing call tree in typed columns: 32 bytes a node (40 where samples are not the weight), so that a file of millions of distinct stacks still fits. */
export interface CallTree {
  /** The child of `parent` for this frame, made when it is new. */
  child(parent: number, frame: number): number;
  add(node: number, weight: number, samples: number): void;
  columns(): TreeColumns;
}

export interface TreeColumns {
  parents: Int32Array;
  frameOf: Int32Array;
  self: Float64Array;
  /** Samples that ended in each node; the same column as `self` where every weight is a number of samples. */
  samples: Float64Array;
}

export function createCallTree(): CallTree {
  let parents = new Int32Array(1024).fill(-1, 0, 1);
  let frameOf = new Int32Array(1024).fill(-1, 0, 1);
  let self = new Float64Array(1024);
  let samples: Float64Array | null = null;
  /** Open addressing over (parent, frame); a slot holds a node id, 0 = free (the root is nobody's child). */
  let slots = new Int32Array(4096);
  let count = 1;

  const slotOf = (table: Int32Array, parent: number, frame: number): number => {
    let hash = Math.imul(parent, 0x9e3779b1) ^ Math.imul(frame + 1, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    const mask = table.length - 1;
    let slot = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const node = table[slot] ?? 0;
      if (node === 0 || (parents[node] === parent && frameOf[node] === frame)) return slot;
      slot = (slot + 1) & mask;
    }
  };

  const grow = (): void => {
    if (count >= maxNodes) {
      throw new UnreadableInputError(
        `profile: expected at most ${maxNodes} distinct call-tree nodes, this file has more. Cut stacks or addresses out of the names before folding.`,
      );
    }
    if (count === parents.length) {
      parents = enlarged(parents, new Int32Array(count * 2));
      frameOf = enlarged(frameOf, new Int32Array(count * 2));
      self = enlarged(self, new Float64Array(count * 2));
      if (samples !== null) samples = enlarged(samples, new Float64Array(count * 2));
    }
    if (count * 2 > slots.length) {
      const wider = new Int32Array(slots.length * 2);
      for (let node = 1; node < count; node++) wider[slotOf(wider, parents[node] ?? -1, frameOf[node] ?? -1)] = node;
      slots = wider;
    }
  };

  return {
    child(parent, frame) {
      const known = slots[slotOf(slots, parent, frame)] ?? 0;
      if (known !== 0) return known;
      grow();
      parents[count] = parent;
      frameOf[count] = frame;
      slots[slotOf(slots, parent, frame)] = count;
      return count++;
    },
    add(node, weight, counted) {
      if (samples === null && counted !== weight) samples = self.slice();
      self[node] = (self[node] ?? 0) + weight;
      if (samples !== null) samples[node] = (samples[node] ?? 0) + counted;
    },
    columns() {
      const own = self.subarray(0, count);
      return {
        parents: parents.subarray(0, count),
        frameOf: frameOf.subarray(0, count),
        self: own,
        samples: samples?.subarray(0, count) ?? own,
      };
    },
  };
}

/** Inclusive weights: parents come before children, so one pass from the end is enough. */
export function inclusiveTotals(parents: ArrayLike<number>, self: Float64Array): Float64Array {
  const totals = self.slice();
  for (let node = totals.length - 1; node > 0; node--) {
    const parent = parents[node] ?? 0;
    totals[parent] = (totals[parent] ?? 0) + (totals[node] ?? 0);
  }
  return totals;
}

function enlarged<T extends Int32Array | Float64Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
