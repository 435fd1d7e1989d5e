import { describe, expect, it } from 'vitest';
import { blockingTrees, type LockSample } from '../../../core/database/blocking.js';

function session(pid: number, blockedBy: number[], more: Partial<LockSample['session']> = {}): LockSample {
  const nothing = {
    wait: null,
    applicationName: null,
    transactionAgeMs: null,
    stateAgeMs: null,
    waitingFor: null,
    relation: null,
    lockMode: null,
    backendType: 'client backend',
  };
  return { blockedBy, session: { pid, state: 'active', query: '', ...nothing, ...more } };
}

describe('blocking trees', () => {
  it('merges a root over the samples and tells it as where it blocked most', () => {
    const idle = { state: 'idle in transaction' };
    const trees = blockingTrees(
      [
        [session(1, [], { ...idle, stateAgeMs: 100 }), session(2, [1])],
        [session(1, [], { ...idle, stateAgeMs: 1100 }), session(2, [1]), session(3, [2])],
        [],
      ],
      1.5,
    );
    expect(trees).toMatchObject([
      { root: { pid: 1, level: 0, stateAgeMs: 1100 }, blockedMax: 2, blockedMean: 1.5, ticksSeen: 2, rootIdleShare: 1 },
    ]);
    expect(trees[0]?.waiters.map((waiter) => [waiter.pid, waiter.level])).toEqual([
      [2, 1],
      [3, 2],
    ]);
  });

  it('splits the waiters between two roots', () => {
    const trees = blockingTrees([[session(1, []), session(2, [1]), session(3, [1]), session(4, [1]), session(8, []), session(9, [8])]], 8);
    expect(trees.map((tree) => [tree.root.pid, tree.blockedMean])).toEqual([
      [1, 6],
      [8, 2],
    ]);
  });

  it('has no root in a circle, which the server resolves itself', () => {
    expect(blockingTrees([[session(1, [2]), session(2, [1])]], 2)).toEqual([]);
  });

  it('names a prepared transaction, which has no session', () => {
    expect(blockingTrees([[session(5, [0])]], 1)[0]?.root).toMatchObject({ pid: 0, state: 'prepared transaction' });
  });
});
