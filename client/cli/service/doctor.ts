import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import { readCatalog } from '../../../config/catalog.js';
import { borrowVariables, environmentVariable } from '../../../config/environment.js';
import { secretVariables } from '../../../config/resolve/resolve-access.js';
import { failed, firstLine, ok, type Check } from '../../doctor/check.js';
import { pasteOf, toDoOf } from '../../doctor/to-do.js';
import { connectFor, contextOf, type CommandContext } from '../command-context.js';
import { AnsweredError } from '../exit-code.js';

/** Checks the server and, through it, the running workers. What they see and this shell does not is taken over from them. */
async function checkRunning(context: CommandContext, variables: readonly string[]): Promise<Check[]> {
  const what = 'a Temporal server';
  const remedy =
    'Start everything with perf-responder dev (it stays in the foreground), or name your server with --address or TEMPORAL_ADDRESS.';
  try {
    const { client, address, close } = await connectFor(context);
    try {
      return [ok('temporal-server', what, address), await checkWorker(client, variables)];
    } finally {
      await close();
    }
  } catch (error) {
    return [
      failed('temporal-server', what, firstLine(error), remedy),
      failed('worker', 'a worker that takes incidents and loads', 'not to be known without the server', remedy),
    ];
  }
}

async function checkWorker(client: Client, variables: readonly string[]): Promise<Check> {
  const { findWorkers } = await import('../../temporal/running-workers.js');
  const { checkWorkers } = await import('../../doctor/worker-check.js');
  const workers = await findWorkers(client);
  const taken = workers.flatMap(({ environment }) => (environment === null ? [] : borrowVariables(variables, environment)));
  const check = checkWorkers(workers);
  return taken.length === 0 ? check : { ...check, found: `${check.found}; it has ${taken.join(', ')}, which this shell has not` };
}

const marks = { ok: 'ok     ', missing: 'missing', failed: 'FAILED ' };

function lines({ status, what, found }: Check): string {
  return `${marks[status]}  ${what}: ${found.replaceAll('\n', '\n           ')}`;
}

/** The verdict, the list of things to do, and what can be pasted. */
export function summaryLines(checks: readonly Check[], unset: readonly string[]): string[] {
  const lacking = checks.filter(({ status }) => status === 'failed').map(({ what }) => what);
  const toDo = toDoOf(checks);
  const { shell, sql } = pasteOf(checks, unset);
  return [
    '',
    lacking.length === 0 ? 'ready: a triage can work' : `not ready: a triage could not work without ${lacking.join('; ')}`,
    ...(toDo.length === 0
      ? []
      : ['', 'To do:', ...toDo.map((item, index) => `  ${index + 1}. ${item.remedy}\n     for ${item.for.join('; ')}`)]),
    ...(shell.length === 0 ? [] : ['', 'Where the worker runs, before it is started:', ...shell.map((line) => `  ${line}`)]),
    ...(sql.length === 0 ? [] : ['', 'As an administrator of the database:', ...sql.map((line) => `  ${line}`)]),
  ];
}

/** Variables that the catalog reads and nobody has set; none when there is no catalog. */
export async function variablesOf(catalogFile: string): Promise<string[]> {
  const catalog = await readCatalog(catalogFile).catch(() => null);
  return catalog === null ? [] : secretVariables(catalog.services);
}

async function doctor(_flags: unknown, command: Command): Promise<void> {
  const context = contextOf(command);
  context.wait('looking around');
  const { checkCatalog } = await import('../../doctor/catalog-checks.js');
  const { checkMachine } = await import('../../doctor/machine-checks.js');
  const variables = await variablesOf(context.catalogFile);
  // First, because the environment of the worker decides what the other checks find.
  const running = await checkRunning(context, variables);
  const [machine, catalog] = await Promise.all([
    checkMachine(context.dataDirectory),
    checkCatalog(context.catalogFile, context.dataDirectory),
  ]);
  const checks = [...machine.map((check) => onlyForDev(check, running)), ...running, ...catalog];
  const unset = variables.filter((name) => environmentVariable(name) === null);
  const isReady = checks.every(({ status }) => status !== 'failed');
  const document = { ok: isReady, ready: isReady, checks, toDo: toDoOf(checks), paste: pasteOf(checks, unset) };
  context.print(document, [...checks.map(lines), ...summaryLines(checks, unset)].join('\n'));
  if (!isReady) throw new AnsweredError('not ready', 1);
}

/** A missing development server does not matter when another server answers. */
function onlyForDev(check: Check, running: readonly Check[]): Check {
  const isServed = running.some(({ id, status }) => id === 'temporal-server' && status === 'ok');
  return check.id === 'temporal' && check.status === 'failed' && isServed ? { ...check, status: 'missing' } : check;
}

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('what works on this machine, what is missing, and the exact remedy')
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder doctor\n  $ perf-responder doctor --catalog responder.yaml --json\n\nExit code 1 when a triage could not work; less evidence alone is no failure. What a running worker on this machine sees counts, not this shell.',
    )
    .action(doctor);
}
