/** `incident documents`: everything there is to tell about an incident as files, all from one reading of its record. */
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { StatusDocument } from '../../../core/command/incident/status-document.js';
import type { RunDocument } from '../../../core/command/runbook/run-document.js';
import type { RootCauseAnalysis } from '../../../core/command/rca/rca.js';
import { communicationsDocument } from '../../../report/incident/communications.js';
import { declarationDocument } from '../../../report/incident/declaration.js';
import { escalationDocument } from '../../../report/incident/escalation.js';
import { rootCauseDocument } from '../../../report/incident/root-cause.js';
import { runDocumentText } from '../../../report/incident/run.js';
import type { Catalog } from '../../../config/catalog.js';
import { contextOf, storeFor, tryReadCatalog, withIncidents } from '../command-context.js';
import { save } from '../document-file.js';
import { incidentId } from './incident-access.js';
import { writeDocument } from './postmortem-file.js';
import { analysisOf } from './rca.js';

export interface IncidentRecord {
  status: StatusDocument;
  analysis: RootCauseAnalysis;
  runs: readonly RunDocument[];
}

/** Name of the file → its text. Postmortems are written afresh here; people edit the one of `incident postmortem`. */
export function documentsOf({ status, analysis, runs }: IncidentRecord, catalog: Catalog | null): Record<string, string> {
  return {
    'incident.md': declarationDocument(status),
    'escalation.md': escalationDocument(status),
    'root-cause.md': rootCauseDocument(status, analysis),
    'postmortem-003.md': writeDocument({ status, catalog, template: '003' }, null).text,
    'postmortem-004.md': writeDocument({ status, catalog, template: '004' }, null).text,
    'communications.md': communicationsDocument(status),
    ...Object.fromEntries(runs.map((run) => [`run-${run.runbook}.md`, runDocumentText(run)])),
  };
}

async function documents(id: string, { out }: { out: string }, command: Command): Promise<void> {
  // The caller's context would read the texts of people from a folder that the worker does not write to.
  await withIncidents(contextOf(command), async ({ incidents, client, context }) => {
    const { createCommandClient } = await import('../../temporal/command-client.js');
    const { createRunbookClient } = await import('../../temporal/runbook-client.js');
    const texts = await storeFor(context);
    const status = await createCommandClient(client, texts).status(id);
    const analysis = await analysisOf(context, incidents, status);
    const runIds = status.mitigations.flatMap(({ runId }) => (runId === null ? [] : [runId]));
    const runbooks = createRunbookClient(client, texts);
    const runs = await Promise.all(runIds.map(async (runId) => runbooks.document(runId)));
    const written = documentsOf({ status, analysis, runs }, await tryReadCatalog(context));
    const folder = resolve(out);
    for (const [name, text] of Object.entries(written)) await save(join(folder, name), text);
    const files = Object.keys(written);
    context.print({ incidentId: id, folder, files }, [`${id}: ${folder}`, ...files.map((name) => `    ${name}`)].join('\n'));
  });
}

/** What is handed on when an incident is over. */
export function registerDocuments(group: Command): void {
  group
    .command('documents')
    .description('writes what is told of an incident into a folder: declaration, escalation, root cause, postmortems, updates, runs')
    .argument(...incidentId)
    .requiredOption('--out <folder>', 'files of the same names are replaced')
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident documents INC-2026-0302-001 --out incident-2026-03-02')
    .action(documents);
}
