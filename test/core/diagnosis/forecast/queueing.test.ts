import { describe, expect, it } from 'vitest';
import { closedResponseMs, openResponseMs } from '../../../../core/diagnosis/forecast/queueing.js';

describe('an open load', () => {
  it('queues as M/M/1 does at one server: ten times the work at nine tenths', () => {
    expect(openResponseMs([{ demandMs: 10, servers: 1 }], 0, 90)).toBeCloseTo(100, 6);
  });

  it('waits less at several servers of the same work, and adds what does not queue', () => {
    // U = 0.9: 10/2 ÷ 0.1 + 10/2, and the delay.
    expect(openResponseMs([{ demandMs: 10, servers: 2 }], 3, 180)).toBeCloseTo(58, 6);
  });

  it('has no response time beyond saturation', () => {
    expect(openResponseMs([{ demandMs: 10, servers: 1 }], 0, 100)).toBeNull();
  });

  it('falls by more than its part near saturation: a fifth less work, less than a third of the time', () => {
    const [before, after] = [openResponseMs([{ demandMs: 10, servers: 1 }], 0, 90), openResponseMs([{ demandMs: 8, servers: 1 }], 0, 90)];
    expect((after ?? 0) / (before ?? 1)).toBeCloseTo(0.286, 3);
  });
});

describe('a closed load', () => {
  it('takes the work of one for one user, and that of all for users who take turns', () => {
    expect(closedResponseMs([{ demandMs: 10, servers: 1 }], 5, 1)).toBe(15);
    expect(closedResponseMs([{ demandMs: 10, servers: 1 }], 0, 8)).toBeCloseTo(80, 6);
  });

  it('agrees with mean-value analysis by hand: two stations of 2 and 1, three users', () => {
    // n = 1: 3 (queues 2/3, 1/3); n = 2: 10/3 + 4/3 = 14/3 (queues 10/7, 4/7); n = 3: 34/7 + 11/7 = 45/7.
    const stations = [
      { demandMs: 2, servers: 1 },
      { demandMs: 1, servers: 1 },
    ];
    expect(closedResponseMs(stations, 0, 3)).toBeCloseTo(45 / 7, 9);
  });
});
