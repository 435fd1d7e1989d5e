import type { BlockingSession, BlockingTree } from '../model/database.js';

/** One session of one sample that waits for a lock or holds one that others wait for. */
export interface LockSample {
  session: Omit<BlockingSession, 'level'>;
  /** Pids that stand in its way; empty for a root. 0 is a prepared transaction. */
  blockedBy: number[];
}

/**
 * Blocking trees over the samples of a window, the one that blocked most first. A root is who blocks others and waits for nobody; trees
 * with the same root pid are one, told as in the sample where it blocked most (then: where it stood longest in its state). The trees are
 * looked at less often than the sessions are counted, so the mean number of waiters over all counts is split by the trees' shares.
 */
export function blockingTrees(samples: LockSample[][], meanWaiters: number): BlockingTree[] {
  const merged = new Map<number, Merged>();
  for (const sample of samples) {
    for (const { root, waiters } of treesOf(sample)) {
      const known = merged.get(root.pid) ?? { best: { root, waiters }, blocked: 0, seen: 0, idleSeen: 0 };
      if (outweighs({ root, waiters }, known.best)) known.best = { root, waiters };
      known.blocked += waiters.length;
      known.seen += 1;
      if (root.state?.startsWith('idle in transaction') === true) known.idleSeen += 1;
      merged.set(root.pid, known);
    }
  }
  const allBlocked = [...merged.values()].reduce((sum, { blocked }) => sum + blocked, 0);
  return [...merged.values()]
    .map(({ best, blocked, seen, idleSeen }) => ({
      root: best.root,
      waiters: best.waiters,
      blockedMean: allBlocked > 0 ? (meanWaiters * blocked) / allBlocked : 0,
      blockedMax: best.waiters.length,
      ticksSeen: seen,
      rootIdleShare: idleSeen / seen,
    }))
    .sort((a, b) => b.blockedMean - a.blockedMean || a.root.pid - b.root.pid);
}

interface Tree {
  root: BlockingSession;
  waiters: BlockingSession[];
}

interface Merged {
  best: Tree;
  blocked: number;
  seen: number;
  idleSeen: number;
}

function outweighs(a: Tree, b: Tree): boolean {
  if (a.waiters.length !== b.waiters.length) return a.waiters.length > b.waiters.length;
  return (a.root.stateAgeMs ?? 0) > (b.root.stateAgeMs ?? 0);
}

function treesOf(sample: LockSample[]): Tree[] {
  const byPid = new Map(sample.map((entry) => [entry.session.pid, entry.session]));
  const waiting = new Set(sample.filter((entry) => entry.blockedBy.length > 0).map((entry) => entry.session.pid));
  const blockers = new Set(sample.flatMap((entry) => entry.blockedBy));
  // A circle of waiters has no root; the server resolves it as a deadlock within a second.
  const roots = [...blockers].filter((pid) => !waiting.has(pid)).sort((a, b) => a - b);
  return roots.map((pid) => ({ root: { ...(byPid.get(pid) ?? unknownSession(pid)), level: 0 }, waiters: waitersBehind(pid, sample) }));
}

/** Breadth first, so that each waiter stands at its shortest distance from the root. */
function waitersBehind(root: number, sample: LockSample[]): BlockingSession[] {
  const seen = new Set([root]);
  const found: BlockingSession[] = [];
  let frontier = [root];
  for (let level = 1; frontier.length > 0; level++) {
    const next = sample
      .filter(({ session, blockedBy }) => !seen.has(session.pid) && blockedBy.some((pid) => frontier.includes(pid)))
      .map(({ session }) => ({ ...session, level }));
    for (const session of next) seen.add(session.pid);
    found.push(...next);
    frontier = next.map((session) => session.pid);
  }
  return found;
}

/** Pid 0 is a prepared transaction; another unknown pid ended between two looks. */
function unknownSession(pid: number): LockSample['session'] {
  return {
    pid,
    state: pid === 0 ? 'prepared transaction' : null,
    wait: null,
    query: '',
    applicationName: null,
    transactionAgeMs: null,
    stateAgeMs: null,
    waitingFor: null,
    relation: null,
    lockMode: null,
    backendType: null,
  };
}
