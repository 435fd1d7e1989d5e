/** `perf-responder init`: looks at this machine, writes a catalog with one endpoint, and says what is missing and what to type next. */
import { access, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parseCatalog } from '../../../config/catalog.js';
import { environmentVariable } from '../../../config/environment.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { checkCatalog } from '../../doctor/catalog-checks.js';
import { checkMachine } from '../../doctor/machine-checks.js';
import { chooseCatalog, type InitFlags } from '../../init/choose.js';
import { findCandidates, type Candidate } from '../../init/look-around.js';
import { withQuestions } from '../../init/questions.js';
import { catalogText, type CatalogChoice } from '../../init/write-catalog.js';
import { contextOf, type CommandContext } from '../command-context.js';
import { summaryLines, variablesOf } from './doctor.js';
import { AnsweredError, InterruptedError } from '../exit-code.js';
import { collectBudgets } from '../option-values.js';

function candidateLine({ pid, port, runtime, command, databaseVariables }: Candidate): string {
  const database = databaseVariables.length === 0 ? '' : `, database in ${databaseVariables.join(', ')}`;
  return `  port ${port}: ${runtime}, process ${pid}${database}  ${command.replaceAll(/\s+/g, ' ').slice(0, 80)}`;
}

/** As many as a person can look through. */
const mostShown = 8;

/** Puts the one that was asked for first: a machine may run dozens of services. */
function candidateLines(candidates: readonly Candidate[], { url }: InitFlags): string[] {
  const meant = /:(\d+)/.exec(url ?? '')?.[1];
  const isMeant = ({ port }: Candidate): boolean => String(port) === meant;
  const lines = [...candidates.filter(isMeant), ...candidates.filter((each) => !isMeant(each))].map(candidateLine);
  const more = lines.length - mostShown;
  return [...lines.slice(0, mostShown), ...(more > 0 ? [`  and ${more} more; --url names the service`] : [])];
}

/** How to give the variable to the worker without showing its value to anybody. */
function environmentHint({ databaseVariable }: CatalogChoice, candidate: Candidate | null): string[] {
  if (databaseVariable === null || environmentVariable(databaseVariable) !== null) return [];
  if (candidate?.databaseVariables.includes(databaseVariable) !== true) return [];
  return [
    `export ${databaseVariable}="$(tr '\\0' '\\n' < /proc/${candidate.pid}/environ | sed -n 's/^${databaseVariable}=//p')"      # as the service has it`,
  ];
}

async function init(flags: InitFlags, command: Command): Promise<void> {
  const context = contextOf(command);
  const file = context.catalogFile;
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere && flags.force !== true)
    throw new UnreadableInputError(
      `init: expected no file at ${file}, but there is one; give --force to write over it, or another name with --catalog`,
    );
  const candidates = findCandidates();
  if (candidates.length > 0)
    context.say(['What listens on this machine and could be the service:', ...candidateLines(candidates, flags)].join('\n'));
  const isInteractive = !context.isJson && process.stdin.isTTY && process.stderr.isTTY;
  const abandoned = (): Error =>
    new InterruptedError('\nnothing was written; perf-responder init asks again, flags answer without questions');
  const { choice, candidate } = await withQuestions(isInteractive, abandoned, (ask) => chooseCatalog(flags, candidates, ask));
  const text = catalogText(choice);
  parseCatalog(text, file);
  await writeFile(file, text);
  context.say(`wrote ${file}`);
  await finish(context, choice, environmentHint(choice, candidate));
}

/** Everything that can be checked before `dev` runs, and the two commands that follow. */
async function finish(context: CommandContext, choice: CatalogChoice, hints: string[]): Promise<void> {
  context.wait('looking whether a triage could work');
  const [machine, catalog] = await Promise.all([
    checkMachine(context.dataDirectory),
    checkCatalog(context.catalogFile, context.dataDirectory),
  ]);
  const unset = (await variablesOf(context.catalogFile)).filter((name) => environmentVariable(name) === null);
  const checks = [...machine, ...catalog];
  const isReady = checks.every(({ status }) => status !== 'failed');
  const next = [
    ...hints,
    `${context.typed('dev')}      # stays in the foreground, on the host of the service and as its user or root`,
    `${context.typed(`triage ${choice.service}/${choice.endpoint}`)}      # in a second terminal`,
  ];
  const summary = summaryLines(checks, hints.length > 0 ? [] : unset)
    .join('\n')
    .trimStart();
  context.print(
    { catalog: context.catalogFile, endpoint: `${choice.service}/${choice.endpoint}`, ok: isReady, checks, next },
    `${summary}\n\nNext:\n${next.map((line) => `  $ ${line}`).join('\n')}`,
  );
  if (!isReady) throw new AnsweredError('not ready', 1);
}

export function registerInit(program: Command): void {
  program
    .command('init')
    .description('look at this machine and write a commented catalog with one endpoint')
    .option(
      '--url <address>',
      'the endpoint to begin with, "POST http://…" when it is not GET (default: asks, or / of the likeliest service)',
    )
    .option('--service <name>', 'its name in the catalog')
    .option('--endpoint <name>', 'name of the endpoint')
    .option('--budget <metric=value>', 'what it may cost: p95=250ms,errors=1% (default)', collectBudgets)
    .option('--database <variable>', 'environment variable that holds the URL of its PostgreSQL database')
    .option('--force', 'write over the catalog that is there')
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder init\n  $ perf-responder init --url "http://127.0.0.1:8080/search?q=red" --budget p95=100ms\n  $ perf-responder init --url "POST http://127.0.0.1:8080/orders" --service shop --endpoint place-order --database SHOP_DATABASE_URL',
    )
    .action(init);
}
