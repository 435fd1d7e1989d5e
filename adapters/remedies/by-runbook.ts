import type { RunbookRemedyKind } from '../../core/decisions/remedy/runbook-remedies.js';

/** Remedies that are runbooks: run as a workflow of its own, with its probes, approvals and rollback. The catalog allows them by these kinds. */
export interface RunbookRemedy {
  kind: RunbookRemedyKind;
  title: string;
  /** Does this kind allow the runbook? */
  covers: (runbook: string) => boolean;
}

export const runbookRemedies: readonly RunbookRemedy[] = [
  { kind: 'rollback', title: 'takes the deployment back that came before the symptom', covers: (runbook) => runbook === 'rollback-deploy' },
  { kind: 'restart', title: 'restarts the service', covers: (runbook) => runbook === 'restart-service' },
  { kind: 'runbook', title: 'runs any runbook that the evidence asks for', covers: () => true },
];
