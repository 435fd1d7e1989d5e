import { describe, expect, it } from 'vitest';
import type { SessionSample } from '../../../core/database/activity.js';
import { countIdle } from '../../../core/database/idle-sessions.js';

function session(pid: number, state: string, stateAgeMs: number): SessionSample {
  const unknown = { backendType: 'client backend', waitEventType: null, waitEvent: null, queryId: null, query: '', transactionAgeMs: null };
  return { pid, state, stateAgeMs, applicationName: null, clientAddress: null, clientPort: null, ...unknown };
}

describe('sessions that have been idle for long', () => {
  it('have run nothing for a third of the window, idle or in a transaction', () => {
    const middle = [session(1, 'idle', 11_000), session(2, 'active', 11_000), session(3, 'idle', 9_000)];
    const end = [
      session(1, 'idle', 26_000),
      session(2, 'idle in transaction (aborted)', 12_000),
      session(3, 'idle', 34_000),
      session(4, 'idle', 40),
    ];
    expect(countIdle([[], middle, end], 30_000)).toEqual({
      sessionsEnd: 4,
      idleMid: 1,
      idleEnd: 2,
      pausedEnd: 2,
      pausedEndUsedBefore: 1,
      inTransactionEnd: 1,
    });
  });

  it('have been idle for five seconds in a short window, too', () => {
    expect(countIdle([[session(1, 'idle', 4_900), session(2, 'idle', 5_100)]], 9_000)).toMatchObject({ idleEnd: 1 });
  });

  it('pause when they are idle for two seconds, which no connection is that requests wait for', () => {
    const end = [session(1, 'idle', 2_100), session(2, 'idle', 1_900), session(3, 'active', 2_100), session(4, 'idle', 31_000)];
    expect(countIdle([end], 30_000)).toMatchObject({ idleEnd: 1, pausedEnd: 2, pausedEndUsedBefore: 1 });
  });

  it('are none where nothing was seen', () => {
    expect(countIdle([], 30_000)).toEqual({
      sessionsEnd: 0,
      idleMid: 0,
      idleEnd: 0,
      pausedEnd: 0,
      pausedEndUsedBefore: 0,
      inTransactionEnd: 0,
    });
  });
});
