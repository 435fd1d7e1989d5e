/** Runbooks for a triage: what was changed in the hour before the alert, and what its causes ask for. */
import type { ProposedRunbook, RunbookProposalOrder } from '../../activities/dependencies.js';
import { collectChanges } from '../../adapters/changes/collect-changes.js';
import { runbookRemedies } from '../../adapters/remedies/by-runbook.js';
import type { Catalog } from '../../config/catalog.js';
import { changeWindowMs, clockDoubtMs } from '../../core/command/changes/change-window.js';
import { judgeChanges } from '../../core/command/changes/change.js';
import { proposeMitigations } from '../../core/command/mitigation/propose-mitigations.js';
import { UnreadableInputError } from '../../core/model/errors.js';
import { seenService } from './mitigation-facts.js';
import { planRunbook } from './plan-runbook.js';

export interface ProposeSettings {
  catalog: Catalog;
  dataDirectory: string;
  keep: (name: string, text: string) => Promise<string>;
}

export async function proposeRunbooks(
  { catalog, dataDirectory, keep }: ProposeSettings,
  { service, causes, begunAtMs, signal }: RunbookProposalOrder,
): Promise<ProposedRunbook[]> {
  const window = { fromMs: begunAtMs - changeWindowMs, toMs: begunAtMs + clockDoubtMs };
  const found = await collectChanges({ catalog, services: [service], ...window, dataDirectory, signal });
  const judged = judgeChanges(found.changes, { atMs: begunAtMs, uncertaintyMs: clockDoubtMs, services: [service], dependencies: [] });
  const proposals = proposeMitigations({
    onset: new Date(begunAtMs).toISOString(),
    ...{ uncertaintyMs: clockDoubtMs, changeWindowMs, services: [seenService(catalog, service)], checks: [] },
    changes: judged.flatMap(({ source, rollback = null, service: of, ...change }) =>
      of === null ? [] : [{ ...change, id: `change:${source}:${change.ref}`, service: of, rollback }],
    ),
    causes: causes.map(({ id, summary }) => ({ evidence: `cause:${id}`, service, rule: id, title: summary })),
  });
  const planned = await Promise.all(
    proposals.map((proposal) =>
      planRunbook(catalog, proposal, keep).catch((error: unknown) => {
        // A runbook that cannot be run here is not offered; runbook lint and doctor tell why.
        if (error instanceof UnreadableInputError) return null;
        throw error;
      }),
    ),
  );
  return planned.flatMap((plan) =>
    plan === null ? [] : [{ ...plan, kinds: runbookRemedies.filter(({ covers }) => covers(plan.runbook)).map(({ kind }) => kind) }],
  );
}
