import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { droppedRatio } from '../../core/load/judge/guards.js';
import { k6Ending } from '../../core/load/k6-exit.js';
import { momentsOf } from '../../core/load/moments.js';
import type { K6LogDigest } from '../../core/load/k6-log.js';
import { outsideNotes } from '../../core/load/points.js';
import { readLoadSummary } from '../../core/load/read-summary.js';
import { ProgramFailedError } from '../../core/model/errors.js';
import type { LoadResult } from '../../core/model/load-result.js';
import type { GuardedExit } from '../kernel/guarded-process.js';
import type { K6Progress } from './k6-api.js';
import { badScript } from './k6-inspect.js';
import { readPoints } from './k6-points.js';
import type { GeneratorWatch } from './load-generator-health.js';

export interface K6Started {
  startedAt: string;
  measuredInMs: number;
  durationMs: number;
}

interface K6Artifact {
  name: string;
  path: string;
  kind: 'load-script' | 'load-summary' | 'load-series' | 'log';
}

export interface K6Run {
  result: LoadResult;
  exitCode: number;
  stderrTail: string[];
  artifacts: K6Artifact[];
  startedAt: string;
  measuredFrom: string;
  endedAt: string;
}

/** Sub-windows of a script that is not ours. */
const pointWindows = 8;

/** A run that is ready to start. */
export interface PreparedRun {
  version: string | null;
  script: string;
  isOwn: boolean;
  leadMs: number;
  durationMs: number;
  files: RunFiles;
  env: Record<string, string>;
  blocked: string[];
  /** Statistics that k6 has to print. */
  stats: string[];
}

/** A run that has ended, not yet understood. */
export interface FinishedRun {
  exit: GuardedExit;
  log: K6LogDigest;
  started: K6Started | null;
  endedAt: string;
  health: GeneratorWatch | null;
  series: K6Progress[];
}

export type RunFiles = ReturnType<typeof filesOf>;

/** Where a run keeps what. */
export function filesOf(workDir: string) {
  return {
    request: join(workDir, 'request.json'),
    script: join(workDir, 'load-script.js'),
    summary: join(workDir, 'load-summary.json'),
    points: join(workDir, 'load-points.json.gz'),
    series: join(workDir, 'load-series.json'),
    log: join(workDir, 'k6.log'),
  };
}

/** Reads what a run left. Throws what `runK6` promises. */
export async function concludeRun(prepared: PreparedRun, run: FinishedRun): Promise<K6Run> {
  const exitCode = run.exit.code;
  const ending = k6Ending(exitCode);
  if (exitCode === null || !['result', 'partial', 'bad-script'].includes(ending)) throw failure(prepared, run);
  const result = await readResult(prepared);
  if (result === null || (ending === 'bad-script' && !threwAfterLoad(exitCode, result))) throw failure(prepared, run);
  const failedAnswer = run.log.failedAnswer();
  await writeFile(prepared.files.series, JSON.stringify(run.series));
  await writeFile(prepared.files.log, run.log.tail().join('\n'));
  const startedAt = run.started?.startedAt ?? run.endedAt;
  return {
    result: {
      ...result,
      k6Version: result.k6Version ?? prepared.version,
      exitCode,
      errors: { ...result.errors, ...run.log.exceptions() },
      ...(ending === 'bad-script' ? { notes: [...(result.notes ?? []), teardownNote(run.log.lastError())] } : {}),
      ...(failedAnswer === null ? {} : { failedAnswer }),
      moments: momentsOf(run.series, prepared.leadMs),
      generator: run.health === null ? null : { ...run.health.result(), droppedRatio: droppedRatio(result) },
    },
    exitCode,
    stderrTail: run.log.tail().slice(-40),
    artifacts: artifactsOf(prepared),
    startedAt,
    measuredFrom: new Date(Date.parse(startedAt) + prepared.leadMs).toISOString(),
    endedAt: run.endedAt,
  };
}

/** A script throws before its first iteration (init, setup), or behind its last one: an iteration that throws ends none. */
function threwAfterLoad(exitCode: number, { iterations, requests }: LoadResult): boolean {
  return exitCode === 107 && (iterations ?? 0) > 0 && requests > 0;
}

function teardownNote(said: string | null): string {
  return `the script threw when the load was over, in its teardown: ${said ?? 'k6 does not say what'}; correct it, the numbers are those of the whole load`;
}

/** Null when k6 left no summary that can be read, whatever its exit code says. */
async function readResult(prepared: PreparedRun): Promise<LoadResult | null> {
  const text = await readFile(prepared.files.summary, 'utf8').catch(() => null);
  if (text === null) return null;
  const result = readLoadSummary(text);
  if (prepared.isOwn) return result;
  const durationMs = result.durationMs ?? prepared.durationMs;
  const points = await readPoints(prepared.files.points, durationMs, pointWindows);
  const notes = [...(result.notes ?? []), ...outsideNotes(points.outsideOfLoad(), result.requests)];
  const errors = { ...result.errors, ...points.errors() };
  return { ...result, subWindows: points.subWindows(), errors, ...(notes.length === 0 ? {} : { notes }) };
}

function failure(prepared: PreparedRun, { exit, log }: FinishedRun): Error {
  const said = log.lastError() ?? log.tail().at(-1) ?? 'nothing';
  const ending = k6Ending(exit.code);
  if (ending === 'bad-script' && !prepared.isOwn) return badScript(prepared.script, said);
  const message =
    ending === 'killed'
      ? `k6 was killed (${exit.signal ?? 'by a signal'}) before it could report; most often memory ran out: lower rate, users or duration`
      : ending === 'result' || ending === 'partial'
        ? `k6 ended with exit code ${exit.code ?? 'none'} but wrote no summary; it said: ${said}`
        : `k6 failed with exit code ${exit.code ?? 'none'}; it said: ${said}`;
  const retryable = ending === 'failed-once' || ending === 'port-taken';
  return new ProgramFailedError({ program: 'k6', exitCode: exit.code, message, retryable });
}

function artifactsOf({ isOwn, files }: PreparedRun): K6Artifact[] {
  return [
    ...(isOwn ? [{ name: 'load-script.js', path: files.script, kind: 'load-script' as const }] : []),
    { name: 'load-summary.json', path: files.summary, kind: 'load-summary' },
    { name: 'load-series.json', path: files.series, kind: 'load-series' },
    { name: 'k6.log', path: files.log, kind: 'log' },
  ];
}
