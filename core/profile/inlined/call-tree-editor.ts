import type { V8Node, V8Profile } from '../formats/v8/v8-profile.js';

export type CallFrame = V8Node['callFrame'];

/** One function, wherever it is called. */
export function functionKey({ functionName, url, lineNumber, columnNumber }: CallFrame): string {
  return `${functionName}\u0000${url}\u0000${lineNumber}:${columnNumber}`;
}

/** A node below another one, and the call that it comes from. */
export interface Call {
  node: V8Node;
  /** Null where the way began. */
  from: Call | null;
}

/** The functions that were called one after the other, without the first. */
export function pathOf(call: Call): CallFrame[] {
  const path: CallFrame[] = [];
  for (let at = call; at.from !== null; at = at.from) path.push(at.node.callFrame);
  return path.reverse();
}

/** Of the samples of one node, so many belong to another. */
interface Move {
  nodeId: number;
  count: number;
}

/** A call tree of V8 in which samples can be moved down. The profile that it was made of stays as it is. */
export class CallTreeEditor {
  readonly #profile: V8Profile;
  readonly #nodes = new Map<number, V8Node>();
  readonly #children = new Map<number, number[]>();
  readonly #moves = new Map<number, Move[]>();
  #lastId = 0;

  constructor(profile: V8Profile) {
    this.#profile = profile;
    for (const node of profile.nodes) {
      this.#nodes.set(node.id, { ...node });
      this.#lastId = Math.max(this.#lastId, node.id);
      if (node.children !== undefined) this.#adopt(node.id, node.children);
      if (node.parent !== undefined) this.#adopt(node.parent, [node.id]);
    }
  }

  #adopt(parent: number, children: readonly number[]): void {
    this.#children.set(parent, [...new Set([...(this.#children.get(parent) ?? []), ...children])]);
  }

  #childrenOf(id: number): V8Node[] {
    return (this.#children.get(id) ?? []).flatMap((child) => this.#nodes.get(child) ?? []);
  }

  /** Every node below, without calls of the function itself: they are starts of their own. */
  *below(start: V8Node): Generator<Call> {
    const self = functionKey(start.callFrame);
    const seen = new Set([start.id]);
    const pending: Call[] = [{ node: start, from: null }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const node of this.#childrenOf(next.node.id)) {
        if (seen.has(node.id) || functionKey(node.callFrame) === self) continue;
        seen.add(node.id);
        const found = { node, from: next };
        yield found;
        pending.push(found);
      }
    }
  }

  /** The samples of a node on these lines become those of the function that these calls lead to. */
  moveTicks({ id }: V8Node, lines: ReadonlySet<number>, path: readonly CallFrame[]): void {
    const from = this.#nodes.get(id);
    const moved = (from?.positionTicks ?? []).filter(({ line }) => lines.has(line));
    const count = moved.reduce((sum, { ticks }) => sum + ticks, 0);
    if (from === undefined || count === 0) return;
    const to = path.reduce((node, callFrame) => this.#childOf(node, callFrame), from);
    from.hitCount = Math.max(0, (from.hitCount ?? 0) - count);
    from.positionTicks = (from.positionTicks ?? []).filter(({ line }) => !lines.has(line));
    to.hitCount = (to.hitCount ?? 0) + count;
    to.positionTicks = [...(to.positionTicks ?? []), ...moved];
    this.#moves.set(id, [...(this.#moves.get(id) ?? []), { nodeId: to.id, count }]);
  }

  #childOf(parent: V8Node, callFrame: CallFrame): V8Node {
    const key = functionKey(callFrame);
    const known = this.#childrenOf(parent.id).find((child) => functionKey(child.callFrame) === key);
    if (known !== undefined) return known;
    const made: V8Node = { id: ++this.#lastId, callFrame, hitCount: 0 };
    this.#nodes.set(made.id, made);
    this.#adopt(parent.id, [made.id]);
    return made;
  }

  /** The profile with all moves made. */
  edited(): V8Profile {
    if (this.#moves.size === 0) return this.#profile;
    const nodes = [...this.#nodes.values()].map(({ parent: _parent, ...node }) => ({
      ...node,
      children: this.#children.get(node.id) ?? [],
    }));
    return { ...this.#profile, nodes, samples: moveSamples(this.#profile.samples, this.#moves) };
  }
}

/** Which samples lay on which line is not recorded, so those of each kind are spread evenly over the samples of their node. */
function moveSamples(samples: ArrayLike<number>, moves: ReadonlyMap<number, readonly Move[]>): number[] {
  const counts = new Map<number, number>();
  for (let index = 0; index < samples.length; index++) {
    const id = samples[index] ?? 0;
    if (moves.has(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const spreads = new Map([...moves].map(([id, own]) => [id, spread(id, counts.get(id) ?? 0, own)]));
  return Array.from(samples, (id) => spreads.get(id)?.next().value ?? id);
}

/** Yields a node for each of `total` samples: always the one that is furthest behind its part. */
function* spread(id: number, total: number, moves: readonly Move[]): Generator<number, undefined> {
  const moved = moves.reduce((sum, { count }) => sum + count, 0);
  const parts = [{ nodeId: id, count: Math.max(0, total - moved) }, ...moves].map((part) => ({ ...part, given: 0 }));
  for (let place = 1; place <= total; place++) {
    const [next] = parts.map((part) => ({ part, behind: (part.count * place) / total - part.given })).sort((a, b) => b.behind - a.behind);
    if (next === undefined) return;
    next.part.given++;
    yield next.part.nodeId;
  }
}
