/** `perf-responder dev`: Temporal development server, workers and hook in one process, on one data folder. */
import { randomBytes } from 'node:crypto';
import { lockDataFolder } from '../../../adapters/artifacts/data-folder-lock.js';
import { startDevServer, type DevServer } from '../../../adapters/temporal/dev-server.js';
import type { Catalog } from '../../../config/catalog.js';
import { ProgramFailedError } from '../../../core/model/errors.js';
import { incidentSearchAttributes } from '../../../workflows/respond/search-attributes.js';
import { findTool } from '../../../config/find-tool.js';
import { hasAnySecret, readHookCredentials } from '../../hook/access/credentials.js';
import { keyOfLinks } from '../../hook/access/link-key.js';
import { parseListen } from '../../hook/listen-address.js';
import { pageLinks } from '../../hook/pages/page-link.js';
import { reportLinks } from '../../hook/report-link.js';
import { startResponderHook } from '../../hook/start-hook.js';
import type { StartWorkers } from './worker-port.js';

export interface DevOptions {
  startWorkers: StartWorkers;
  catalog: Catalog;
  dataDirectory: string;
  namespace: string;
  /** A given port takes precedence over the catalog; 0 = a free one. */
  temporalPort: number;
  uiPort: number;
  hookPort: number | null;
  say: (line: string) => void;
  /** Stops the start, wherever it is. */
  signal: AbortSignal;
}

interface ReadyLine {
  ready: true;
  /** HOST:PORT of Temporal. */
  address: string;
  /** Origins of the Web UI and the hook. */
  ui: string;
  hook: string;
  /** Present only if `dev` made a token because no secret of the catalog was available. */
  hookToken?: string;
}

export interface RunningDev {
  ready: ReadyLine;
  /** Rejects when one of the parts died. */
  failed: Promise<never>;
  stop(): Promise<void>;
}

const defaultListen = '127.0.0.1:8090';
const serverReadyWithinMs = 30_000;

type Release = () => Promise<void>;

/** Releases in reverse order. If one part cannot be released, the others are released all the same. */
async function releaseAll(releases: Release[], say: (line: string) => void): Promise<void> {
  for (const release of releases.splice(0).reverse()) {
    await release().catch((error: unknown) => say(`stopping: ${error instanceof Error ? error.message : String(error)}`));
  }
}

function hookAddress(options: DevOptions): { host: string; port: number } {
  const { host, port } = parseListen(options.catalog.hook?.listen ?? defaultListen);
  return { host, port: options.hookPort ?? port };
}

async function startServer(options: DevOptions): Promise<DevServer> {
  const { path, version, source } = await findTool('temporal', { say: options.say, allowDownload: true });
  options.say(`temporal ${version} (${source})`);
  const typeNames = { KEYWORD: 'Keyword', KEYWORD_LIST: 'KeywordList', DOUBLE: 'Double', BOOL: 'Bool' } as const;
  return await startDevServer({
    binary: path,
    directory: options.dataDirectory,
    port: options.temporalPort,
    uiPort: options.uiPort,
    namespace: options.namespace,
    searchAttributes: Object.fromEntries(incidentSearchAttributes.map(({ name, type }) => [name, typeNames[type]])),
    readyWithinMs: serverReadyWithinMs,
    signal: options.signal,
  });
}

async function assemble(options: DevOptions, releases: Release[]): Promise<Omit<RunningDev, 'stop'>> {
  const { catalog, dataDirectory, namespace, say } = options;
  const lock = await lockDataFolder(dataDirectory, say);
  releases.push(() => lock.release());
  const server = await startServer(options);
  releases.push(() => server.stop());
  await lock.recordServer(server.pid);
  const madeToken = hasAnySecret(readHookCredentials(catalog, null)) ? null : randomBytes(24).toString('base64url');
  const settings = { catalog, dataDirectory, say, temporal: { address: server.address, namespace } };
  const hook = await startResponderHook({ ...settings, madeToken }, hookAddress(options));
  releases.push(() => hook.close());
  options.signal.throwIfAborted();
  const workers = await options.startWorkers({
    ...settings,
    reportUrl: reportLinks(() => keyOfLinks(catalog, madeToken, dataDirectory), hook.origin),
    ...pageLinks(() => keyOfLinks(catalog, madeToken, dataDirectory), hook.origin),
  });
  releases.push(() => workers.shutdown());
  const serverDied = server.ended.then((words) => {
    throw new ProgramFailedError({
      program: 'temporal',
      exitCode: null,
      message: `the Temporal server ended by itself (${words || 'it said nothing'}); start dev again`,
      retryable: true,
    });
  });
  const workersDied = workers.finished.then(() => {
    throw new ProgramFailedError({
      program: 'perf-responder worker',
      exitCode: null,
      message: 'the workers stopped by themselves; start dev again',
      retryable: true,
    });
  });
  const failed = Promise.race([serverDied, workersDied]);
  // Stopping ends both, and then nobody waits for this promise.
  failed.catch(() => undefined);
  serverDied.catch(() => undefined);
  workersDied.catch(() => undefined);
  const token = madeToken === null ? {} : { hookToken: madeToken };
  return { ready: { ready: true, address: server.address, ui: server.ui, hook: hook.origin, ...token }, failed };
}

/**
 * Starts everything or nothing: after a failure, what was started is stopped again. Throws UnreadableInputError when another running `dev` uses the data
 * folder or a port is taken, ProgramFailedError when the server or the tools fail.
 */
export async function startDev(options: DevOptions): Promise<RunningDev> {
  const releases: Release[] = [];
  try {
    const running = await assemble(options, releases);
    return { ...running, stop: () => releaseAll(releases, options.say) };
  } catch (error) {
    await releaseAll(releases, options.say);
    throw error;
  }
}
