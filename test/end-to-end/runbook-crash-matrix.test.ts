/**
 * A sample of `npm run crash:runbooks`, which takes every call of every runbook, before it, in its middle and after it: nothing runs twice that
 * nobody asked for again, nothing that may have happened stays when the run is undone. All parts are real.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { artifactDirectory, createArtifactStore } from '../../adapters/artifacts/artifact-store.js';
import { createRunbookClient, type RunbookClient } from '../../client/temporal/runbook-client.js';
import { parseCatalog } from '../../config/catalog.js';
import type { RunDocument } from '../../core/command/runbook/run-document.js';
import { compiledProgram } from '../../lab/program-path.js';
import { answerRunUpdate } from '../../workflows/runbook/messages.js';
import {
  ledgerSecret,
  startCrashWorld,
  startFileWorld,
  type CrashStory,
  type CrashWorld,
  type Effects,
} from '../support/stories/crash-stories.js';
import { eightFormsOf } from '../support/eight-forms.js';
import { startTemporal } from '../support/temporal.js';
import { until } from '../support/until.js';

type Side = 'before' | 'during' | 'after';
interface Moment {
  call: string;
  side: Side;
}

const isWhole = process.env['CRASHES'] === 'all';
/** Lines of finished rows; a run that was cut off goes on after them. */
const progress = process.env['CRASHES_LOG'] ?? '';
/** Of the sample, in one run: looks whose worker dies, and an undoing whose worker dies before anybody could know of it. */
const sample: Record<string, Moment[][]> = {
  'last-step-fails': [
    [
      { call: 'performAction preflight.there', side: 'during' },
      { call: 'performAction steps.well', side: 'after' },
      { call: 'performAction rollback.one', side: 'after' },
    ],
  ],
};

let temporal: TestWorkflowEnvironment;
let folder = '';
let world: CrashWorld;
let runs: RunbookClient;
/** Of all runs, until it dies: a worker takes seconds to start. */
let worker: ChildProcessByStdio<Writable, Readable, Readable> | null = null;

beforeAll(async () => {
  process.env['LEDGER_SECRET'] = ledgerSecret;
  [temporal, folder] = await Promise.all([startTemporal(), mkdtemp(join(tmpdir(), 'runbook-crashes-'))]);
  world = await (isWhole ? startCrashWorld : startFileWorld)(folder);
  runs = createRunbookClient(temporal.client, createArtifactStore({ directory: artifactDirectory(join(folder, 'data')) }));
}, 120_000);

afterAll(async () => {
  delete process.env['LEDGER_SECRET'];
  await kill();
  await world.stop();
  await temporal.teardown();
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
});

let started = 0;
let strikes = 0;
/** Everything that the workers printed. */
const said: string[] = [];

interface Orders {
  calls?: string;
  moment?: Moment & { marker: string };
}

/** False: it died instead. */
function says(word: string): Promise<boolean> {
  const listening = worker;
  return new Promise((answer) => {
    const listen = (chunk: unknown): void => (String(chunk).includes(word) ? end(true) : undefined);
    const die = (): void => end(false);
    const end = (isSaid: boolean): void => {
      listening?.stdout.off('data', listen);
      listening?.off('exit', die);
      answer(isSaid);
    };
    listening?.stdout.on('data', listen);
    listening?.once('exit', die);
    if (hasDied()) end(false);
  });
}

/** The one that is there takes the orders, else a new one. */
async function giveOrders(orders: Orders): Promise<void> {
  if (!hasDied()) {
    worker?.stdin.write(`${JSON.stringify(orders)}\n`);
    if (await says('taken')) return;
  }
  const file = join(folder, `worker-${(started += 1)}.json`);
  const catalog = parseCatalog(`version: 1\nservices:\n${world.services}`, join(folder, 'responder.yaml'));
  const settings = {
    address: temporal.address,
    bundle: compiledProgram('workflow-bundle.js'),
    catalog,
    dataDirectory: join(folder, 'data'),
  };
  await writeFile(file, JSON.stringify({ ...settings, taskQueue: 'incidents', ...orders }));
  worker = spawn(process.execPath, [resolve('test/programs/runbook-worker.mjs'), file], { stdio: ['pipe', 'pipe', 'pipe'] });
  // The pipe of one that dies under an order breaks; that it died is seen.
  worker.stdin.on('error', () => undefined);
  for (const stream of [worker.stdout, worker.stderr]) stream.on('data', (chunk) => said.push(String(chunk)));
  if (!(await says('ready'))) throw new Error(`the worker did not start: ${said.slice(-5).join('')}`);
}

const hasDied = (): boolean => worker === null || worker.exitCode !== null || worker.signalCode !== null;

async function kill(): Promise<void> {
  if (hasDied() || worker === null) return;
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}

/** What a careful person answers: they look at the world first. */
async function answer(story: CrashStory, runId: string, { kind, step, approvals }: NonNullable<RunDocument['waitsFor']>): Promise<void> {
  const say = (person: string, what: 'approve' | 'count-as-done' | 'retry', at?: string) =>
    runs.update(runId, answerRunUpdate, { answer: what, by: { person, proof: 'token' }, ...(at === undefined ? {} : { step: at }) });
  if (kind === 'risk-approval' || kind === 'step-approval') await say(approvals.length === 0 ? 'bob' : 'carol', 'approve');
  else if (kind === 'manual' || kind === 'approve') {
    story.onManual?.(step ?? '');
    await say('bob', 'approve', step ?? '');
  } else {
    const what = kind === 'rollback-unknown' ? `rollback.${step ?? ''}` : (step ?? '');
    await say('bob', (await story.hasHappened(what)) ? 'count-as-done' : 'retry');
  }
}

/** To its end, with another worker as soon as one has died. */
async function runToItsEnd(story: CrashStory, orders: readonly Orders[]): Promise<{ run: RunDocument; asked: string[] }> {
  await story.reset();
  const left = [...orders];
  await giveOrders(left.shift() ?? {});
  const flags = { isDryRun: false, isGuided: false, approvesItself: false, by: { person: 'alice', proof: 'token' } } as const;
  const runId = await runs.start({ file: `${story.name}.yaml`, text: story.text, given: story.given, ...flags });
  const asked: string[] = [];
  for (;;) {
    if (hasDied()) await giveOrders(left.shift() ?? {});
    const run = await runs.document(runId).catch(() => null);
    if (run !== null && run.result !== 'waiting') return { run, asked };
    if (run?.waitsFor != null) {
      const { waitsFor } = run;
      // A worker that dies under the answer leaves the question; it is answered again.
      const isTaken = await answer(story, runId, waitsFor).then(
        () => true,
        () => false,
      );
      if (isTaken) asked.push(waitsFor.kind);
    } else await new Promise((done) => setTimeout(done, 100));
  }
}

/** The calls of a run that nobody disturbs; a look that is repeated until it is well is one. */
async function callsOf(story: CrashStory): Promise<string[]> {
  const calls = join(folder, `calls-${story.name}`);
  rmSync(calls, { force: true });
  const { run } = await runToItsEnd(story, [{ calls }]);
  expect([story.name, run.result, await story.effects()]).toEqual([story.name, story.result, story.wanted]);
  return [...new Set(readFileSync(calls, 'utf8').trim().split('\n'))];
}

interface Row {
  runbook: string;
  call: string;
  side: Side;
  result: string;
  asked: string;
  effects: Effects;
  wrong: string;
}

async function strike(story: CrashStory, moments: readonly Moment[]): Promise<Row> {
  const markers = moments.map((_, index) => join(folder, `marker-${(strikes += 1)}-${index}`));
  const struck = moments.map((moment, index) => ({ moment: { ...moment, marker: markers[index] ?? '' } }));
  const { run, asked } = await runToItsEnd(story, struck);
  const [{ call, side } = { call: '', side: 'before' as const }] = moments;
  const effects = await until(async () => {
    const now = await story.effects();
    return JSON.stringify(sorted(now)) === JSON.stringify(sorted(story.wanted)) ? now : null;
  }, 5_000).catch(async () => story.effects());
  const wrong = [
    ...(markers.every((marker) => existsSync(marker)) ? [] : ['the worker was not killed']),
    ...(run.result === story.result ? [] : [`ended ${run.result}, expected ${story.result}`]),
    ...(JSON.stringify(sorted(effects)) === JSON.stringify(sorted(story.wanted)) ? [] : [`world: ${JSON.stringify(effects)}`]),
  ];
  const people = asked.filter((kind) => kind.endsWith('unknown')).join(', ');
  return { runbook: story.name, call, side, result: run.result, asked: people, effects, wrong: wrong.join('; ') };
}

const sorted = (effects: Effects): [string, number][] => Object.entries(effects).sort(([left], [right]) => left.localeCompare(right));

/** Only an act can be struck in its middle with an effect; a look is struck on both sides. */
function momentsOf(calls: readonly string[]): Moment[] {
  return calls.flatMap((call) =>
    (call.startsWith('performAction') ? (['before', 'during', 'after'] as const) : (['before', 'after'] as const)).map((side) => ({
      call,
      side,
    })),
  );
}

function finished(): Row[] {
  if (progress === '' || !existsSync(progress)) return [];
  return readFileSync(progress, 'utf8')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row);
}

it('runs nothing twice and loses no rollback, wherever its worker is killed', { timeout: isWhole ? 6 * 3_600_000 : 180_000 }, async () => {
  const rows = finished();
  for (const story of world.stories) {
    const all = isWhole ? momentsOf(await callsOf(story)).map((moment) => [moment]) : (sample[story.name] ?? []);
    for (const moments of all) {
      const [moment] = moments;
      const isDone = rows.some(({ runbook, call, side }) => runbook === story.name && call === moment?.call && side === moment.side);
      if (isDone) continue;
      const row = await strike(story, moments);
      rows.push(row);
      if (progress !== '') appendFileSync(progress, `${JSON.stringify(row)}\n`);
      if (isWhole)
        console.log(
          `${row.wrong === '' ? 'well ' : 'WRONG'} ${row.runbook} ${row.side} ${row.call}: ${row.result}, asked ${row.asked || 'nobody'} ${row.wrong}`,
        );
    }
  }
  for (const form of eightFormsOf(ledgerSecret)) expect(said.join('')).not.toContain(form);
  expect(said.join('')).toContain('RUNNING');
  expect(rows.filter(({ wrong }) => wrong !== '')).toEqual([]);
  expect(rows.length).toBeGreaterThanOrEqual(isWhole ? 100 : 1);
});
