import { mkdir, rm, writeFile } from 'node:fs/promises';
import { k6Ending } from '../../core/load/k6-exit.js';
import { createLogDigest, createRedactor } from '../../core/load/k6-log.js';
import { requestVariable, summaryVariable, trendStats, writeLoadScript, type LoadTarget } from '../../core/load/script.js';
import { scriptTiming } from '../../core/load/script-plan.js';
import type { Budgets, LoadPlan } from '../../core/model/load-result.js';
import { blockAllExcept } from './blocked-addresses.js';
import { freePort } from '../kernel/free-port.js';
import { startGuarded } from '../kernel/guarded-process.js';
import { followProgress, waitUntilRunning, type K6Progress } from './k6-api.js';
import { inspectScript } from './k6-inspect.js';
import { concludeRun, filesOf, type FinishedRun, type K6Run, type K6Started, type PreparedRun, type RunFiles } from './k6-result.js';
import { k6Version } from './k6-version.js';
import { watchGenerator } from './load-generator-health.js';

export interface K6RunOptions {
  /** Path of k6 1.1 or newer. */
  binary: string;
  request: LoadTarget;
  plan: LoadPlan;
  budgets: Budgets;
  /** A folder of this run alone; what is worth keeping stays in it. */
  workDir: string;
  /** Hosts that may be loaded besides the request's own: what the catalog names. */
  allowedHosts?: string[];
  signal: AbortSignal;
  /** Users are running: when, in how many milliseconds the judged part begins, and how long it is. */
  onStarted?: (started: K6Started) => void;
  /** About once a second. */
  onProgress?: (progress: K6Progress) => void;
}

/** From SIGTERM, on which k6 still writes its summary, to SIGKILL. A cancelled run is gone within 2 s. */
const stopGraceMs = 1_500;

/**
 * Runs one load to its end and reads it. Exit code 99 (a threshold was crossed) is a result. No load outlives this process by more than the
 * grace, however it dies. Headers, body and query reach k6 in a file of mode 0600 that is gone afterwards; no artifact holds them.
 *
 * Rejects with the signal's reason when aborted; with UnreadableInputError for a user's script that k6 cannot run (k6's words name the line);
 * with ProgramFailedError, retryable or not, when k6 failed or left no summary.
 */
export async function runK6(options: K6RunOptions): Promise<K6Run> {
  options.signal.throwIfAborted();
  const files = filesOf(options.workDir);
  try {
    const prepared = await prepare(options, files);
    for (let attempt = 1; ; attempt++) {
      const run = await runOnce(options, prepared);
      if (k6Ending(run.exit.code) !== 'port-taken' || attempt === 3) return await finish(options.signal, prepared, run);
    }
  } finally {
    await rm(files.request, { force: true });
    // Points carry addresses with their query.
    await rm(files.points, { force: true });
  }
}

async function prepare(options: K6RunOptions, files: RunFiles): Promise<PreparedRun> {
  const { binary, request, plan, budgets, workDir, allowedHosts = [] } = options;
  await mkdir(workDir, { recursive: true });
  for (const file of Object.values(files)) await rm(file, { force: true });
  // Nothing of ours: a script could read it, and a k6 configuration in the user's home would change the run.
  const env = { HOME: workDir, XDG_CONFIG_HOME: workDir, PATH: '/usr/bin:/bin', K6_AUTO_EXTENSION_RESOLUTION: 'false' };
  const version = await k6Version(binary);
  const stats = trendStats(plan);
  const blocked = await blockAllExcept([new URL(request.url).hostname, ...allowedHosts]);
  await writeFile(files.request, JSON.stringify(request), { mode: 0o600 });
  if (plan.script !== null) {
    const { durationMs } = await inspectScript(binary, plan.script, { cwd: workDir, env, requestFile: files.request });
    return { script: plan.script, isOwn: false, leadMs: 0, durationMs: durationMs ?? plan.durationMs, version, files, env, blocked, stats };
  }
  await writeFile(files.script, writeLoadScript(request, plan, budgets));
  const { leadMs, measureMs } = scriptTiming(plan, budgets);
  return { script: files.script, isOwn: true, leadMs, durationMs: measureMs, version, files, env, blocked, stats };
}

function k6Arguments({ script, isOwn, files, blocked, stats }: PreparedRun, port: number): string[] {
  return [
    'run',
    '--quiet',
    '--no-color',
    '--no-usage-report',
    ...['--log-format', 'json'],
    '--include-system-env-vars=false',
    ...['--address', `127.0.0.1:${port}`],
    ...['--summary-trend-stats', stats.join(',')],
    ...['--blacklist-ip', blocked.join(',')],
    ...['-e', `${requestVariable}=${files.request}`],
    ...(isOwn ? ['-e', `${summaryVariable}=${files.summary}`] : ['--summary-export', files.summary, '--out', `json=${files.points}`]),
    script,
  ];
}

async function runOnce(options: K6RunOptions, prepared: PreparedRun): Promise<FinishedRun> {
  // k6 2.x has no REST API unless it is given an address, and 1.x shares one port among all runs.
  const port = await freePort();
  const settings = { cwd: options.workDir, env: prepared.env, graceMs: stopGraceMs };
  const process = startGuarded(options.binary, k6Arguments(prepared, port), settings);
  const log = createLogDigest(createRedactor(options.request));
  const logRead = readLines(process.stderr.setEncoding('utf8'), log.add);
  options.signal.addEventListener('abort', process.stop, { once: true });
  if (options.signal.aborted) process.stop();
  const ended = new AbortController();
  try {
    const following = follow(options, prepared, { port, pid: process.pid, ended: ended.signal });
    const exit = await process.exit.finally(() => ended.abort());
    await logRead;
    return { exit, log, endedAt: now(), ...(await following) };
  } finally {
    options.signal.removeEventListener('abort', process.stop);
    process.stop();
  }
}

async function finish(signal: AbortSignal, prepared: PreparedRun, run: FinishedRun): Promise<K6Run> {
  signal.throwIfAborted();
  return await concludeRun(prepared, run);
}

/** Watches a running k6 until it ends: start, live numbers, and what it costs itself. */
async function follow(
  options: K6RunOptions,
  prepared: PreparedRun,
  { port, pid, ended }: { port: number; pid: Promise<number>; ended: AbortSignal },
): Promise<Pick<FinishedRun, 'started' | 'health' | 'series'>> {
  const series: K6Progress[] = [];
  if (!(await waitUntilRunning(port, ended))) return { started: null, health: null, series };
  const started = { startedAt: now(), measuredInMs: prepared.leadMs, durationMs: prepared.durationMs };
  // Users that come later get it from k6's own cache; should we be killed, no secret stays on the disk.
  await rm(prepared.files.request, { force: true });
  options.onStarted?.(started);
  const health = watchGenerator(await pid);
  const beginning = setTimeout(() => void health.begin(), prepared.leadMs);
  await followProgress(port, ended, (progress) => {
    // The clock of the run began with the first users, a moment before the first report.
    series.push(progress);
    void health.sample();
    options.onProgress?.(progress);
  });
  clearTimeout(beginning);
  return { started, health, series };
}

async function readLines(stream: NodeJS.ReadableStream, add: (line: string) => void): Promise<void> {
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(add);
  }
  add(rest);
}

function now(): string {
  return new Date().toISOString();
}
