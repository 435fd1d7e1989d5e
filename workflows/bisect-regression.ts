import { condition, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import type { BisectSummary } from '../core/model/incident.js';
import { handOffEvidenceSignal, type BisectInput, type HandOffEvidence } from './messages.js';

/** The evidence follows the start within seconds; without it there is nothing to search for. */
const evidencePatience = '1 hour';

function reasonsWithout(evidence: HandOffEvidence | null): string[] {
  if (evidence === null) return ['no evidence was handed over'];
  const { facts, repositoryConfigured, requestedBy } = evidence;
  const why = repositoryConfigured
    ? 'a repository is configured, but this version cannot search its commits yet'
    : 'no repository is configured for this service: set repository (path, start, health) in the catalog';
  return [why, `handed over by ${requestedBy}`, ...facts.map((fact) => `handed over: ${fact}`)];
}

/**
 * Finds the commit that made an endpoint slow. For now it answers honestly that it cannot search, with what it was handed.
 * Runs on its own, abandoned by its parent: an incident may end long before a bisection does.
 */
export async function bisectRegression(input: BisectInput): Promise<BisectSummary> {
  const received: { evidence: HandOffEvidence | null } = { evidence: null };
  setHandler(handOffEvidenceSignal, (evidence) => void (received.evidence = evidence), {
    description: 'The evidence of the incident, sent by the responder',
  });
  setCurrentDetails(`Now: waiting for the evidence of ${input.incidentId}`);
  await condition(() => received.evidence !== null, evidencePatience, { summary: `evidence of ${input.incidentId}` });
  const reasons = reasonsWithout(received.evidence);
  setCurrentDetails(`Now: ended, inconclusive: ${reasons[0] ?? ''}`);
  const { workflowId } = workflowInfo();
  return { outcome: 'inconclusive', culprit: null, range: null, posterior: null, effect: null, reasons, workflowId };
}
