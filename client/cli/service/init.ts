/** `perf-responder init`: looks at this machine, writes a catalog with one endpoint, says what is missing and what to type next. */
import { access, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { parseCatalog } from '../../../config/catalog.js';
import { environmentVariable } from '../../../config/environment.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import type { Budgets } from '../../../core/model/load-result.js';
import { checkCatalog } from '../../doctor/catalog-checks.js';
import { checkMachine } from '../../doctor/machine-checks.js';
import { findCandidates, type Candidate } from '../../init/look-around.js';
import { catalogText, type CatalogChoice } from '../../init/write-catalog.js';
import { contextOf, type CommandContext } from '../command-context.js';
import { summaryLines, variablesOf } from './doctor.js';
import { AnsweredError } from '../exit-code.js';
import { collectBudgets } from '../option-values.js';

interface InitFlags {
  url?: string;
  service?: string;
  endpoint?: string;
  budget?: Budgets;
  database?: string;
  force?: boolean;
}

const defaultBudgets: Budgets = { p95Ms: 250, errorRatio: 0.01 };

type Ask = (question: string, proposal: string) => Promise<string>;

/** Asks on a terminal; elsewhere, and with `--json`, the proposal is the answer. */
async function withQuestions<T>(context: CommandContext, work: (ask: Ask) => Promise<T>): Promise<T> {
  if (context.isJson || !process.stdin.isTTY || !process.stderr.isTTY)
    return await work((_question, proposal) => Promise.resolve(proposal));
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await work(async (question, proposal) => {
      const answer = (await lines.question(`${question} [${proposal}] `)).trim();
      return answer === '' ? proposal : answer;
    });
  } finally {
    lines.close();
  }
}

function parseTarget(text: string): { method: string; url: URL } {
  const [, method = 'GET', address = ''] = /^(?:([A-Za-z]+)\s+)?(https?:\/\/\S+)$/.exec(text.trim()) ?? [];
  if (URL.canParse(address)) return { method: method.toUpperCase(), url: new URL(address) };
  throw new UnreadableInputError(
    `--url: expected an http:// or https:// address, with its method when it is not GET, got "${text}"; write e.g. --url "http://127.0.0.1:8080/search?q=red"`,
  );
}

function candidateLine({ pid, port, runtime, command, databaseVariables }: Candidate): string {
  const database = databaseVariables.length === 0 ? '' : `, database in ${databaseVariables.join(', ')}`;
  return `  port ${port}: ${runtime}, process ${pid}${database}  ${command.slice(0, 80)}`;
}

/** The service's process: the one that listens where the address points, else the likeliest. */
async function choose(
  flags: InitFlags,
  candidates: readonly Candidate[],
  ask: Ask,
): Promise<{ target: ReturnType<typeof parseTarget>; candidate: Candidate | null }> {
  if (flags.url !== undefined) {
    const target = parseTarget(flags.url);
    return { target, candidate: candidates.find(({ ports }) => ports.includes(portOfUrl(target.url))) ?? null };
  }
  const [likeliest] = candidates;
  if (likeliest === undefined) {
    throw new UnreadableInputError(
      'init: expected a service that listens on this machine, found none that this user may look into; start it, or name its address: perf-responder init --url http://127.0.0.1:8080/search',
    );
  }
  const port = Number(await ask('Which port is the service on?', String(likeliest.port)));
  const candidate = candidates.find(({ ports }) => ports.includes(port)) ?? null;
  const path = await ask('Which path is slow, or the one to begin with?', '/');
  return { target: parseTarget(`http://127.0.0.1:${port}${path.startsWith('/') ? path : `/${path}`}`), candidate };
}

function portOfUrl({ port, protocol }: URL): number {
  return Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port);
}

/** `/api/v1/search` → `search`. */
function endpointName({ pathname }: URL): string {
  const words = pathname.split('/').filter((part) => /[a-z]/i.test(part) && !/^v\d+$|^api$/i.test(part));
  return (
    words
      .at(-1)
      ?.toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-') ?? 'home'
  );
}

async function decide(
  flags: InitFlags,
  context: CommandContext,
  candidates: readonly Candidate[],
): Promise<{ choice: CatalogChoice; candidate: Candidate | null }> {
  return await withQuestions(context, async (ask) => {
    const { target, candidate } = await choose(flags, candidates, ask);
    const service = flags.service ?? (await ask('What is the service called?', candidate?.name ?? 'service'));
    const endpoint = flags.endpoint ?? (await ask('And this endpoint?', endpointName(target.url)));
    const budgets = flags.budget ?? collectBudgets(await ask('What may a request cost?', 'p95=250ms,errors=1%'), undefined);
    const databaseVariable =
      flags.database ?? candidate?.databaseVariables[0] ?? (candidate?.talksToPostgres === true ? 'DATABASE_URL' : null);
    const limits = Object.entries({ ...(flags.budget === undefined ? {} : { errorRatio: defaultBudgets.errorRatio }), ...budgets });
    const choice = {
      service,
      endpoint,
      method: target.method,
      url: target.url.href,
      budgets: Object.fromEntries(limits.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
      port: candidate === null ? null : portOfUrl(target.url),
      databaseVariable,
      repository: candidate?.repository ?? null,
    };
    return { choice, candidate };
  });
}

/** How the worker gets the variable without anybody seeing its value. */
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
    context.say(['What listens on this machine and could be the service:', ...candidates.slice(0, 8).map(candidateLine)].join('\n'));
  const { choice, candidate } = await decide(flags, context, candidates);
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
    'perf-responder dev      # stays in the foreground, on the host of the service and as its user or root',
    `perf-responder triage ${choice.service}/${choice.endpoint}      # in a second terminal`,
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
