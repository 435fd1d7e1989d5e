import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { takeProfile, type TakeProfileOrder } from '../../../worker/captures/take-profile.js';
import { startClosedLoop } from '../../support/services/closed-loop.js';
import { hotService } from '../../support/services/hot-service.js';
import { startNodeProgram } from '../../support/services/node-program.js';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

function order(durationMs: number): TakeProfileOrder {
  return {
    delayMs: 0,
    durationMs,
    file: null,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  };
}

it('compares the CPU in a Node profile with what the kernel counted for the same thread', async () => {
  const service = await startNodeProgram(hotService, ['--inspect-port=0']);
  open.push(service.stop);
  const load = await startClosedLoop({ port: service.port, path: '/', clients: 2 });
  open.push(load.stop);
  const { summary } = await takeProfile(order(1500), { kind: 'auto' }, { kind: 'pid', pid: service.pid });
  const check = summary.quality.checks.find(({ id }) => id === 'cpu-agreement');
  const [profiled = 0, counted = 0] = [...(check?.detail ?? '').matchAll(/(\d+) ms/g)].map((match) => Number(match[1]));
  expect(profiled).toBeGreaterThan(100);
  expect(counted).toBeGreaterThan(100);
});

it('takes the word of no profile of a busy process for a service that was idle meanwhile', async () => {
  const idle = await startNodeProgram('require("node:http").createServer().listen(0, function () { console.log(this.address().port); })');
  open.push(idle.stop);
  const bytes = await readFile(new URL('../../../fixtures/profiles/pprof/go1.26-inlined.pb.gz', import.meta.url));
  const pprof = createServer((_, response) => response.end(bytes)).listen(0, '127.0.0.1');
  open.push(() => pprof.close());
  await once(pprof, 'listening');
  const address = pprof.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const locate = { kind: 'pid', pid: idle.pid } as const;
  const { summary } = await takeProfile(order(1000), { kind: 'source', field: 'pprofUrl', value: url }, locate);
  expect(summary.quality.checks.find(({ id }) => id === 'cpu-agreement')).toMatchObject({ ok: false });
  expect(summary.quality.verdict).not.toBe('good');
  const unseen = await takeProfile(order(1000), { kind: 'source', field: 'pprofUrl', value: url }, null);
  expect(unseen.summary.quality.checks.map(({ id }) => id)).not.toContain('cpu-agreement');
});
