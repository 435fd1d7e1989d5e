import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import { findServiceProcess } from '../../adapters/kernel/find-process.js';
import { chooseProfiler } from '../../adapters/profilers/choose-profiler.js';
import type { ServiceProcess } from '../../adapters/profilers/profiler.js';
import type { ToolName } from '../../adapters/tools/tool-pins.js';
import type { DatabaseEngine } from '../../adapters/databases/database.js';
import { databaseEngine, databaseEngines } from '../../adapters/databases/registry.js';
import { identifyProcess } from '../../adapters/kernel/processes.js';
import { readCatalog, type Catalog } from '../../config/catalog.js';
import { findTool } from '../../config/find-tool.js';
import { endpointKeys } from '../../config/resolve/find-endpoint.js';
import {
  resolveDatabases,
  resolveProcess,
  resolveProfiler,
  resolveRequest,
  type DatabaseAccess,
  type ProfilerSetting,
} from '../../config/resolve/resolve-access.js';
import { EvidenceUnavailableError } from '../../core/model/errors.js';
import { hasAnySecret, readHookCredentials } from '../hook/access/credentials.js';
import { checkArtifacts } from './artifacts-check.js';
import { failed, firstLine, lacking, ok, type Check } from './check.js';
import { checkRunningHook } from './hook-check.js';

const connectTimeoutMs = 3000;
/** Long enough for two samples of the statistics, short enough for a person who waits. */
const databaseLookMs = 300;

async function canConnect(host: string, port: number): Promise<string | null> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port, timeout: connectTimeoutMs });
    const end = (problem: string | null): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end(`no answer within ${connectTimeoutMs / 1000} s`));
    socket.once('error', (error) => end(error.message));
  });
}

/** Opens a connection and sends nothing, because a check must not be a request. */
async function checkTarget(catalog: Catalog, key: string): Promise<Check> {
  const what = `${key} can be reached`;
  try {
    const url = new URL(resolveRequest(catalog, key).url);
    const port = Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);
    const problem = await canConnect(url.hostname.replaceAll(/[[\]]/g, ''), port);
    return problem === null
      ? ok(`target ${key}`, what, `${url.host} accepts connections`)
      : failed(`target ${key}`, what, problem, `Start the service, or correct the url of ${key} in the catalog.`);
  } catch (error) {
    return failed(`target ${key}`, what, firstLine(error), 'Set the secret where the worker runs.');
  }
}

/** Which profiler would be used, without downloading anything for it. */
async function profilerFor(process: ServiceProcess, setting: ProfilerSetting): Promise<string> {
  if (setting.kind === 'source') return `${setting.field} of the catalog`;
  const tool = async (name: ToolName): Promise<string> => (await findTool(name, { say: () => undefined, allowDownload: false })).path;
  const profiler = await chooseProfiler(process, setting.kind === 'named' ? setting.name : null, { tool });
  return await profiler.inspect(process, tool);
}

async function checkProcess(catalog: Catalog, service: string, key: string): Promise<Check> {
  const id = `process ${service}`;
  const what = `the process of ${service}, to be profiled`;
  const locator = resolveProcess(catalog, key);
  if (locator === null)
    return lacking(
      id,
      what,
      'the catalog does not say which',
      `Write e.g. process: { port: 8080 } for ${service}, where the service runs on the worker's host.`,
    );
  try {
    const { pid } = await findServiceProcess(locator);
    const { runtime, usableCores } = await identifyProcess(pid);
    return ok(id, what, `process ${pid}, ${runtime}, ${await profilerFor({ pid, runtime, usableCores }, resolveProfiler(catalog, key))}`);
  } catch (error) {
    if (!(error instanceof EvidenceUnavailableError))
      return lacking(id, what, firstLine(error), `Correct process of ${service} in the catalog.`);
    return lacking(id, what, error.missing.why, error.missing.remedy);
  }
}

async function checkDatabase(service: string, access: DatabaseAccess, { title, look }: DatabaseEngine): Promise<Check[]> {
  const id = `database ${service}/${access.name}`;
  const what = `database ${access.name} of ${service}: connection, statement statistics, rights`;
  if (look === null) {
    const looked = databaseEngines.flatMap((engine) => (engine.look === null ? [] : [engine.title]));
    const remedy = `Nothing to do: waits for it are told by its sockets; only ${looked.join(', ')} can be asked what it did.`;
    return [lacking(id, `database ${access.name} of ${service}`, `${title} is known by its sockets only`, remedy)];
  }
  const seen = await look.observe({
    name: access.name,
    url: access.url,
    mayBeSuperuser: access.mayBeSuperuser,
    delayMs: 0,
    durationMs: databaseLookMs,
    signal: AbortSignal.timeout(20_000),
    onProgress: () => undefined,
    servicePorts: () => Promise.resolve(new Set<number>()),
  });
  const gaps = seen.missing.map((missing) => lacking(`${id} ${missing.id}`, `${what}: ${missing.what}`, missing.why, missing.remedy));
  return gaps.length > 0 ? gaps : [ok(id, what, `${title} ${seen.serverVersion} at ${seen.peer}`)];
}

async function checkDatabases(catalog: Catalog, service: string, key: string): Promise<Check[]> {
  const { databases, missing } = resolveDatabases(catalog, key);
  const gaps = missing.map(({ id, what, why, remedy }) => lacking(`${service} ${id}`, what, why, remedy));
  const looked = await Promise.all(databases.map((access) => checkDatabase(service, access, databaseEngine(access.kind))));
  return [...gaps, ...looked.flat()];
}

function checkHook(catalog: Catalog): Check {
  const what = 'a secret for the alert hook';
  return hasAnySecret(readHookCredentials(catalog, null))
    ? ok('hook', what, 'set')
    : lacking(
        'hook',
        what,
        'none is set here',
        'Set RESPONDER_HOOK_TOKEN or RESPONDER_HOOK_SECRET, or what hook.sources names; `dev` makes one by itself.',
      );
}

async function checkService(catalog: Catalog, service: string): Promise<Check[]> {
  const keys = endpointKeys(catalog).filter((key) => key.startsWith(`${service}/`));
  const targets = await Promise.all(keys.map((key) => checkTarget(catalog, key)));
  const [first] = keys;
  if (first === undefined) return targets;
  return [...targets, await checkProcess(catalog, service, first), ...(await checkDatabases(catalog, service, first))];
}

/** Checks the catalog and everything that it names: is it reachable, found, allowed? */
export async function checkCatalog(file: string, dataDirectory: string): Promise<Check[]> {
  let catalog: Catalog;
  try {
    catalog = await readCatalog(file);
  } catch (error) {
    const problems = error instanceof Error ? error.message : String(error);
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    const remedy = isThere
      ? 'Correct each line; docs/catalog.md shows every key.'
      : 'Run perf-responder init, which looks at this machine and writes one.';
    return [failed('catalog', 'the service catalog', problems, remedy)];
  }
  const found = ok('catalog', 'the service catalog', `${catalog.file}: ${endpointKeys(catalog).join(', ')}`);
  const services = await Promise.all(Object.keys(catalog.services).map((service) => checkService(catalog, service)));
  const hook = await checkRunningHook(catalog);
  return [found, await checkArtifacts(catalog, dataDirectory), ...(hook.length > 0 ? hook : [checkHook(catalog)]), ...services.flat()];
}
