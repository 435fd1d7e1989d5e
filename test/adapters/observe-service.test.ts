import { afterEach, describe, expect, it } from 'vitest';
import { observeService } from '../../adapters/observe-service.js';
import { findServiceProcess } from '../../adapters/find-process.js';
import { servicePortsTowards } from '../../adapters/sockets.js';
import type { ServiceObservation } from '../../core/model/observation.js';
import { startClosedLoop } from '../support/closed-loop.js';
import { startNodeProgram } from '../support/node-program.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function serve(body: string, ...programArguments: string[]): Promise<{ pid: number; port: number }> {
  const program = await startNodeProgram(
    `const http = require('node:http'); const agent = new http.Agent({ keepAlive: true });
     const call = (port) => new Promise((done) => http.get({ host: '127.0.0.1', port, agent }, (r) => r.resume().on('end', done)));
     http.createServer(async (request, response) => { ${body}; response.end('ok'); }).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`,
    [],
    programArguments,
  );
  stops.push(program.stop);
  return program;
}

async function observeUnderLoad(
  service: { port: number },
  peers: { peer: string; label: string; kind: 'service' }[] = [],
): Promise<ServiceObservation> {
  const load = startClosedLoop({ port: service.port, path: '/', clients: 8 });
  stops.push(load.stop);
  return await observeService({
    locator: { kind: 'port', port: service.port },
    servicePort: service.port,
    peerHints: peers,
    delayMs: 300,
    durationMs: 3000,
    signal: new AbortController().signal,
  });
}

describe('wire accounting of a real service', () => {
  it('finds the requests at the slow peer', async () => {
    const slow = await serve('await new Promise((done) => setTimeout(done, 120))');
    const fast = await serve('await new Promise((done) => setTimeout(done, 2))');
    const service = await serve(`await call(${slow.port}); await call(${fast.port})`);
    const { wire, process: observed } = await observeUnderLoad(service, [
      { peer: `127.0.0.1:${slow.port}`, label: 'slow', kind: 'service' },
    ]);
    const [first] = wire?.peers ?? [];
    expect(first).toMatchObject({ peer: `127.0.0.1:${slow.port}`, label: 'slow', kind: 'service' });
    expect(first?.waiting).toBeGreaterThan(6);
    expect(wire?.waitingInside).toBeLessThan(2);
    expect(observed).toMatchObject({ runtime: 'node', pid: service.pid });
  });

  it('finds the requests unread in front of a loop that burns CPU', async () => {
    const service = await serve('const end = Date.now() + 20; while (Date.now() < end) {}');
    const { wire, process: observed } = await observeUnderLoad(service);
    expect(wire?.inbound.unread).toBeGreaterThan(4.5);
    const main = observed?.threads.find((thread) => thread.isMain);
    const busy = ((main?.cpuMs ?? 0) + (main?.runDelayMs ?? 0)) / (observed?.windowMs ?? 1);
    expect(busy).toBeGreaterThan(0.75);
  });

  it('finds the requests inside when they wait for a timer', async () => {
    const service = await serve('await new Promise((done) => setTimeout(done, 100))');
    const { wire } = await observeUnderLoad(service);
    expect(wire?.waitingInside).toBeGreaterThan(6);
    expect(wire?.inbound.unread).toBeLessThan(1.5);
    expect(wire?.peers).toEqual([]);
  });

  it('counts connections that nobody uses as idle', async () => {
    const service = await serve('await new Promise((done) => setTimeout(done, 30))');
    const load = startClosedLoop({ port: service.port, path: '/', clients: 4 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const silent = observeService({
      locator: { kind: 'pid', pid: service.pid },
      servicePort: service.port,
      peerHints: [],
      delayMs: 400,
      durationMs: 1000,
      signal: new AbortController().signal,
    });
    const stopped = load.stop();
    const { wire } = await silent;
    await stopped;
    expect(wire?.inbound.served).toBeLessThan(0.5);
  });
});

describe('finding the process of a service', () => {
  it('tells the local ports of its connections to one peer', async () => {
    const peer = await serve('await new Promise((done) => setTimeout(done, 50))');
    const service = await serve(`await call(${peer.port})`);
    const load = startClosedLoop({ port: service.port, path: '/', clients: 3 });
    stops.push(load.stop);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const ports = await servicePortsTowards(service.pid, { host: 'localhost', port: peer.port });
    expect(ports.size).toBe(3);
  });

  it('says what to do when nothing listens there', async () => {
    const { missing } = await observeService({
      locator: { kind: 'port', port: 1 },
      servicePort: 1,
      peerHints: [],
      delayMs: 0,
      durationMs: 100,
      signal: new AbortController().signal,
    });
    expect(missing[0]?.why).toContain('listening on port 1');
    expect(missing[0]?.remedy).toContain('catalog');
  });

  it('takes the common parent when several processes match', async () => {
    const mark = `ambiguous-${process.pid}`;
    await serve('', mark);
    await serve('', mark);
    // Both are children of this test, so the common parent is the answer; a pid is unambiguous.
    const found = await findServiceProcess({ kind: 'command', pattern: mark });
    expect(found.pid).toBe(process.pid);
  });

  it('ends at once when it is cancelled', async () => {
    const service = await serve('');
    const controller = new AbortController();
    const observation = observeService({
      locator: { kind: 'pid', pid: service.pid },
      servicePort: service.port,
      peerHints: [],
      delayMs: 0,
      durationMs: 30_000,
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 200);
    await expect(observation).rejects.toThrow();
  });
});
