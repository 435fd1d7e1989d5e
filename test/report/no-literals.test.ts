/** Values of statements may be a customer's address. None of what a server tells about statements leaves the responder, in any form, unless the catalog insists. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readEvidence } from '../../adapters/artifacts/evidence-folder.js';
import { incidentText } from '../../client/cli/triage/incident-text.js';
import { judgement } from '../../core/diagnosis/judgement.js';
import { documentReader } from '../../core/evidence/document.js';
import { judgeEvidence } from '../../core/evidence/judge-evidence.js';
import { databasesDocument, withoutStatementValues } from '../../core/evidence/kinds/databases.js';
import { scanDocument, withoutPlanValues } from '../../core/evidence/kinds/query-scan.js';
import { redactEvidence, type EvidenceContent } from '../../core/evidence/redact.js';
import type { DatabaseObservation, QueryScan } from '../../core/model/database.js';
import { recordedEvidence } from '../../lab/cases/record-evidence.js';
import { renderHtml } from '../../report/html.js';
import { renderJson } from '../../report/json.js';
import { renderMarkdown } from '../../report/markdown.js';
import { renderNotification } from '../../report/notification.js';
import { recordedReport } from '../support/recorded-report.js';
import { toldByPeople } from '../support/told-by-people.js';

const address = 'ada.lovelace@example.org';
const quoted = `'${address}'`;

/** A condition on the address in a statement, as a server prints it that does not replace values. */
function withAddress(statement: string): string {
  return `${statement} /* for */ AND email = ${quoted}`;
}

/** Everything that a server tells about statements, with the address in it. */
function poisonDatabase(database: DatabaseObservation): DatabaseObservation {
  const poison = <T extends { query: string }>(session: T): T => ({ ...session, query: withAddress(session.query) });
  return {
    ...database,
    statements: database.statements?.map((each) => ({ ...each, text: withAddress(each.text) })) ?? null,
    activity:
      database.activity === null
        ? null
        : { ...database.activity, byStatement: database.activity.byStatement.map((each) => ({ ...each, text: withAddress(each.text) })) },
    blocking: database.blocking.map((tree) => ({ ...tree, root: poison(tree.root), waiters: tree.waiters.map(poison) })),
    missing: [{ id: 'refused', what: 'a plan', why: `invalid input syntax: "${address}"`, remedy: 'none' }],
  };
}

function poisonScan(scan: QueryScan): QueryScan {
  return {
    ...scan,
    statements: scan.statements.map((each) => {
      const filter = `(email = ${quoted}::text)`;
      const plan =
        each.plan === null
          ? null
          : {
              ...each.plan,
              nodes: each.plan.nodes.map((node) => ({ ...node, filter, condition: filter })),
              findings: each.plan.nodes.map(({ id }) => ({ id: 'rows-removed', node: id, text: `drops rows by ${filter}` })),
            };
      const nonSargable = each.nonSargable.map((one) => ({ ...one, predicate: `lower(email) = ${quoted}`, rewrite: `email = ${quoted}` }));
      return {
        ...each,
        statement: { ...each.statement, text: withAddress(each.statement.text) },
        plan,
        planNote: `not executed: "${address}"`,
        rawPlan: JSON.stringify([{ Plan: { 'Node Type': 'Seq Scan', Filter: filter } }]),
        nonSargable,
      };
    }),
  };
}

interface Kept {
  database: (observation: DatabaseObservation) => DatabaseObservation;
  scan: (scan: QueryScan) => QueryScan;
}

/** What captures keep, as text in every form in which it leaves: by the name of the form. */
async function outputs(name: string, keep: Kept): Promise<Map<string, string>> {
  const recorded = await readEvidence(join(recordedEvidence(), name));
  const read = documentReader(recorded.documents, name);
  const databases = (read(databasesDocument) ?? []).map(poisonDatabase).map(keep.database);
  const scans = (read(scanDocument) ?? []).map(poisonScan).map(keep.scan);
  const documents = new Map([...recorded.documents, [databasesDocument.name, databases], [scanDocument.name, scans]]);
  const content: EvidenceContent = { ...recorded, documents };
  const incident = judgeEvidence(content, judgement);
  const input = { ...(await recordedReport(name)), incident, databases, scans };
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');
  return new Map([
    ...toldByPeople(incident),
    ['page', renderHtml(input, sha256)],
    ['summary', renderMarkdown(input)],
    ['JSON', renderJson(input)],
    ['terminal', incidentText(incident)],
    ...(['report-ready', 'needs-human', 'ended'] as const).map((event): [string, string] => [
      `notification ${event}`,
      JSON.stringify(renderNotification(incident, event)),
    ]),
    ['artifacts', JSON.stringify([...documents])],
    ['evidence archive', JSON.stringify([...redactEvidence(content, { texts: [], hosts: [] }).documents])],
  ]);
}

const windows = [
  'missing-index',
  'non-sargable-predicate',
  'idle-in-transaction',
  'ddl-lock',
  'row-lock',
  'n-plus-one',
  'sort-spill',
  'product-search',
];

it.each(windows)('tells no value of a statement in any output of %s', async (name) => {
  const told = await outputs(name, { database: withoutStatementValues, scan: withoutPlanValues });
  expect(told.size).toBeGreaterThan(10);
  expect(told.get('status page')).toContain('Orders');
  expect([...told].filter(([, text]) => /lovelace/.test(text)).map(([form]) => form)).toEqual([]);
});

it.each(windows)('tells them of %s where the catalog insists, except in the archive that leaves the house', async (name) => {
  const told = await outputs(name, { database: (as) => as, scan: (as) => as });
  const showing = [...told].filter(([, text]) => /lovelace/.test(text)).map(([form]) => form);
  expect(showing).toContain('artifacts');
  expect(showing).toContain('page');
  // Outside, nothing is told that a server said, whatever the catalog says.
  expect(showing).not.toContain('status page');
  expect(showing).not.toContain('evidence archive');
});
