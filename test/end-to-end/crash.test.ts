import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { documentOf, runCli } from '../client/run-cli.js';
import { startNodeProgram, type NodeProgram } from '../support/node-program.js';
import { processesMentioning } from '../support/processes-of.js';
import { startTemporal } from '../support/temporal.js';

/** Every request sorts the same numbers again and again: about 25 ms of CPU in one function. */
const slowSource = `
function rankEverything() { const end = process.cpuUsage().user + 25000; let sum = 0; while (process.cpuUsage().user < end) for (let i = 0; i < 2000; i++) sum += Math.sqrt(i * sum + 1); return sum; }
require('node:http').createServer((request, response) => response.end(String(rankEverything()))).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
`;

let temporal: TestWorkflowEnvironment;
let service: NodeProgram;
let folder = '';
const workers: ChildProcess[] = [];

beforeAll(async () => {
  temporal = await startTemporal();
  service = await startNodeProgram(slowSource);
});

afterEach(async () => {
  for (const worker of workers.splice(0)) worker.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
});

afterAll(async () => {
  await service.stop();
  await temporal.teardown();
});

async function prepare(endpoint: string): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'perf-crash-'));
  const catalog = `version: 1
services:
  ranking:
    process: { port: ${service.port} }
    endpoints:
      ${endpoint}: { url: "http://127.0.0.1:${service.port}/rank", budgets: { p95Ms: 20 }, load: { vus: 4, duration: 14s, warmUp: 1s } }
`;
  await writeFile(join(folder, 'responder.yaml'), catalog);
}

function startWorker(): ChildProcess {
  const program = [resolve('bin/perf-responder.js'), 'worker', '--address', temporal.address, '--data', join(folder, 'data')];
  const worker = spawn(process.execPath, program, { cwd: folder, stdio: 'ignore' });
  workers.push(worker);
  return worker;
}

async function ask(...words: string[]): Promise<Record<string, unknown>> {
  const result = await runCli([...words, '--address', temporal.address, '--data', join(folder, 'data'), '--json'], { cwd: folder });
  expect(result.code, result.err).toBe(0);
  return documentOf(result) as Record<string, unknown>;
}

async function until<T>(what: string, probe: () => Promise<T | null>, withinMs: number): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (value !== null) return value;
    if (Date.now() > end) throw new Error(`${what} did not come within ${withinMs / 1000} s`);
    await sleep(250);
  }
}

const loads = (): Promise<number[]> => processesMentioning(folder, 'k6');
const running = async (): Promise<number[] | null> => ((await loads()).length > 0 ? loads() : null);

describe('a worker that is killed', () => {
  it.each([
    ['while it confirms', 'rank-confirm', 500],
    ['while it profiles', 'rank-profile', 7000],
  ])(
    '%s loses nothing: the load stops, and the next worker comes to the same answer',
    { timeout: 240_000 },
    async (_, endpoint, killAfterMs) => {
      await prepare(endpoint);
      const first = startWorker();
      const { incidentId } = await ask('triage', `ranking/${endpoint}`, '--symptom', 'p95 200ms', '--detach');
      await until('the load', running, 60_000);
      await sleep(killAfterMs);
      first.kill('SIGKILL');
      await until('the end of the load', async () => ((await loads()).length === 0 ? true : null), 10_000);

      startWorker();
      let most = 0;
      const status = await until(
        'the report',
        async () => {
          most = Math.max(most, (await loads()).length);
          const current = await ask('status', String(incidentId));
          return current['phase'] === 'waiting' ? current : null;
        },
        120_000,
      );
      expect(status).toMatchObject({ outcome: 'localized' });
      expect(most).toBeLessThanOrEqual(1);
      const report = await runCli(['report', String(incidentId), '--address', temporal.address, '--data', join(folder, 'data')], {
        cwd: folder,
      });
      expect(report.out).toContain('rankEverything');
      expect(report.out).toContain('hot-function');
      await ask('close', String(incidentId));
    },
  );
});
