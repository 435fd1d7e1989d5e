import { describe, expect, it } from 'vitest';
import type { AlertSummary } from '../../activities/contract.js';
import { createKnownAlerts, type WatchedIncidents } from '../../client/hook/known-alerts.js';

/** Temporal as the hook sees it: one open incident an endpoint, and how often it was asked for what. */
function temporal() {
  const state = {
    nowMs: 1_000_000,
    delivered: [] as AlertSummary[],
    looks: 0,
    open: 'one',
    endedAtMs: new Map<string, number>(),
    isDown: false,
    problem: null as string | null,
  };
  const incidents: WatchedIncidents = {
    startOrAttach: (_, alert) => {
      if (state.isDown) return Promise.reject(new Error('unavailable'));
      state.delivered.push(alert);
      const started = state.endedAtMs.has(state.open);
      if (started) state.open = 'two';
      return Promise.resolve({ incidentId: state.open, started });
    },
    recordResolved: (_, alert) => {
      state.delivered.push(alert);
      return Promise.resolve({ incidentId: state.open });
    },
    countStuck: () => Promise.resolve(0),
    countLost: () => Promise.resolve(0),
    stateOf: (incidentId) => {
      if (state.isDown) return Promise.reject(new Error('unavailable'));
      state.looks += 1;
      const endedAtMs = state.endedAtMs.get(incidentId);
      const problem = state.problem;
      return Promise.resolve({ endedAt: endedAtMs === undefined ? null : new Date(endedAtMs).toISOString(), problem });
    },
    describe: () => Promise.resolve(null),
    readReport: () => Promise.resolve(null),
    readArtifact: () => Promise.resolve(null),
    ping: () => Promise.resolve(),
  };
  return {
    state,
    known: createKnownAlerts(
      incidents,
      () => undefined,
      () => state.nowMs,
    ),
  };
}

const alert = (id: string, status: 'firing' | 'resolved' = 'firing'): AlertSummary => ({
  ...{
    source: 'alertmanager',
    id,
    status,
    title: id,
    startsAt: null,
    receivedAt: '',
    labels: {},
    severity: null,
    symptom: null,
    links: [],
  },
});

describe('alerts that Temporal has acknowledged', () => {
  it('are delivered once, however often they come while their incident is open', async () => {
    const { state, known } = temporal();
    // Fifty alerts, every five minutes for a week.
    for (let round = 0; round < 2_016; round++) {
      for (let each = 0; each < 50; each++)
        expect(await known.startOrAttach('shop/search', alert(`${each}`))).toMatchObject({ incidentId: 'one' });
      state.nowMs += 5 * 60_000;
    }
    expect(state.delivered).toHaveLength(50);
    expect(state.looks).toBeLessThanOrEqual(2_016);
  });

  it('are news again when their status changes, and when their incident has ended', async () => {
    const { state, known } = temporal();
    for (const status of ['firing', 'firing', 'resolved', 'resolved', 'firing'] as const)
      await (status === 'firing'
        ? known.startOrAttach('shop/search', alert('a'))
        : known.recordResolved('shop/search', alert('a', 'resolved')));
    expect(state.delivered.map(({ status }) => status)).toEqual(['firing', 'resolved', 'firing']);
    state.endedAtMs.set('one', state.nowMs);
    state.nowMs += 60_000;
    expect(await known.startOrAttach('shop/search', alert('a'))).toEqual({ incidentId: 'two', started: true });
  });

  it('are not lost when they came between the end of their incident and the look that told of it', async () => {
    const { state, known } = temporal();
    await known.startOrAttach('shop/search', alert('a'));
    state.nowMs += 500;
    state.endedAtMs.set('one', state.nowMs);
    state.nowMs += 500;
    expect(await known.startOrAttach('shop/search', alert('a'))).toMatchObject({ incidentId: 'one' });
    expect(state.delivered).toHaveLength(1);
    await known.look();
    expect(state.delivered).toHaveLength(2);
    expect(await known.startOrAttach('shop/search', alert('a'))).toMatchObject({ incidentId: 'two' });
  });

  it('tell that their incident does not progress for as long as it does not', async () => {
    const { state, known } = temporal();
    await known.startOrAttach('shop/search', alert('a'));
    state.problem = 'does not progress';
    state.nowMs += 4_000;
    for (let each = 0; each < 2; each += 1)
      expect(await known.startOrAttach('shop/search', alert('a'))).toEqual({
        incidentId: 'one',
        started: false,
        problem: 'does not progress',
      });
    state.problem = null;
    state.nowMs += 4_000;
    expect(await known.startOrAttach('shop/search', alert('a'))).toEqual({ incidentId: 'one', started: false });
  });

  it('are not answered from memory for longer than three seconds of an outage: the sender has to send again', async () => {
    const { state, known } = temporal();
    await known.startOrAttach('shop/search', alert('a'));
    state.isDown = true;
    state.nowMs += 4_000;
    await expect(known.startOrAttach('shop/search', alert('a'))).rejects.toThrow('unavailable');
  });
});
