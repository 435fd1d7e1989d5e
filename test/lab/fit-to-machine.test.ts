import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { fitToMachine, withBudget, withRate } from '../../lab/cases/fit-to-machine.js';
import { measureUnderLoad } from '../../lab/cases/measure-endpoint.js';
import type { Fault } from '../../lab/fault.js';
import { hotFunction } from '../../lab/faults/code/hot-function.js';
import { redHerring } from '../../lab/faults/controls/red-herring.js';
import { sortSpill } from '../../lab/faults/database/sort-spill.js';
import { missingIndex } from '../../lab/faults/database/missing-index.js';
import { faults } from '../../lab/faults/registry.js';

async function startSlow(answersAfterMs: number): Promise<{ url: string; stop: () => Promise<unknown> }> {
  const server = createServer((_, response) => setTimeout(() => response.end(), answersAfterMs)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()) };
}

describe('what a machine needs to feel a fault', () => {
  it('is more requests than one core answers, and a budget beside what one takes', () => {
    const load = withRate(hotFunction.endpoint, 10).load;
    expect(load).toMatchObject({ executor: 'constant-arrival-rate', rate: 130 });
    expect(withRate(hotFunction.endpoint, 20).load).toMatchObject({ rate: 65 });
    expect(withBudget(sortSpill.endpoint, 64, 144)).toMatchObject({ budgets: { p95Ms: 96 }, load: sortSpill.endpoint.load });
    expect(withRate(missingIndex.endpoint, 50)).toEqual(missingIndex.endpoint);
  });

  it('is measured once for faults that share an endpoint, and not where a fault is slow by itself', async () => {
    const broken: string[] = [];
    const answersAfterMs = 25;
    const startShop = async ({ name }: Fault) => {
      const { url, stop } = await startSlow(answersAfterMs);
      return { url, stop, breakIt: () => Promise.resolve(void broken.push(name)) };
    };
    const fit = await fitToMachine([missingIndex, hotFunction, redHerring], faults, startShop);
    expect(broken).toEqual(['hot-function']);
    // A control that runs alone breaks nothing, so that it needs what its fault needs.
    await fitToMachine([redHerring], faults, startShop);
    expect(broken).toEqual(['hot-function', 'hot-function']);
    expect(fit[0]).toBe(missingIndex);
    expect(fit[1]?.endpoint).toEqual(fit[2]?.endpoint);
    const load = fit[1]?.endpoint.load;
    // One that answers after 25 ms or later completes 40 in a second at most.
    expect(load?.executor === 'constant-arrival-rate' ? load.rate : 0).toBeGreaterThan(0);
    expect(load?.executor === 'constant-arrival-rate' ? load.rate : 99).toBeLessThanOrEqual(1.3 * 40 + 1);
  });

  it('is a budget from what the load itself feels', async () => {
    const { url, stop } = await startSlow(25);
    const load = { executor: 'constant-arrival-rate', rate: 50, maxVus: 20 } as const;
    expect(await measureUnderLoad(url, { ...sortSpill.endpoint, load }, 400)).toBeGreaterThanOrEqual(24);
    await stop();
  });
});
