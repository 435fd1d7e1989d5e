import { describe, expect, it } from 'vitest';
import { loadInFlight } from '../../../core/diagnosis/account/in-flight.js';
import { captures } from './captures.js';

const { load } = captures();
const timingMs = { blocked: 0, connecting: 0, tls: 0, sending: 0, waiting: 1_000, receiving: 0 };

describe('requests of the load in flight', () => {
  it('are rate times latency when everything is answered', () => {
    expect(loadInFlight(load, 20)).toEqual({ inFlight: 20, inFlightMax: 20, meanMs: 400 });
  });

  it('hold those that failed late, whose latency is in no percentile', () => {
    expect(loadInFlight({ ...load, failedRatio: 0.2, timingMs }, 50)).toMatchObject({ inFlight: 50, meanMs: 1_000 });
  });

  it('lose nothing to failures that came back at once', () => {
    expect(loadInFlight({ ...load, failedRatio: 0.2, timingMs: { ...timingMs, waiting: 100 } }, 20)).toMatchObject({ inFlight: 20 });
  });

  describe('without an answer when the load ended', () => {
    const hanging = {
      ...load,
      requestRate: 2,
      latencyMs: { ...load.latencyMs, mean: 5 },
      errors: { 'unanswered when the load ended': 30 },
    };

    it('are as many as the sockets show, at most all', () => {
      expect(loadInFlight(hanging, 24.01)).toMatchObject({ inFlight: 24.01, inFlightMax: 30.01, meanMs: 12_005 });
      expect(loadInFlight(hanging, 90)).toMatchObject({ inFlight: 30.01 });
    });

    it('came evenly, as far as is known without sockets', () => {
      expect(loadInFlight(hanging, null)).toMatchObject({ inFlight: 15.01 });
    });

    it('cost at least the window when nothing was answered at all', () => {
      expect(loadInFlight({ ...hanging, requestRate: 0, durationMs: 20_000 }, 20)).toMatchObject({ inFlight: 20, meanMs: 20_000 });
    });
  });
});
