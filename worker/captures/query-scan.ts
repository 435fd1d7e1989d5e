import { basename } from 'node:path';
import type { CaptureAdapter } from '../../activities/dependencies.js';
import { readTextFile } from '../../adapters/artifacts/text-file.js';
import { databaseEngine } from '../../adapters/databases/registry.js';
import type { Catalog } from '../../config/catalog.js';
import { resolveDatabases, resolveRequest } from '../../config/resolve/resolve-access.js';
import { adoptGivenPlan, givenPlanUnused } from '../../core/database/plan/given-plan.js';
import { readQueryPlan } from '../../core/database/plan/plan.js';
import { requestValues } from '../../core/load/request-values.js';
import { filled } from '../../core/evidence/document.js';
import { databasesDocument } from '../../core/evidence/kinds/databases.js';
import { queryScanKind, scanDocument, withoutPlanValues } from '../../core/evidence/kinds/query-scan.js';
import type { QueryScan } from '../../core/model/database.js';
import { UnreadableInputError } from '../../core/model/errors.js';

/** Plans of the statements that were seen in the databases. */
export function captureQueryScan(catalog: Catalog): CaptureAdapter {
  return {
    kind: queryScanKind,
    take: async ({ endpoint, options, read, signal }) => {
      const { databases } = resolveDatabases(catalog, endpoint);
      const sent = requestValues(resolveRequest(catalog, endpoint));
      const scanned = (read(databasesDocument) ?? []).flatMap((observation) => {
        const access = databases.find((candidate) => candidate.name === observation.name);
        const look = access === undefined ? null : databaseEngine(access.kind).look;
        return access === undefined || look === null
          ? []
          : [look.scan({ url: access.url, mayBeSuperuser: access.mayBeSuperuser, observation, requestValues: sent, signal })];
      });
      const own = await Promise.all(scanned);
      const complete = options.planFile === undefined ? own : await withGivenPlan(own, options.planFile);
      const shown = new Set(databases.filter(({ showLiterals }) => showLiterals === true).map(({ name }) => name));
      const scans = complete.map((scan) => (shown.has(scan.database) ? scan : withoutPlanValues(scan)));
      return {
        documents: [filled(scanDocument, scans.map(withoutRawPlans))],
        raw: scans.flatMap(rawPlans),
        missing: scans.flatMap((scan) => scan.missing),
      };
    },
  };
}

/** Plans as the server wrote them, each as a file of its own. */
function rawPlans({ database, statements }: QueryScan): { name: string; artifactKind: string; content: string }[] {
  return statements.flatMap(({ rawPlan, statement }) => {
    const name = `plan-${database}-${statement.queryId}.json`.replace(/[^A-Za-z0-9._-]/g, '_');
    return rawPlan === null ? [] : [{ name, artifactKind: 'plan', content: rawPlan }];
  });
}

function withoutRawPlans(scan: QueryScan): QueryScan {
  return { ...scan, statements: scan.statements.map((one) => ({ ...one, rawPlan: null })) };
}

/** The command line has already read the file. It may have changed by now, or not exist where this worker runs. */
async function withGivenPlan(scans: QueryScan[], file: string): Promise<QueryScan[]> {
  const name = basename(file);
  try {
    const text = await readTextFile(file, 'given plan');
    return adoptGivenPlan(scans, { name, text, plan: readQueryPlan(text) });
  } catch (error) {
    if (!(error instanceof UnreadableInputError)) throw error;
    const row = givenPlanUnused(name, `it cannot be read where the worker runs: ${error.message}`);
    return scans.map((scan, index) => (index === 0 ? { ...scan, missing: [...scan.missing, row] } : scan));
  }
}
