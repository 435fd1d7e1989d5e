import type { Fault } from './fault.js';
import type { LabSession } from './lab-session.js';
import { scoreAnswer, type Score } from './score.js';
import type { TriageDocument } from './triage-document.js';

export interface CaseResult {
  fault: string;
  kind: Fault['kind'];
  /** The truth names a cause. */
  hasCause: boolean;
  /** Null when the workflow failed; `problem` says how. */
  score: Score | null;
  problem: string | null;
  document: TriageDocument | null;
  tookMs: number;
}

/** How long an incident may take beside its load window before the lab gives up. */
const slackMs = 120_000;

/** One fault through the real workflow: healthy shop, break it, alert, wait for the report, compare with the truth. */
export async function runCase(session: LabSession, fault: Fault, durationMs: number): Promise<CaseResult> {
  const startedAt = Date.now();
  const result = { fault: fault.name, kind: fault.kind, hasCause: fault.truth.cause !== null };
  try {
    const { document, score } = await observe(session, fault, durationMs);
    return { ...result, score, problem: null, document, tookMs: Date.now() - startedAt };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...result, score: null, problem, document: null, tookMs: Date.now() - startedAt };
  }
}

async function observe(session: LabSession, fault: Fault, durationMs: number): Promise<{ document: TriageDocument; score: Score }> {
  const shop = await session.startShop(fault);
  try {
    await shop.breakIt();
    const symptom = `p95 ${Math.round((fault.endpoint.budgets.p95Ms ?? 200) * 3)}ms`;
    const incidentId = await session.incidents.postAlert({ ...session.target(fault), symptom, startsAt: new Date().toISOString() });
    await session.incidents.follow(incidentId, durationMs + slackMs);
    const document = await session.incidents.triage(incidentId);
    await session.temporal.closeIncident(incidentId);
    const answer = {
      outcome: document.outcome,
      verdict: document.confirmation?.verdict ?? null,
      causes: document.causes.map((cause) => ({ id: cause.id, location: cause.location })),
      missingEvidence: document.missingEvidence.map((missing) => missing.id),
    };
    return { document, score: scoreAnswer(fault.truth, answer, shop.places) };
  } finally {
    await shop.stop();
  }
}
