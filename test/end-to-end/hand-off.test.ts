/** An incident that nothing in the service explains ends with the commit; and a bisect of its own. All parts are real, driven as by an operator. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../adapters/kernel/free-port.js';
import { createIncidentClient } from '../../client/temporal/incident-client.js';
import type { BisectAnswer } from '../../core/model/bisect.js';
import type { Incident } from '../../core/model/incident.js';
import { documentOf, runCli, type CliResult } from '../client/run-cli.js';
import { createGitHistory, type GitHistory } from '../support/git-history.js';
import { processesIn } from '../support/processes-of.js';
import { startTemporal } from '../support/temporal.js';
import { culpritSubject, waitingCommands, waitingCulprit, waitingHistory } from '../support/services/waiting-service.js';

let temporal: TestWorkflowEnvironment;
let history: GitHistory;
let folder = '';
let stateBefore = '';
const children: ChildProcess[] = [];

beforeAll(async () => {
  [temporal, history, folder] = await Promise.all([
    startTemporal(),
    createGitHistory(waitingHistory, { v1: 0 }),
    mkdtemp(join(tmpdir(), 'perf-hand-off-')),
  ]);
  stateBefore = await history.state();
  const port = await freePort();
  start(['-c', waitingCommands.start], { program: 'sh', cwd: history.path, env: { PORT: String(port) } });
  await writeFile(join(folder, 'responder.yaml'), catalogOf(port));
  const worker = start([resolve('bin/perf-responder.js'), 'worker', ...access(), '--json'], { program: process.execPath, cwd: folder });
  await Promise.race([
    once(worker.stdout ?? worker, 'data'),
    once(worker, 'exit').then(([code]) => Promise.reject(new Error(`the worker ended with ${String(code)} before it was ready`))),
  ]);
}, 60_000);

afterAll(async () => {
  for (const child of children.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  await temporal.teardown();
  await Promise.all([history.remove(), rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })]);
});

function catalogOf(port: number): string {
  const { start: command, health } = waitingCommands;
  const repository = `{ path: '${history.path}', good: v1, start: '${command}', health: '${health}', runDuration: 1s }`;
  const load = '{ rate: 40, duration: 10s, warmUp: 1s }';
  return (
    `version: 1\nservices:\n  shop:\n    process: { port: ${port} }\n    repository: ${repository}\n` +
    `    endpoints: { price: { url: 'http://127.0.0.1:${port}/price', budgets: { p95Ms: 60 }, load: ${load} } }\n`
  );
}

function start(programArguments: string[], how: { program: string; cwd: string; env?: Record<string, string> }): ChildProcess {
  const env = { ...process.env, ...how.env };
  const child = spawn(how.program, programArguments, { cwd: how.cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

function access(): string[] {
  return ['--address', temporal.address, '--data', join(folder, 'data')];
}

async function cli(words: string[], timeoutMs = 60_000): Promise<CliResult> {
  const result = await runCli([...words, ...access()], { cwd: folder, timeoutMs });
  expect(result.code, result.err).toBe(0);
  return result;
}

/** No worktree, process, ref or changed file. */
async function nothingLeft(): Promise<void> {
  const worktrees = join(folder, 'data', 'worktrees');
  expect(await history.state()).toBe(stateBefore);
  expect(await readdir(worktrees).catch(() => [])).toEqual([]);
  expect(await processesIn(worktrees)).toEqual([]);
}

const idOf = (index: number): string => history.ids[index] ?? '';
const culprit = () => ({ commit: idOf(waitingCulprit), subject: culpritSubject, author: 'Ada', files: ['settle.js'] });

describe('an incident whose defect cannot be named', () => {
  it('hands off by itself, and its report ends with the commit', { timeout: 300_000 }, async () => {
    const first = documentOf(await cli(['triage', 'shop/price', '--symptom', 'p95 120ms', '--json'])) as Incident;
    expect(first, JSON.stringify(first.causes)).toMatchObject({ outcome: 'localized', bisect: null });
    // Where the time goes is certain, and why is not: that is no defect that anybody could mend.
    expect(first.causes.map(({ id, remedy }) => [id, remedy.kind])).toEqual([['inside-wait', 'none']]);
    const { incidentId } = first;
    // The gap is no reason to wait: the search of commits needs no evidence from inside the service.
    expect(first.missingEvidence.map(({ id }) => id)).toContain('inside-wait');
    expect(first.bisectId).toBe(`bisect-${incidentId}`);

    const incidents = createIncidentClient(temporal.client);
    await incidents.follow(incidentId, ({ incident }) => incident.bisect !== null, { timeoutMs: 270_000 });
    await incidents.follow(incidentId, ({ phase }) => phase === 'waiting', { timeoutMs: 20_000 });
    const report = documentOf(await cli(['report', incidentId, '--json'])) as Incident;
    expect(report.bisect, JSON.stringify(report.bisect?.reasons)).toMatchObject({ outcome: 'culprit', culprit: culprit() });
    expect(report.bisect?.effect?.ratio).toBeGreaterThan(3);
    expect(report.bisect?.effect?.ci[0]).toBeGreaterThan(1.2);

    const text = (await cli(['report', incidentId])).out;
    const section = text.slice(text.indexOf('### Introducing change'));
    const short = idOf(waitingCulprit).slice(0, 12);
    for (const word of [short, culpritSubject, 'Ada', 'settle.js', '95 % interval', 'Next', `git revert ${short}`])
      expect(section).toContain(word);
    expect(text.slice(0, text.indexOf('### '))).toContain(short);
    expect((await cli(['status', incidentId])).out).toContain(short);
    // Whoever follows the search itself reads the same.
    expect(documentOf(await cli(['bisect', `bisect-${incidentId}`, '--json']))).toMatchObject({ outcome: 'culprit', culprit: culprit() });
    await nothingLeft();
    await cli(['close', incidentId]);
  });
});

describe('perf-responder bisect', () => {
  it('finds the commit by p95, and leaves nothing behind', { timeout: 300_000 }, async () => {
    const words = [
      'bisect',
      'shop/price',
      '--good',
      idOf(waitingCulprit - 2),
      '--bad',
      idOf(waitingCulprit + 1),
      '--metric',
      'p95',
      '--json',
    ];
    const answer = documentOf(await cli(words, 280_000)) as BisectAnswer;
    expect(answer, JSON.stringify(answer.reasons)).toMatchObject({
      outcome: 'culprit',
      culprit: culprit(),
      range: [idOf(waitingCulprit - 1), idOf(waitingCulprit)],
      metric: 'p95',
      mergedBy: null,
      otherCulprits: [],
      skipped: [],
      builds: 0,
    });
    expect(answer.posterior).toBeGreaterThanOrEqual(0.95);
    expect(answer.effect?.ratio).toBeGreaterThan(3);
    expect(answer.bracket?.ci[0]).toBeGreaterThan(1.2);
    await nothingLeft();
  });
});
