/** What runs of runbooks need: databases, secrets and checks of the catalog, programs of this machine, the artifact store. */
import { resolve } from 'node:path';
import type { Client } from '@temporalio/client';
import type { ActionOrder } from '../../activities/runbook/contract.js';
import type { ActionEnding, RunbookDependencies } from '../../activities/runbook/dependencies.js';
import { createAuditLog } from '../../adapters/artifacts/audit-log.js';
import { openArtifactStore } from '../../adapters/artifacts/open-store.js';
import { artifactPlace } from '../../config/settings/artifact-place.js';
import { checks } from '../../adapters/checks/registry.js';
import { runChecks } from '../../adapters/checks/run-checks.js';
import { maskText } from '../../adapters/redaction/mask-stream.js';
import { stepKindOf } from '../../adapters/runbook-steps/registry.js';
import { serviceHealth } from '../../adapters/runbook-steps/service-health.js';
import type { CheckAnswer, StepAccess, StepContext, StepEnding } from '../../adapters/runbook-steps/step-context.js';
import type { Catalog } from '../../config/catalog.js';
import { environmentVariable } from '../../config/environment.js';
import { readSecret, type SecretRef } from '../../config/secret.js';
import type { Action } from '../../core/command/runbook/runbook.js';
import { RefusedError, UnreadableInputError } from '../../core/model/errors.js';
import { approversOf } from '../people/approvers.js';
import { digestOf, openRunbook, sha256 } from '../runbook/open-runbook.js';

interface FoundDatabase {
  kind: string;
  connection: SecretRef | string;
  remedyConnection?: SecretRef | string | undefined;
  mayBeSuperuser: boolean;
}

/** The database with that name: of the runbook's service, of the service in `service/name`, otherwise the only one in the catalog. */
function findDatabase(catalog: Catalog, name: string, service: string): FoundDatabase {
  const [owner, own] = name.includes('/') ? name.split('/') : [service, name];
  const found = Object.entries(catalog.services).flatMap(([key, { databases = {}, environment = 'development' }]) =>
    Object.entries(databases).map(([database, setting]) => ({ key, database, setting, mayBeSuperuser: environment === 'development' })),
  );
  const named = found.filter(({ database }) => database === own);
  const isOne = new Set(named.map(({ setting }) => JSON.stringify(setting))).size === 1;
  const best = named.find(({ key }) => key === owner) ?? (isOne ? named[0] : undefined);
  // A database that several services share counts as the most critical of them.
  if (best !== undefined)
    return { ...best.setting, mayBeSuperuser: isOne ? named.every((one) => one.mayBeSuperuser) : best.mayBeSuperuser };
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

/** Runs a check of the registry. A warning passes and is reported; what could not be checked never passes. */
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
    database: (name, service, does) => {
      const { kind, connection, remedyConnection, mayBeSuperuser } = findDatabase(catalog, name, service);
      const chosen = does === 'write' ? (remedyConnection ?? connection) : connection;
      return { kind, url: typeof chosen === 'string' ? chosen : secret(chosen, `database ${name}`), mayBeSuperuser };
    },
    check: (id, target, signal) => checkOf(catalog, id, target, signal),
  };
}

/** PATH and what the runbook names; nothing else of the worker's environment reaches a step. */
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
  const { run } = stepKindOf(action.kind);
  if (run === null) return { kind: 'not-begun', why: `steps of kind ${action.kind} are not run by a worker` };
  let context: StepContext;
  try {
    context = contextOf(catalog, order, signal);
  } catch (error) {
    if (error instanceof UnreadableInputError) return { kind: 'not-begun', why: error.message };
    throw error;
  }
  const ending = await run(action, context).catch((error: unknown): StepEnding => {
    // The catalog lacks something that the step needs, so the step has not begun.
    if (error instanceof UnreadableInputError) return { kind: 'not-begun', why: error.message };
    throw error;
  });
  const safe = (text: string): string => maskText(text, context.secrets);
  if (ending.kind === 'not-begun') return { kind: 'not-begun', why: safe(ending.why) };
  if (ending.kind === 'unclear') return { kind: 'unclear', why: safe(ending.why), output: ending.stdout };
  const { answer } = ending;
  return { kind: 'ended', answer, output: answer.body ?? outputOf(answer.stdout, answer.stderr) };
}

export interface RunbookSettings {
  catalog: Catalog;
  dataDirectory: string;
  /** Name of this machine in the audit log. */
  host: string;
  /** Is asked who commands an incident; null: nobody can be asked. */
  client: Client | null;
}

export function createRunbookDependencies({ catalog, dataDirectory, host, client }: RunbookSettings): RunbookDependencies {
  const artifacts = openArtifactStore(artifactPlace(catalog, dataDirectory));
  return {
    open: (file, text, given, approved) => {
      const opened = openRunbook(catalog, file, text, given);
      if (approved !== null && digestOf(opened) !== approved)
        throw new RefusedError(
          `${file}: what was approved has changed since (a command of the catalog, most likely); look at it and approve it again`,
        );
      return opened;
    },
    readText: async (path) => (await artifacts.read({ path })).toString('utf8'),
    keepText: async (name, text) => (await artifacts.put(name, 'output', text)).path,
    perform: (action, order, signal) => perform(catalog, action, order, signal),
    fill: (action, values) => stepKindOf(action.kind).fill(action, values),
    describe: (action, values) => stepKindOf(action.kind).describe(action, values),
    takesParameters: (action) => stepKindOf(action.kind).takesParameters,
    simulate: (action, order, signal) => stepKindOf(action.kind).simulate(action, contextOf(catalog, order, signal)),
    targetOf: (action, { service }) => {
      const database = stepKindOf(action.kind).databaseOf(action);
      if (database === null) return service;
      const { kind, connection } = findDatabase(catalog, database, service);
      return `${service} ${kind} ${typeof connection === 'string' ? database : JSON.stringify(connection)}`;
    },
    approvers: (order) => approversOf(catalog, client, order),
    audited: createAuditLog(dataDirectory, host).audited,
    sha256,
    now: () => Date.now(),
  };
}
