/** `perf-responder artifacts`: what is kept, what may go, and (with --prune) its removal. */
import type { Command } from 'commander';
import { artifactLimits } from '../../../config/settings/artifact-limits.js';
import { readCatalog } from '../../../config/catalog.js';
import { formatDuration } from '../../../config/duration.js';
import type { Removal, RetentionPlan } from '../../../core/decisions/retention.js';
import { contextOf, storeFor, withIncidents, type CommandContext } from '../command-context.js';

const megabytes = (sizeBytes: number): string => `${(sizeBytes / 1e6).toFixed(1)} MB`;

/** A person reads a page; `--json` has all. */
const shownRemovals = 50;

function removalLine({ path, sizeBytes, storedAtMs, why }: Removal): string {
  const reason = why === 'age' ? 'older than it is kept' : 'above the size';
  return `  ${new Date(storedAtMs).toISOString().slice(0, 16)}  ${megabytes(sizeBytes).padStart(10)}  ${reason}  ${path}`;
}

function planLines(title: string, plan: RetentionPlan & { count: number }, isPruned: boolean): string[] {
  const { count, totalBytes, inUse, removals, overBytes } = plan;
  const more = removals.length - shownRemovals;
  return [
    `${title}: ${count}, ${megabytes(totalBytes)}; of open incidents ${inUse.count}, ${megabytes(inUse.sizeBytes)}`,
    ...(removals.length === 0 ? ['  nothing is to go'] : [`  ${removals.length} ${isPruned ? 'removed' : 'would go'}:`]),
    ...removals.slice(0, shownRemovals).map(removalLine),
    ...(more > 0 ? [`  and ${more} more (--json has all)`] : []),
    ...(overBytes > 0 ? [`  still ${megabytes(overBytes)} above the limit: the rest is in use, or too new`] : []),
  ];
}

function document(plan: RetentionPlan & { count: number }): object {
  const { count, totalBytes, inUse, overBytes, removals } = plan;
  const told = removals.map(({ storedAtMs, ...removal }) => ({ ...removal, storedAt: new Date(storedAtMs).toISOString() }));
  return { count, sizeBytes: totalBytes, inUse, overBytes, removals: told };
}

async function survey(shell: CommandContext, isPruning: boolean): Promise<void> {
  const catalog = await readCatalog(shell.catalogFile);
  const limits = artifactLimits(catalog);
  const { applyRetention, surveyRetention } = await import('../../../adapters/artifacts/retention.js');
  const { findOpenReferences } = await import('../../../adapters/temporal/open-references.js');
  const { episodeRunOf, incidentIdOf } = await import('../../../workflows/respond/incident-id.js');
  await withIncidents(shell, async ({ client, context }) => {
    const { dataDirectory } = context;
    const places = { store: await storeFor(context), dataDirectory };
    const inUse = await findOpenReferences(client, (run) => incidentIdOf(run.workflowId, episodeRunOf(run)));
    const found = await surveyRetention(places, limits ?? { keepMs: null, maxBytes: null }, inUse, Date.now());
    if (isPruning) await applyRetention(places, found, Date.now());
    const kept = limits === null ? 'for ever: artifacts of the catalog has neither keep nor max' : limitsText(limits);
    context.print(
      { dataDirectory, limits, artifacts: document(found.artifacts), workFolders: document(found.workFolders), pruned: isPruning },
      [
        `kept ${kept}`,
        ...planLines('artifacts', found.artifacts, isPruning),
        ...planLines('work folders', found.workFolders, isPruning),
      ].join('\n'),
    );
  });
}

export function limitsText({ keepMs, maxBytes }: { keepMs: number | null; maxBytes: number | null }): string {
  const age = keepMs === null ? 'whatever the age' : `for ${formatDuration(keepMs)}`;
  return maxBytes === null ? age : `${age}, up to ${maxBytes / 1e9} GB`;
}

export function registerArtifacts(program: Command): void {
  program
    .command('artifacts')
    .description('reports and captures of this data folder: how much, what may go and why')
    .option('--prune', 'remove it now, as a worker does every hour')
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder artifacts\n  $ perf-responder artifacts --prune --json\n\nWhat an incident that is not over refers to never goes. What was removed stands in removed.jsonl of the data folder.',
    )
    .action(async (flags: { prune?: boolean }, command: Command) => survey(contextOf(command), flags.prune === true));
}
