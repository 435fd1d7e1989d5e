/** What runs of runbooks need: the catalog's databases, secrets and checks, programs of this machine, the artifact store. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { ActionOrder } from '../activities/runbook/contract.js';
import type { ActionEnding, RunbookDependencies } from '../activities/runbook/dependencies.js';
import { artifactDirectory, createArtifactStore } from '../adapters/artifacts/artifact-store.js';
import { checks } from '../adapters/checks/registry.js';
import { runChecks } from '../adapters/checks/run-checks.js';
import { maskText } from '../adapters/redaction/mask-stream.js';
import { findRunner } from '../adapters/runbook-steps/registry.js';
import { serviceHealth } from '../adapters/runbook-steps/service-health.js';
import type { CheckAnswer, StepAccess, StepContext, StepEnding } from '../adapters/runbook-steps/step-runner.js';
import type { Catalog } from '../config/catalog.js';
import { environmentVariable } from '../config/environment.js';
import { parseRunbook } from '../config/runbook/read-runbook.js';
import { readSecret, type SecretRef } from '../config/secret.js';
import { effectiveRisk } from '../core/command/runbook/check-runbook.js';
import { argumentsOf } from '../core/command/runbook/parameters.js';
import type { OpenedRunbook } from '../core/command/runbook/run-state.js';
import type { Action } from '../core/command/runbook/runbook.js';
import { UnreadableInputError } from '../core/model/errors.js';

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function open(catalog: Catalog, file: string, text: string, given: Record<string, string>): OpenedRunbook {
  const written = parseRunbook(text, file);
  const values = argumentsOf(written.params, given);
  if (!values.ok) throw new UnreadableInputError(`${written.name}: ${values.problems.join('; ')}`);
  const service = String(values.values['service'] ?? written.service);
  const runbook = { ...written, steps: written.steps.map((step) => ({ ...step, action: deployAction(catalog, service, step.action) })) };
  return { runbook, values: values.values, hash: sha256(text), risk: effectiveRisk(written) };
}

/** `@deploy.rollback` and `@deploy.restart` are the commands that the catalog names for the service: approved and run as they stand there. */
function deployAction(catalog: Catalog, service: string, action: Action): Action {
  const word = action.kind === 'command' ? /^@deploy\.(rollback|restart)$/.exec(action.run[0] ?? '')?.[1] : undefined;
  if (word === undefined) return action;
  const run = catalog.services[service]?.deploy?.[word === 'rollback' ? 'rollback' : 'restart'];
  if (run !== undefined) return { kind: 'command', run };
  throw new UnreadableInputError(
    `expected services.${service}.deploy.${word} in the catalog, got none; write the command there, as a list`,
  );
}

/** The database of that name: of the runbook's service, of the service that `service/name` says, else the only one of the catalog. */
function findDatabase(catalog: Catalog, name: string, service: string): { kind: string; connection: SecretRef | string } {
  const [owner, own] = name.includes('/') ? name.split('/') : [service, name];
  const found = Object.entries(catalog.services).flatMap(([key, { databases = {} }]) =>
    Object.entries(databases).map(([database, setting]) => ({ key, database, setting })),
  );
  const named = found.filter(({ database }) => database === own);
  const best =
    named.find(({ key }) => key === owner) ??
    (new Set(named.map(({ setting }) => JSON.stringify(setting))).size === 1 ? named[0] : undefined);
  if (best !== undefined) return best.setting;
  const known = found.map(({ key, database }) => `${key}/${database}`).join(', ') || 'none';
  throw new UnreadableInputError(
    `expected a database of the catalog (${known}), got ${name}; write SERVICE/NAME where several have this name`,
  );
}

async function checkOf(catalog: Catalog, id: string, target: string, signal: AbortSignal): Promise<CheckAnswer> {
  if (id !== 'service.health') return anyCheck(catalog, id, target, signal);
  const addresses = catalog.services[target]?.health ?? [];
  if (addresses.length > 0) return serviceHealth(addresses, signal);
  return {
    isGood: false,
    detail: `the health of ${target || 'the service'} is not known: name an address in services.${target || 'NAME'}.health`,
  };
}

/** A check of the registry. What warns passes, with its words; what could not be seen never does. */
async function anyCheck(catalog: Catalog, id: string, target: string, signal: AbortSignal): Promise<CheckAnswer> {
  const known = checks.find((candidate) => candidate.id === id);
  if (known === undefined)
    return { isGood: false, detail: `expected one of the checks ${checks.map((candidate) => candidate.id).join(', ')}, got ${id}` };
  const services = catalog.services[target] === undefined ? Object.keys(catalog.services) : [target];
  const rows = (await runChecks({ catalog, services, areas: [known.area], signal })).filter((row) => row.id === id);
  const bad = rows.filter(({ verdict }) => verdict === 'fail' || verdict === 'unknown');
  const shown = bad.length > 0 ? bad : rows;
  const detail =
    rows.length === 0 ? `the catalog has nothing that ${id} could look at` : shown.map((row) => `${row.target}: ${row.detail}`).join('; ');
  return { isGood: rows.length > 0 && bad.length === 0, detail };
}

function accessOf(catalog: Catalog): StepAccess {
  const secret = (reference: SecretRef, purpose: string): string =>
    readSecret('file' in reference ? { file: resolve(catalog.directory, reference.file) } : reference, purpose);
  return {
    secret,
    database: (name, service) => {
      const { kind, connection } = findDatabase(catalog, name, service);
      return { kind, url: typeof connection === 'string' ? connection : secret(connection, `database ${name}`) };
    },
    check: (id, target, signal) => checkOf(catalog, id, target, signal),
  };
}

/** PATH and what the runbook names: nothing else of the worker's environment reaches a step. */
function contextOf(catalog: Catalog, order: Omit<ActionOrder, 'action' | 'expect'>, signal: AbortSignal): StepContext {
  const access = accessOf(catalog);
  const named = Object.entries(order.env).map(([name, reference]) => [name, access.secret(reference, `env ${name}`)] as const);
  const { service, values, parameters, timeoutMs } = order;
  return {
    environment: { PATH: environmentVariable('PATH') ?? '/usr/bin:/bin', LANG: 'C.UTF-8', ...Object.fromEntries(named) },
    secrets: named.map(([, value]) => value),
    directory: catalog.directory,
    ...{ service, values, parameters, timeoutMs, signal, access },
  };
}

function outputOf(stdout: string, stderr: string): string {
  return stderr.trim() === '' ? stdout : `${stdout}${stdout === '' || stdout.endsWith('\n') ? '' : '\n'}${stderr}`;
}

async function perform(
  catalog: Catalog,
  action: Action,
  order: Omit<ActionOrder, 'action' | 'expect'>,
  signal: AbortSignal,
): Promise<ActionEnding> {
  const runner = findRunner(action.kind);
  if (runner === null) return { kind: 'not-begun', why: `steps of kind ${action.kind} are not run by a worker` };
  let context: StepContext;
  try {
    context = contextOf(catalog, order, signal);
  } catch (error) {
    if (error instanceof UnreadableInputError) return { kind: 'not-begun', why: error.message };
    throw error;
  }
  const ending = await runner.run(action, context).catch((error: unknown): StepEnding => {
    // The catalog does not name what the step needs: it has not begun.
    if (error instanceof UnreadableInputError) return { kind: 'not-begun', why: error.message };
    throw error;
  });
  const safe = (text: string): string => maskText(text, context.secrets);
  if (ending.kind === 'not-begun') return { kind: 'not-begun', why: safe(ending.why) };
  if (ending.kind === 'unclear') return { kind: 'unclear', why: safe(ending.why), output: ending.stdout };
  const { answer } = ending;
  return { kind: 'ended', answer, output: answer.body ?? outputOf(answer.stdout, answer.stderr) };
}

export function createRunbookDependencies({ catalog, dataDirectory }: { catalog: Catalog; dataDirectory: string }): RunbookDependencies {
  const artifacts = createArtifactStore({ directory: artifactDirectory(dataDirectory) });
  return {
    open: (file, text, given) => open(catalog, file, text, given),
    readText: async (path) => (await artifacts.read({ path })).toString('utf8'),
    keepText: async (name, text) => (await artifacts.put(name, 'output', text)).path,
    perform: (action, order, signal) => perform(catalog, action, order, signal),
    simulate: async (action, order, signal) => (await findRunner(action.kind)?.simulate(action, contextOf(catalog, order, signal))) ?? null,
    targetOf: (action, { service }) => {
      if (action.kind !== 'sql' && action.kind !== 'redis') return service;
      const { kind, connection } = findDatabase(catalog, action.database, service);
      return `${service} ${kind} ${typeof connection === 'string' ? action.database : JSON.stringify(connection)}`;
    },
    approvers: (by, service) => Promise.resolve(approversOf(catalog, by, service)),
    sha256,
    now: () => Date.now(),
  };
}

/** People by their keys; `service-owner` is whoever owns the runbook's service. */
function approversOf(catalog: Catalog, by: readonly string[], service: string): string[] {
  const owners = catalog.services[service]?.owner ?? [];
  return [...new Set(by.flatMap((one) => (one === 'service-owner' || one === 'owner' ? owners : [one])))];
}
