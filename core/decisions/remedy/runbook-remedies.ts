/** Kinds of remedies that are runbooks, as `remedies` of the catalog names them. `adapters/remedies/by-runbook.ts` says what each covers. */
export const runbookRemedyKinds = ['rollback', 'restart', 'runbook'] as const;
export type RunbookRemedyKind = (typeof runbookRemedyKinds)[number];

export function isRunbookRemedy(kind: string): boolean {
  return runbookRemedyKinds.some((one) => one === kind);
}
