import { afterEach, describe, expect, it } from 'vitest';
import { observeService, type ObserveServiceOptions } from '../../../adapters/kernel/observe-service.js';
import type { PeerObservation, ServiceObservation } from '../../../core/model/observation.js';
import { startClosedLoop } from '../../support/services/closed-loop.js';
import { startNodeProgram } from '../../support/services/node-program.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** So long that what a busy machine adds to a request is little beside it. */
const longMs = 2_000;
/** Until then every client's first request is where it stays. */
const settledMs = 1_500;
const sleeping = (milliseconds: number): string => `await new Promise((done) => setTimeout(done, ${milliseconds}))`;

async function serve(body: string, pool = 'Infinity'): Promise<{ pid: number; port: number; stop: () => Promise<void> }> {
  const program = await startNodeProgram(
    `const http = require('node:http'); const agent = new http.Agent({ keepAlive: true, maxSockets: ${pool} });
     const call = (port) => new Promise((done) => http.get({ host: '127.0.0.1', port, agent }, (r) => r.resume().on('end', done)).on('error', done));
     http.createServer(async (request, response) => { ${body}; response.end('ok'); }).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`,
  );
  stops.push(program.stop);
  return program;
}

async function load(port: number, clients = 8): Promise<() => Promise<void>> {
  const { stop } = await startClosedLoop({ port, path: '/', clients });
  stops.push(stop);
  return stop;
}

const observe = (port: number, more: Partial<ObserveServiceOptions> = {}): Promise<ServiceObservation> =>
  observeService({
    locator: { kind: 'port', port },
    servicePort: port,
    peerHints: [],
    delayMs: 500,
    durationMs: 2000,
    signal: new AbortController().signal,
    ...more,
  });

const peerOf = ({ wire }: ServiceObservation, port: number): PeerObservation | undefined =>
  wire?.peers.find(({ peer }) => peer === `127.0.0.1:${port}`);

describe('wire accounting of a real service under eight clients', () => {
  it('finds the requests at the slow peer', async () => {
    const [slow, fast] = [await serve(sleeping(longMs)), await serve(sleeping(2))];
    const service = await serve(`await call(${slow.port}); await call(${fast.port})`);
    await load(service.port);
    const peerHints = [{ peer: `127.0.0.1:${slow.port}`, label: 'slow', kind: 'service' as const }];
    const observed = await observe(service.port, { delayMs: settledMs, peerHints });
    expect(observed.wire?.peers[0]).toMatchObject({ peer: `127.0.0.1:${slow.port}`, label: 'slow', kind: 'service' });
    expect(peerOf(observed, slow.port)?.waiting).toBeGreaterThan(4);
    expect(peerOf(observed, fast.port)?.waiting).toBeLessThan(2.5);
    expect(observed.wire?.waitingInside).toBeLessThan(2.5);
    expect(observed.wire).toMatchObject({ multiplexed: false });
    expect(observed.process).toMatchObject({ runtime: 'node', pid: service.pid });
    expect(observed.missing).toEqual([]);
  });

  it('finds the pool of a slow peer full and the others waiting inside, although each connection is used again at once', async () => {
    const slow = await serve(sleeping(longMs / 2));
    const service = await serve(`await call(${slow.port})`, '3');
    await load(service.port);
    const observed = await observe(service.port, { delayMs: settledMs });
    expect(peerOf(observed, slow.port)?.waiting).toBeGreaterThan(2.2);
    expect(observed.wire?.inbound.served).toBeGreaterThan(6);
    expect(observed.wire?.waitingInside).toBeGreaterThan(3.5);
  });

  it('finds the requests unread in front of a loop that burns CPU', async () => {
    const service = await serve('const end = Date.now() + 15; while (Date.now() < end) {}');
    await load(service.port);
    const { wire, process: observed } = await observe(service.port);
    expect(wire?.inbound.unread).toBeGreaterThan(4);
    const main = observed?.threads.find(({ isMain }) => isMain);
    expect(((main?.cpuMs ?? 0) + (main?.runDelayMs ?? 0)) / (observed?.windowMs ?? 1)).toBeGreaterThan(0.6);
  });

  it('finds the requests inside when they wait for a timer', async () => {
    const service = await serve(sleeping(longMs));
    await load(service.port);
    const { wire } = await observe(service.port, { delayMs: settledMs });
    expect(wire?.waitingInside).toBeGreaterThan(5);
    expect(wire?.inbound.unread).toBeLessThan(2);
    expect(wire?.peers).toEqual([]);
  });

  it('counts connections that nobody uses as idle', async () => {
    const fast = await serve(sleeping(1));
    const service = await serve(`await call(${fast.port})`);
    const { stop } = await startNodeProgram(
      `const { Agent, get } = require('node:http'); const agent = new Agent({ keepAlive: true });
       for (let index = 0; index < 4; index += 1) get({ host: '127.0.0.1', port: ${service.port}, agent }, (r) => r.resume());
       setTimeout(() => process.exit(), 20_000); console.log(1);`,
    );
    stops.push(stop);
    const observed = await observe(service.port, { durationMs: 1500 });
    expect(observed.wire?.inbound.connections).toBeGreaterThan(3);
    expect(observed.wire?.inbound.served).toBeLessThan(1);
    expect(peerOf(observed, fast.port)?.waiting).toBeLessThan(1);
  });

  it('counts connections that a blocked loop does not accept', async () => {
    const service = await startNodeProgram(
      `require('node:http').createServer().listen(0, '127.0.0.1', function () {
         console.log(this.address().port);
         setTimeout(() => { const end = Date.now() + 20_000; while (Date.now() < end) {} }, 50);
       });`,
    );
    stops.push(service.stop);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await load(service.port, 5);
    const { wire } = await observe(service.port, { delayMs: 1000 });
    expect(wire?.inbound).toMatchObject({ acceptQueueMax: 5, unread: 0, served: 0 });
    expect(wire?.inbound.acceptQueue).toBeGreaterThan(2);
  });
});

describe('what cannot be observed is a row with its remedy', () => {
  it('nothing listens on the port', async () => {
    const { missing } = await observe(1, { delayMs: 0, durationMs: 100 });
    expect(missing[0]?.why).toContain('listening on port 1');
    expect(missing[0]?.remedy).toContain('catalog');
  });

  it('the process ends inside the window: its numbers of the time before are kept', async () => {
    const service = await serve('');
    let looks = 0;
    const onProgress = (): void => {
      looks += 1;
      if (looks === 12) void service.stop();
    };
    const observed = await observe(service.port, { delayMs: 0, durationMs: 25_000, onProgress });
    expect(observed.missing).toMatchObject([{ id: 'process-ended' }]);
    expect(observed.process?.pid).toBe(service.pid);
  });

  it('ss is not installed: queues are still seen', async () => {
    const service = await serve('const end = Date.now() + 15; while (Date.now() < end) {}');
    await load(service.port);
    const path = process.env['PATH'];
    process.env['PATH'] = '/nonexistent';
    const observed = await observe(service.port, { durationMs: 1500 }).finally(() => (process.env['PATH'] = path));
    expect(observed.missing).toMatchObject([{ id: 'socket-ages', remedy: expect.stringContaining('iproute2') as string }]);
    expect(observed.wire?.inbound.unread).toBeGreaterThan(3);
    expect(observed.wire?.limits.join()).toContain('no ages');
  });

  it('a cancelled observation rejects at once', async () => {
    const service = await serve('');
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    await expect(observe(service.port, { delayMs: 0, durationMs: 60_000, signal: controller.signal })).rejects.toThrow();
  });
});
