/** Who may load, on a real Temporal server: the switch, the lease of a service over hosts, the load of a day. */
import { Worker } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readLoadOff, switchLoadOff, switchLoadOn } from '../../adapters/temporal/load-control.js';
import { RefusedError } from '../../core/model/errors.js';
import { createLoadPermission } from '../../worker/load/load-permission.js';
import { incidentsQueue } from '../../workflows/kernel/task-queues.js';
import { bundleWorkflows, startTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

let environment: TestWorkflowEnvironment;
let stop: () => Promise<void>;

beforeAll(async () => {
  const [started, workflowBundle] = await Promise.all([startTemporal(), bundleWorkflows()]);
  environment = started;
  const worker = await Worker.create({ connection: environment.nativeConnection, taskQueue: incidentsQueue, workflowBundle });
  const running = worker.run();
  stop = async () => {
    worker.shutdown();
    await running;
  };
}, 180_000);

afterAll(async () => {
  await stop();
  await environment.teardown();
}, 60_000);

afterEach(async () => {
  await switchLoadOn(environment.client, { reason: 'the test is over', by: 'ada' });
});

const never = new AbortController().signal;
const load = (service: string, holder: string, change: { plannedMs?: number; budgetMs?: number | null } = {}) => ({
  ...{ lease: { service, holder, plannedMs: 1_000, budgetMs: null, ...change }, signal: never, onWaiting: () => undefined },
});
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));

describe('the switch', { timeout: 60_000 }, () => {
  it('stops a load that runs within two seconds, on every host, and lets none begin until it is on again', async () => {
    const { client } = environment;
    const hosts = [createLoadPermission(client), createLoadPermission(client)];
    const state = { begun: 0, stopped: 0 };
    const work = (signal: AbortSignal): Promise<never> => {
      state.begun += 1;
      return untilAborted(signal);
    };
    const stop = (error: unknown): unknown => {
      state.stopped += 1;
      return error;
    };
    const running = hosts.map((may, index) => may(load(`switched-${index}`, 'a'), work).catch(stop));
    // A process of the responder's own, too: the bisector's loads obey.
    running.push(hosts[0]?.({ ...load('', ''), lease: null }, work).catch(stop) ?? expect.fail());
    await until(() => state.begun === 3);
    expect(state.stopped).toBe(0);
    expect(await switchLoadOff(client, incidentsQueue, { reason: 'black friday', by: 'ada' })).toMatchObject({
      reason: 'black friday',
      by: 'ada',
    });
    // Two seconds by a timer of this process, and an answer of the server: a busy machine holds up both as it holds up the looks.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await readLoadOff(client);
    expect(state.stopped).toBe(3);
    for (const error of await Promise.all(running)) {
      expect(error).toBeInstanceOf(RefusedError);
      expect(String(error)).toMatch(/switched off since .* by ada: black friday/);
    }
    await expect(hosts[1]?.(load('switched-2', 'b'), () => Promise.resolve('loaded'))).rejects.toThrow(/switched off/);
    expect(await switchLoadOff(client, incidentsQueue, { reason: 'another', by: 'bob' })).toMatchObject({ reason: 'black friday' });
    await switchLoadOn(client, { reason: 'over', by: 'ada' });
    expect(await readLoadOff(client)).toBeNull();
    expect(await hosts[1]?.(load('switched-2', 'b'), () => Promise.resolve('loaded'))).toBe('loaded');
  });
});

describe('a service', { timeout: 120_000 }, () => {
  it('is loaded by one host at a time, and by the next one as soon as that has ended', async () => {
    const [one, two] = [createLoadPermission(environment.client), createLoadPermission(environment.client)];
    const state = { now: 0, most: 0, waited: 0 };
    const work = async (): Promise<void> => {
      state.most = Math.max(state.most, (state.now += 1));
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      state.now -= 1;
    };
    const loads = [one, two, two].map((may, index) =>
      may({ ...load('leased', `host-${index}`), onWaiting: () => (state.waited += 1) }, work),
    );
    await Promise.all([...loads, one(load('another', 'host-1'), () => Promise.resolve())]);
    expect(state).toMatchObject({ now: 0, most: 1 });
    expect(state.waited).toBeGreaterThan(0);
  });

  it('is loaded for so many minutes in a day and no longer', async () => {
    const may = createLoadPermission(environment.client);
    const bounded = (plannedMs: number) => load('budgeted', 'host', { plannedMs, budgetMs: 4_000 });
    await expect(may(bounded(5_000), () => Promise.resolve())).rejects.toThrow(/load budget of budgeted: 0\.0 of 0\.1 minutes were used/);
    await may(bounded(2_500), () => new Promise<void>((resolve) => setTimeout(resolve, 2_000)));
    await expect
      .poll(
        () =>
          may(bounded(3_000), () => Promise.resolve()).then(
            () => 'loaded',
            (error: unknown) => String(error),
          ),
        { timeout: 60_000, interval: 500 },
      )
      .toMatch(/load budget of budgeted/);
  });

  it('is free again when the host that loaded it has died', async () => {
    const handle = await environment.client.workflow.start('loadLease', {
      ...{ workflowId: 'perf-load-of-orphaned', taskQueue: incidentsQueue, args: [{ service: 'orphaned', holder: 'dead', ttlMs: 2_000 }] },
    });
    expect(await handle.result()).toBe('expired');
    expect(await createLoadPermission(environment.client)(load('orphaned', 'alive'), () => Promise.resolve('loaded'))).toBe('loaded');
  });
});
