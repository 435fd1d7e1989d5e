import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { fitted, fitToMachine } from '../../lab/cases/fit-to-machine.js';
import { hotFunction } from '../../lab/faults/code/hot-function.js';
import { redHerring } from '../../lab/faults/controls/red-herring.js';
import { sortSpill } from '../../lab/faults/database/sort-spill.js';
import { missingIndex } from '../../lab/faults/database/missing-index.js';

describe('what a machine needs to feel a fault', () => {
  it('is more requests than one core answers, and a budget beside what one takes', () => {
    const load = fitted(hotFunction.endpoint, 10).load;
    expect(load).toMatchObject({ executor: 'constant-arrival-rate', rate: 130 });
    expect(fitted(hotFunction.endpoint, 20).load).toMatchObject({ rate: 65 });
    expect(fitted(sortSpill.endpoint, 100)).toMatchObject({ budgets: { p95Ms: 105 }, load: sortSpill.endpoint.load });
    expect(fitted(missingIndex.endpoint, 50)).toEqual(missingIndex.endpoint);
  });

  it('is measured once for faults that share an endpoint, and not where a fault is slow by itself', async () => {
    const broken: string[] = [];
    const answersAfterMs = 25;
    const fit = await fitToMachine([missingIndex, hotFunction, redHerring], async ({ name }) => {
      broken.push(name);
      const server = createServer((_, response) => setTimeout(() => response.end(), answersAfterMs)).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      return { url, stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()) };
    });
    expect(broken).toEqual(['hot-function']);
    expect(fit[0]).toBe(missingIndex);
    expect(fit[1]?.endpoint).toEqual(fit[2]?.endpoint);
    const load = fit[1]?.endpoint.load;
    // One that answers after 25 ms or later completes 40 in a second at most.
    expect(load?.executor === 'constant-arrival-rate' ? load.rate : 0).toBeGreaterThan(0);
    expect(load?.executor === 'constant-arrival-rate' ? load.rate : 99).toBeLessThanOrEqual(1.3 * 40 + 1);
  });
});
