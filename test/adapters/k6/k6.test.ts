import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runK6, type K6RunOptions } from '../../../adapters/k6/k6.js';
import { inspectScript } from '../../../adapters/k6/k6-inspect.js';
import { judgeLoad } from '../../../core/load/judge/judge.js';
import { arrivalUsers } from '../../../core/load/script-plan.js';
import { judgeByPlan } from '../../../core/load/stages/judge-stages.js';
import { stagedPlan } from '../../../core/load/stages/staged-plan.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import type { LoadPlan } from '../../../core/model/load-result.js';
import { startHttpTarget, type HttpTarget } from '../../support/services/http-target.js';
import { k6Binary } from '../../support/k6-binary.js';
import { until } from '../../support/until.js';

const plan: LoadPlan = {
  executor: 'constant-vus',
  vus: 4,
  rate: null,
  durationMs: 6_000,
  rampUpMs: 0,
  warmUpMs: 500,
  maxVus: null,
  script: null,
  stopAtErrorRatio: null,
};
const budgets = { p95Ms: 60 };
let target: HttpTarget;
let workDir: string;

beforeAll(async () => {
  target = await startHttpTarget();
});
afterAll(async () => {
  await target.close();
});
beforeEach(() => {
  workDir = mkdtempSync(join(tmpdir(), 'k6-test-'));
});
afterEach(() => {
  rmSync(workDir, { recursive: true, force: true });
});

function options(path: string, changes: Partial<K6RunOptions> = {}): K6RunOptions {
  const request = { method: 'GET', url: target.url + path, headers: {}, body: null };
  return { binary: k6Binary(), request, plan, budgets, workDir, signal: new AbortController().signal, ...changes };
}

/** Process ids of the k6 whose files are in this folder. */
function k6Processes(folder: string): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,args=']).toString().split('\n');
  return lines
    .filter((line) => line.includes(`=${folder}/request.json`) && !line.includes('input-type'))
    .map((line) => Number.parseInt(line, 10));
}

function writeScript(text: string): string {
  const path = join(workDir, 'own.js');
  writeFileSync(path, text);
  return path;
}

describe('runK6', () => {
  it('measures a slow endpoint: exit code 99 is a result with its windows, live numbers and generator health', async () => {
    const progress: number[] = [];
    const started: number[] = [];
    const run = await runK6(
      options('/slow', {
        onStarted: ({ measuredInMs }) => started.push(measuredInMs),
        onProgress: ({ requests }) => progress.push(requests),
      }),
    );
    expect(run.exitCode).toBe(99);
    expect(run.result.k6Version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(run.result.latencyMs.p95).toBeGreaterThan(100);
    expect(run.result.subWindows).toHaveLength(6);
    expect(run.result.subWindows.reduce((sum, { requests }) => sum + requests, 0)).toBe(run.result.requests);
    expect(started).toEqual([500]);
    expect(progress.length).toBeGreaterThan(2);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(run.result.generator?.cpuRatio).toBeGreaterThan(0);
    expect(Date.parse(run.measuredFrom)).toBe(Date.parse(run.startedAt) + 500);
    expect(judgeLoad(run.result, { budgets, plan })).toMatchObject({ verdict: 'confirmed', broken: ['p95'] });
    for (const { path } of run.artifacts) expect(existsSync(path), path).toBe(true);
  });

  it('holds an arrival rate, also with users that were not planned and read the request after its file is gone', async () => {
    const open: LoadPlan = { ...plan, executor: 'constant-arrival-rate', rate: 200, vus: 1, maxVus: 300, rampUpMs: 500 };
    const { result } = await runK6(options('/slow', { plan: open, budgets: { p95Ms: 1 } }));
    expect(result.failedRatio).toBe(0);
    expect(result.requests).toBeGreaterThan(500);
    expect(existsSync(join(workDir, 'request.json'))).toBe(false);
  });

  it('raises its users by itself where a slow service keeps them longer than planned', async () => {
    const answerMs = 1200;
    const server = createServer((_, response) => void sleep(answerMs).then(() => response.end('late')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const open: LoadPlan = {
      ...plan,
      executor: 'constant-arrival-rate',
      rate: 40,
      vus: 1,
      maxVus: null,
      durationMs: 5_000,
      warmUpMs: 2_000,
    };
    const planned = arrivalUsers(open, 40, budgets).preAllocatedVUs;
    try {
      const request = { method: 'GET', url: `http://127.0.0.1:${port}/`, headers: {}, body: null };
      const { result } = await runK6(options('/', { request, plan: open }));
      // So many users wait for answers all the time at most, whatever the rate: more a second than that are other users.
      expect(result.requestRate).toBeGreaterThan(planned / (answerMs / 1000));
      // The looks at the run show how: more users, one by one, and what was dropped until there were enough of them.
      const moments = result.moments ?? [];
      expect(moments[0]).toMatchObject({ atMs: -2_000, completed: 0, dropped: 0 });
      expect(Math.max(...moments.map(({ vus }) => vus))).toBeGreaterThan(planned);
      for (const count of ['atMs', 'completed', 'dropped'] as const) {
        const counts = moments.map((moment) => moment[count]);
        expect(counts, count).toEqual([...counts].sort((a, b) => a - b));
        expect(counts.at(-1), count).toBeGreaterThan(0);
      }
    } finally {
      server.close();
    }
  });

  it('holds a load of stages: each with a level of its own, judged apart, and more on top that nobody judges', async () => {
    const open = { model: 'open', durationMs: 2_000, isJudged: true } as const;
    const staged = stagedPlan({ ...plan, executor: 'constant-arrival-rate', rate: 20, maxVus: 60 }, [
      { ...open, name: 'calm', from: 20, to: 20, startMs: 0 },
      { ...open, name: 'rise', from: 20, to: 60, startMs: 2_000 },
      { ...open, name: 'peak', from: 80, to: 80, startMs: 4_000 },
      { name: 'extra', model: 'closed', from: 2, to: 2, startMs: 4_000, durationMs: 2_000, isJudged: false },
    ]);
    const { result, exitCode } = await runK6(options('/slow', { plan: staged }));
    expect(exitCode).toBe(0);
    expect(result.stages?.map(({ name, offeredRate }) => [name, offeredRate])).toEqual([
      ['calm', 20],
      ['rise', 40],
      ['peak', 80],
      ['extra', null],
    ]);
    // Never more than its level: of two users who wait 120 ms for each answer, no more than 16.7 a second. How much less, k6 decides, which is late on a busy machine.
    const most: Record<string, number> = { calm: 20, rise: 40, peak: 80, extra: 2 / 0.12 };
    const rates = (result.stages ?? []).map(({ name, requestRate }) => requestRate / (most[name] ?? 0));
    expect(Math.max(...rates)).toBeLessThan(1.06);
    // No two levels could be taken for each other.
    expect(Math.min(...rates.slice(0, 3))).toBeGreaterThan(0.53);
    expect(result.stages?.reduce((sum, { requests }) => sum + requests, 0)).toBe(result.requests);
    const { verdict, reasons } = judgeByPlan(result, { budgets, plan: staged });
    expect(verdict).toBe('unproven');
    expect(reasons).toEqual(
      ['calm', 'rise', 'peak'].map((name) => expect.stringMatching(`^${name}: p95 \\d{3,} ms is above .* that may be chance: `) as string),
    );
  });

  it('measures the slowest thousandth of a stage that has a thousand answers', async () => {
    const many = { name: 'many', model: 'closed', from: 8, to: 8, startMs: 0, durationMs: 3_000, isJudged: true } as const;
    const few = { ...many, name: 'few', from: 1, to: 1, startMs: 3_000, durationMs: 1_000 };
    const { result } = await runK6(options('/fast', { plan: stagedPlan(plan, [many, few]) }));
    expect(result.stages).toHaveLength(2);
    for (const { requests, failedRatio, latencyMs } of result.stages ?? []) {
      const { p99, p999, max } = latencyMs;
      // How many there are depends on the machine; both arms are also tested in test/core/load/stages.test.ts.
      if (Math.round(requests * (1 - failedRatio)) < 1000) expect(p999).toBeNull();
      else
        expect([p99 ?? Infinity, p999 ?? 0, max ?? 0].every((value, index, all) => index === 0 || value >= (all[index - 1] ?? 0))).toBe(
          true,
        );
    }
  });

  it('sends headers and body but leaves them in no script, artifact or log', async () => {
    const request = {
      method: 'POST',
      url: `${target.url}/fail?token=qu3ry-secret`,
      headers: { authorization: 'Bearer h3ader-secret' },
      body: '{"b0dy":"secret"}',
    };
    const run = await runK6(options('', { request, plan: { ...plan, durationMs: 2_000 } }));
    expect(target.seen.at(-1)).toMatchObject({
      method: 'POST',
      path: '/fail?token=qu3ry-secret',
      authorization: 'Bearer h3ader-secret',
      body: request.body,
    });
    expect(run.result.errors['HTTP 500']).toBe(run.result.requests);
    expect(run.result.failedAnswer).toMatchObject({ answer: 'HTTP 500' });
    const kept = readdirSync(workDir).map((file) => readFileSync(join(workDir, file), 'utf8'));
    expect(kept.length).toBeGreaterThanOrEqual(4);
    for (const text of [...kept, JSON.stringify(run)]) expect(text).not.toMatch(/qu3ry-secret|h3ader-secret|b0dy/);
  });

  it('does not follow a redirect', async () => {
    const before = target.seen.length;
    await runK6(options('/moved', { plan: { ...plan, vus: 1, durationMs: 1_000 } }));
    expect(target.seen.slice(before).every(({ path }) => path === '/moved')).toBe(true);
  });

  it('stops hammering a dead target and never calls it healthy', async () => {
    const dead = await startHttpTarget();
    await dead.close();
    const request = { method: 'GET', url: `${dead.url}/?token=qu3ry-secret`, headers: {}, body: null };
    const long = { ...plan, durationMs: 60_000 };
    const run = await runK6(options('', { request, plan: long }));
    expect(run.result.durationMs).toBeLessThan(30_000);
    expect(run.result.errors['connection refused']).toBeGreaterThan(0);
    expect(run.stderrTail.join()).not.toContain('qu3ry-secret');
    expect(judgeLoad(run.result, { budgets, plan: long }).verdict).toBe('unproven');
  });

  it('confirms a target that takes requests and never answers', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const request = {
      method: 'GET',
      url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`,
      headers: {},
      body: null,
    };
    const mute = { ...plan, durationMs: 10_000 };
    const run = await runK6(options('', { request, plan: mute }));
    silent.closeAllConnections();
    silent.close();
    expect(run.result.errors).toEqual({ 'unanswered when the load ended': 4 });
    expect(judgeLoad(run.result, { budgets, plan: mute })).toMatchObject({ verdict: 'confirmed', broken: ['p95'] });
  });

  it('rejects with the reason of the cancellation, and the whole process group is gone by then', async () => {
    const cancel = new AbortController();
    const run = runK6(options('/slow', { signal: cancel.signal, onStarted: () => cancel.abort(new Error('enough')) }));
    await expect(run).rejects.toThrow('enough');
    expect(k6Processes(workDir)).toEqual([]);
    expect(existsSync(join(workDir, 'request.json'))).toBe(false);
  });

  it('kills k6 when the guard is killed', async () => {
    const run = runK6(options('/slow', { plan: { ...plan, durationMs: 60_000 } }));
    const rejected = expect(run).rejects.toThrow(/killed/);
    await until(() => k6Processes(workDir).length > 0);
    const [k6 = 0] = k6Processes(workDir);
    process.kill(Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(k6)]).toString()), 'SIGKILL');
    await rejected;
    await until(() => k6Processes(workDir).length === 0);
  });

  it('leaves no load behind when its process is killed without a chance to clean up', async () => {
    const url = new URL('../../../dist/adapters/k6/k6.js', import.meta.url);
    if (!existsSync(url)) throw new Error('expected the build in dist; run npm run build first');
    const settings = options('/slow', { plan: { ...plan, durationMs: 60_000 } });
    const source = `import { runK6 } from ${JSON.stringify(url.href)}; await runK6({ ...${JSON.stringify({ ...settings, signal: null })}, signal: new AbortController().signal });`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'ignore' });
    try {
      await until(() => k6Processes(workDir).length > 0);
    } finally {
      parent.kill('SIGKILL');
    }
    await until(() => k6Processes(workDir).length === 0);
  });
});

describe("runK6 with a user's script", () => {
  it('runs it as it is and takes the windows from its points', async () => {
    const text = `import http from 'k6/http';
export const options = { stages: [{ duration: '1s', target: 2 }, { duration: '4s', target: 2 }], thresholds: { http_req_duration: ['p(95)<60'] } };
export default function () { const { url } = JSON.parse(open_); http.get(url); }
const open_ = open(__ENV.RESPONDER_REQUEST);`;
    const script = writeScript(text);
    const durations: number[] = [];
    const run = await runK6(options('/slow', { plan: { ...plan, script }, onStarted: ({ durationMs }) => durations.push(durationMs) }));
    expect(durations).toEqual([5_000]);
    expect(run.exitCode).toBe(99);
    expect(run.result.subWindows).toHaveLength(8);
    expect(run.result.thresholds).toMatchObject([{ metric: 'http_req_duration', expression: 'p(95)<60', ok: false }]);
    expect(readdirSync(workDir)).not.toContain('load-points.json.gz');
  });

  it('names the line of a syntax error', async () => {
    const script = writeScript("import http from 'k6/http';\nexport default function () {\n  http.get('x'\n}\n");
    const run = runK6(options('/', { plan: { ...plan, script } }));
    await expect(run).rejects.toThrow(UnreadableInputError);
    await expect(run).rejects.toThrow(/own\.js: Line 4:1/);
    expect(existsSync(join(workDir, 'request.json'))).toBe(false);
  });

  it('refuses options that k6 refuses, with its words', async () => {
    const script = writeScript("export const options = { thresholds: { nothing: ['p(95)<1'] } };\nexport default function () {}\n");
    await expect(runK6(options('/', { plan: { ...plan, script } }))).rejects.toThrow(/own\.js.*nothing/);
  });

  it('sees that every iteration throws although k6 ends with 0', async () => {
    const script = writeScript(
      "export const options = { vus: 2, duration: '1s' };\nexport default function () { throw new Error('boom'); }\n",
    );
    const run = await runK6(options('/', { plan: { ...plan, script } }));
    expect(run.exitCode).toBe(0);
    const { verdict, reasons } = judgeLoad(run.result, { budgets, plan: { ...plan, script } });
    expect(verdict).toBe('unproven');
    expect(reasons.join()).toContain('boom');
  });

  it('tells of requests that its setup made, of checks that failed and of a callback that counts no failures', async () => {
    const script = writeScript(`import http from 'k6/http';
import { check } from 'k6';
http.setResponseCallback(null);
export const options = { vus: 1, iterations: 3 };
export function setup() { for (let i = 0; i < 5; i++) http.get('${target.url}/slow'); }
export default function () { check(http.get('${target.url}/'), { 'has an order': ({ body }) => body.includes('no such order') }); }`);
    const { notes } = (await runK6(options('/', { plan: { ...plan, script } }))).result;
    expect(notes?.join('\n')).toMatch(/no http_req_failed.*response callback to null/);
    expect(notes?.join('\n')).toContain("3 of the script's 3 checks failed");
    expect(notes?.join('\n')).toContain("5 of the 8 requests were made by the script's setup or teardown");
  });

  it('keeps what was measured when its teardown throws, and refuses a setup that does', async () => {
    const source = (where: string): string => `import http from 'k6/http';
export const options = { vus: 1, iterations: 3 };
export function ${where}() { http.get('${target.url}/'); throw new Error('boom'); }
export default function () { http.get('${target.url}/'); }`;
    const run = await runK6(options('/', { plan: { ...plan, script: writeScript(source('teardown')) } }));
    expect(run.result).toMatchObject({ exitCode: 107, iterations: 3, requests: 4 });
    expect(run.result.notes?.join('\n')).toMatch(/in its teardown: .*boom/);
    await expect(runK6(options('/', { plan: { ...plan, script: writeScript(source('setup')) } }))).rejects.toThrow(/own\.js.*boom/s);
  });

  it('knows no end of a load that somebody controls from outside', async () => {
    const script =
      writeScript(`export const options = { scenarios: { open: { executor: 'externally-controlled', vus: 1, maxVUs: 2, duration: '0' },
  short: { executor: 'constant-vus', vus: 1, duration: '3s' } } };
export default function () {}`);
    const inspected = await inspectScript(options('/').binary, script, {
      cwd: workDir,
      env: {},
      requestFile: join(workDir, 'request.json'),
    });
    expect(inspected).toEqual({ durationMs: null });
  });

  it('lets it reach no host but those that are allowed', async () => {
    const elsewhere = target.url.replace('127.0.0.1', '127.0.0.2');
    const script = writeScript(`import http from 'k6/http';
export const options = { vus: 1, iterations: 3 };
export default function () { http.get('${elsewhere}/escaped'); http.get('${target.url}/'); }`);
    const run = await runK6(options('/', { plan: { ...plan, script } }));
    expect(target.seen.some(({ path }) => path === '/escaped')).toBe(false);
    expect(run.result.errors).toEqual({ 'address not allowed': 3 });
  });

  it('hands it nothing of our environment', async () => {
    const script = writeScript(`export const options = { vus: 1, iterations: 1 };
export default function () { console.log(Object.keys(__ENV).sort().join()); }`);
    const run = await runK6(options('/', { plan: { ...plan, script } }));
    expect(run.stderrTail).toContain('info: RESPONDER_REQUEST');
  });
});
