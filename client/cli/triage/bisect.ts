import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { BisectRequest } from '../../../activities/bisect-contract.js';
import { readCatalog } from '../../../config/catalog.js';
import { findEndpoint, type FoundEndpoint } from '../../../config/resolve/find-endpoint.js';
import { RefusedError } from '../../../core/model/errors.js';
import { renderBisectReport } from '../../../report/bisect-report.js';
import { contextOf, withIncidents, type CommandContext } from '../command-context.js';
import { choiceOption, numberOption } from '../option-values.js';
import { isSearchable } from '../../../config/searchable-repository.js';

const metrics = ['p95', 'p50', 'error-ratio', 'cpu', 'db-time'] as const;
/** Default budget of a search: twice what the hardest case of the benchmark needs. */
const defaultRuns = 120;
const defaultMinutes = 240;

interface BisectFlags {
  good?: string;
  bad?: string;
  metric: (typeof metrics)[number];
  minEffect: number;
  budgetRuns: number;
  budgetBuilds?: number;
  budgetMinutes: number;
  detach?: boolean;
}

/** Refuses at once what the catalog rules out. Only the worker that has the repository knows the rest. */
function requireRepository(found: FoundEndpoint): void {
  if (isSearchable(found.service.repository)) return;
  throw new RefusedError(
    `no repository: expected repository of service ${found.serviceName} in the catalog with path, start and health, got ${found.service.repository === undefined ? 'none' : 'one for links only'}; write e.g. repository: { path: ../${found.serviceName}, start: node server.js, health: "http://127.0.0.1:{port}/healthz" }`,
  );
}

function requestOf({ key }: FoundEndpoint, flags: BisectFlags): BisectRequest {
  const name = key.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 80);
  return {
    bisectId: `bisect-${name}-${randomBytes(4).toString('hex')}`,
    endpoint: key,
    good: flags.good ?? null,
    bad: flags.bad ?? null,
    metric: flags.metric,
    minEffect: flags.minEffect,
    budgetRuns: flags.budgetRuns,
    budgetBuilds: flags.budgetBuilds ?? null,
    budgetMinutes: flags.budgetMinutes,
    hints: { files: [] },
    incidentId: null,
  };
}

async function bisect(endpoint: string, flags: BisectFlags, command: Command): Promise<void> {
  const context = contextOf(command);
  if (isBisectId(endpoint)) {
    await followAgain(context, endpoint);
    return;
  }
  const found = findEndpoint(await readCatalog(context.catalogFile), endpoint);
  requireRepository(found);
  const request = requestOf(found, flags);
  const { followBisect, startBisect } = await import('../../temporal/follow-bisect.js');
  await withIncidents(context, async ({ client }) => {
    const handle = await startBisect(client, request, found.serviceName);
    context.say(`bisect ${request.bisectId} started`);
    if (flags.detach === true) {
      context.print({ bisectId: request.bisectId, started: true }, request.bisectId);
      return;
    }
    const { answer, cleanedUp } = await followBisect(
      { client, handle, isOwn: true, comeBack: context.typed(`bisect ${request.bisectId}`) },
      context.say,
    );
    context.print({ bisectId: request.bisectId, ...answer }, renderBisectReport(answer));
    await cleanedUp;
  });
}

/** Every key of the catalog contains a slash. */
function isBisectId(text: string): boolean {
  return text.startsWith('bisect-') && !text.includes('/');
}

async function followAgain(context: CommandContext, bisectId: string): Promise<void> {
  const { bisectOf, followBisect } = await import('../../temporal/follow-bisect.js');
  await withIncidents(context, async ({ client }) => {
    const { answer, cleanedUp } = await followBisect(
      { client, handle: bisectOf(client, bisectId), isOwn: false, comeBack: context.typed(`bisect ${bisectId}`) },
      context.say,
    );
    context.print({ bisectId, ...answer }, renderBisectReport(answer));
    await cleanedUp;
  });
}

const examples = `
Examples:
  $ perf-responder bisect shop/place-order --good v1.4.0
  $ perf-responder bisect shop/place-order --good v1.4.0 --bad HEAD --metric cpu --budget-runs 60 --json
  $ perf-responder bisect shop/search --budget-minutes 30 --detach
  $ perf-responder bisect bisect-shop-search-1a2b3c4d

Without --good: repository.good of the catalog, else the last tag before --bad.`;

export function registerBisect(program: Command): void {
  program
    .command('bisect')
    .description('find the commit that made an endpoint slower')
    .argument('<endpoint>', 'SERVICE/ENDPOINT of a service with a repository, or the id of a search that goes on or has ended')
    .option('--good <rev>', 'a commit that was good (beats the catalog)')
    .option('--bad <rev>', 'a commit that is bad (default: HEAD)')
    .option('--metric <metric>', metrics.join(', '), choiceOption('--metric', metrics), 'p95')
    .option(
      '--min-effect <ratio>',
      'smallest slowdown worth a search',
      numberOption('--min-effect', { minimum: 1.01, maximum: 1000, whole: false, example: 1.2 }),
      1.2,
    )
    .option(
      '--budget-runs <number>',
      'at most so many load runs',
      numberOption('--budget-runs', { minimum: 1, maximum: 10_000, whole: true, example: 60 }),
      defaultRuns,
    )
    .option(
      '--budget-builds <number>',
      'at most so many builds; then the answer is a range or inconclusive',
      numberOption('--budget-builds', { minimum: 1, maximum: 10_000, whole: true, example: 20 }),
    )
    .option(
      '--budget-minutes <number>',
      'at most so long; then the answer is a range or inconclusive',
      numberOption('--budget-minutes', { minimum: 0.1, maximum: 10_080, whole: false, example: 60 }),
      defaultMinutes,
    )
    .option('--detach', 'start it and return at once; it goes on without this command')
    .addHelpText('after', examples)
    .action(async (endpoint: string, flags: BisectFlags, command: Command) => bisect(endpoint, flags, command));
}
