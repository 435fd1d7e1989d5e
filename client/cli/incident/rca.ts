import type { Command } from 'commander';
import { readSeries, type Readings } from '../../../adapters/checks/service/metric-range.js';
import type { StatusDocument } from '../../../core/command/incident/status-document.js';
import { analyzeRootCause, type RootCauseAnalysis } from '../../../core/command/rca/rca.js';
import type { Incident } from '../../../core/model/incident.js';
import type { IncidentClient } from '../../temporal/incident-client.js';
import { contextOf, storeFor, tryReadCatalog, withIncidents, type CommandContext } from '../command-context.js';
import { incidentId } from './incident-access.js';
import { rcaText } from './rca-text.js';

/** The hour before gives the earlier level; a quarter of an hour after shows that the new level stayed. */
const lookBackMs = 3_600_000;
const lookAheadMs = 15 * 60_000;

async function seriesAround(context: CommandContext, { declaredAt, impact }: StatusDocument): Promise<Readings> {
  const catalog = await tryReadCatalog(context);
  if (catalog === null) return { series: [], unread: [] };
  const declaredMs = Date.parse(declaredAt);
  const window = { fromMs: declaredMs - lookBackMs, toMs: Math.min(declaredMs + lookAheadMs, Date.now()) };
  return readSeries(catalog, impact.services, window, AbortSignal.timeout(30_000));
}

/** Documents of the triages of an incident. If the server no longer keeps one, a message says so, because its causes are missing. */
async function triagesOf(incidents: IncidentClient, status: StatusDocument, context: CommandContext): Promise<Incident[]> {
  const documents: Incident[] = [];
  for (const { incidentId: id, endpoint } of status.triages) {
    if (id === null) continue;
    try {
      documents.push((await incidents.status(id)).incident);
    } catch (error) {
      context.say(
        `note: the triage ${id} of ${endpoint} could not be read, so its causes are missing: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return documents;
}

/** Reports on standard error what could not be read. */
export async function analysisOf(context: CommandContext, incidents: IncidentClient, status: StatusDocument): Promise<RootCauseAnalysis> {
  const [triages, { series, unread }] = await Promise.all([triagesOf(incidents, status, context), seriesAround(context, status)]);
  for (const { service, signal, why } of unread) context.say(`note: ${signal} of ${service} was not read: ${why}`);
  return analyzeRootCause(status, triages, series);
}

async function rca(id: string, _flags: unknown, command: Command): Promise<void> {
  await withIncidents(contextOf(command), async ({ incidents, client, context }) => {
    const { createCommandClient } = await import('../../temporal/command-client.js');
    const texts = await storeFor(context);
    const status = await createCommandClient(client, texts).status(id);
    const analysis = await analysisOf(context, incidents, status);
    context.print(analysis, rcaText(id, analysis));
  });
}

/** Why it happened, as far as something shows it. */
export function registerRca(group: Command): void {
  group
    .command('rca')
    .description('why it happened: onset, every hypothesis with its evidence, why and why again, factors and recommendations')
    .argument(...incidentId)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder incident rca INC-2026-0302-001\n  $ perf-responder incident rca INC-2026-0302-001 --json',
    )
    .action(rca);
}
