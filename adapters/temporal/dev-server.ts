/** Temporal's development server: `temporal server start-dev` on a database file. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ProgramFailedError, UnreadableInputError } from '../../core/model/errors.js';
import { freePort, whyPortIsTaken } from '../kernel/free-port.js';
import { startGuarded, type GuardedProcess } from '../kernel/guarded-process.js';

export interface DevServerOptions {
  /** Path of the Temporal CLI. */
  binary: string;
  /** Holds `temporal.db`. */
  directory: string;
  /** 0 takes a free one. */
  port: number;
  uiPort: number;
  namespace: string;
  /** Name → `Keyword`, `Double`, `Bool`…; only for a new database file, an existing one keeps what it has. */
  searchAttributes: Record<string, string>;
  readyWithinMs: number;
  signal: AbortSignal;
}

export interface DevServer {
  /** `127.0.0.1:7233` */
  address: string;
  /** Origin of the Web UI. */
  ui: string;
  pid: number;
  /** Resolves with the last words when the server has ended, however. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

const loopback = '127.0.0.1';

/** The wanted port, or any when that is 0. Throws UnreadableInputError for a wanted one that is taken. */
async function claimPort(wanted: number, flag: string): Promise<number> {
  if (wanted === 0) return await freePort();
  const reason = await whyPortIsTaken(wanted);
  if (reason === null) return wanted;
  throw new UnreadableInputError(
    `${flag}: expected port ${wanted} to be free, but ${reason}; stop what listens there, or choose another port (0 = any)`,
  );
}

function collectLastWords(server: GuardedProcess): () => string {
  let words = '';
  server.stderr.setEncoding('utf8').on('data', (chunk: string) => (words = `${words}${chunk}`.slice(-4000)));
  return () => words.trim().split('\n').slice(-3).join(' | ');
}

async function isListening(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://${loopback}:${port}/`, { signal: AbortSignal.timeout(1000) });
    return response.status > 0;
  } catch {
    return false;
  }
}

function serverArguments(options: DevServerOptions, ports: { port: number; uiPort: number }): string[] {
  const attributes = Object.entries(options.searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]);
  return [
    ...['server', 'start-dev', '--ip', loopback, '--port', String(ports.port), '--ui-port', String(ports.uiPort)],
    ...['--db-filename', join(options.directory, 'temporal.db'), '--namespace', options.namespace],
    // WAL as the SDK's own CI has it; synchronous stays NORMAL, since this data matters.
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    // One partition a queue, so that the order of waiting loads by severity holds over all of them, not within each of four.
    ...['--dynamic-config-value', 'matching.numTaskqueueReadPartitions=1'],
    ...['--dynamic-config-value', 'matching.numTaskqueueWritePartitions=1'],
    ...['--log-level', 'error', '--ui-disable-news-fetch'],
    ...attributes,
  ];
}

/**
 * Starts the server and waits until its Web UI answers, which is the last thing to come up. It does not outlive this process by more than
 * seconds, however that dies. Throws UnreadableInputError (port taken) or ProgramFailedError (with its last words).
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  const ports = { port: await claimPort(options.port, '--temporal-port'), uiPort: await claimPort(options.uiPort, '--ui-port') };
  const env = { HOME: options.directory, PATH: '/usr/bin:/bin' };
  const server = startGuarded(options.binary, serverArguments(options, ports), { cwd: options.directory, env, graceMs: 8000 });
  const lastWords = collectLastWords(server);
  const state = { hasEnded: false };
  const ended = server.exit.then(
    () => lastWords(),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  void ended.then(() => (state.hasEnded = true));
  const stop = async (): Promise<void> => {
    server.stop();
    await ended;
  };
  const until = Date.now() + options.readyWithinMs;
  while (!(await isListening(ports.uiPort))) {
    if (!state.hasEnded && !options.signal.aborted && Date.now() < until) {
      await delay(100);
      continue;
    }
    await stop();
    options.signal.throwIfAborted();
    const message = `the Temporal server did not start within ${options.readyWithinMs / 1000} s (${lastWords() || 'it said nothing'}); look at ${options.directory}, or move temporal.db away if it is from another version`;
    throw new ProgramFailedError({ program: options.binary, exitCode: null, message, retryable: false });
  }
  return { address: `${loopback}:${ports.port}`, ui: `http://${loopback}:${ports.uiPort}`, pid: await server.pid, ended, stop };
}
