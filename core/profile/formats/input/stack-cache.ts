/** Nodes of stacks that were placed before: one look-up a sample instead of one a frame. Bounded, and only an aid: what has no room is forgotten. */
export interface StackCache {
  /** The node of the first `depth` ids of `stack` under `root`; -1 = not known. */
  get(root: number, stack: Int32Array, depth: number): number;
  /** For the stack that `get` was last asked for. */
  set(root: number, stack: Int32Array, depth: number, node: number): void;
}

/** 16 MB of frame ids. */
const maxIds = 4 * 1024 * 1024;
const slotCount = 1 << 17;

export function createStackCache(): StackCache {
  let ids = new Int32Array(1 << 12);
  let used = 0;
  const starts = new Int32Array(slotCount);
  const depths = new Int32Array(slotCount);
  const roots = new Int32Array(slotCount);
  const nodes = new Int32Array(slotCount);
  let asked = 0;
  return {
    get(root, stack, depth) {
      let hash = root;
      for (let at = 0; at < depth; at++) {
        hash = Math.imul(hash ^ (stack[at] ?? 0), 0x9e3779b1);
        hash ^= hash >>> 15;
      }
      asked = (hash ^ (hash >>> 13)) & (slotCount - 1);
      const first = (starts[asked] ?? 0) - 1;
      if (first < 0 || depths[asked] !== depth || roots[asked] !== root) return -1;
      for (let at = 0; at < depth; at++) if (ids[first + at] !== stack[at]) return -1;
      return nodes[asked] ?? -1;
    },
    set(root, stack, depth, node) {
      if (depth > maxIds) return;
      if (used + depth > maxIds) {
        starts.fill(0);
        used = 0;
      }
      if (used + depth > ids.length) {
        const larger = new Int32Array(Math.max(ids.length * 2, used + depth));
        larger.set(ids);
        ids = larger;
      }
      ids.set(stack.subarray(0, depth), used);
      starts[asked] = used + 1;
      depths[asked] = depth;
      roots[asked] = root;
      nodes[asked] = node;
      used += depth;
    },
  };
}
