import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Fault, Truth } from '../fault.js';
import type { IncidentLab } from '../incident-lab.js';
import { keepRecording, keepRerun, rounded, storyOf } from './record-evidence.js';
import { scoreAnswer, type Places, type Score } from './score.js';
import { unexpectedEnds } from '../stack/child-program.js';
import type { TemporalView } from '../stack/temporal-view.js';
import type { TriageDocument } from './triage-document.js';

export interface CaseResult {
  fault: string;
  kind: Fault['kind'];
  /** The truth names a cause. */
  hasCause: boolean;
  /** Null when the workflow failed; `problem` says how. */
  score: Score | null;
  problem: string | null;
  /** Why the lab could not run it: it could not be set up, or something of the lab ended meanwhile. Null when it was run. */
  notRun: string | null;
  document: TriageDocument | null;
  tookMs: number;
}

export interface CaseOptions {
  durationMs: number;
  /** Keep the evidence of the window in fixtures/evidence, in place of what is there. */
  record: boolean;
  /** Take the fault back after the answer and run the same load again: what the remedy brought is measured. */
  rerun: boolean;
}

/** One window: something that is made slow, or not, and the truth about it. */
export interface LabCase {
  name: string;
  kind: Fault['kind'];
  title: string;
  /** Service and endpoint of the catalog, as an alert names them. */
  target: { service: string; endpoint: string };
  budgetP95Ms: number;
  truth: Truth;
  /** Ready to be triaged; `repair` does what an operator would, where that can be done, and `stop` gives everything back. */
  start: () => Promise<{ places: Places; repair?: () => Promise<void>; stop: () => Promise<unknown> }>;
}

/** Where incidents are handled, and how they are ended. */
export interface Responder {
  incidents: Pick<IncidentLab, 'postAlert' | 'follow' | 'triage' | 'exportEvidence' | 'rerun'>;
  temporal: Pick<TemporalView, 'closeIncident'>;
  /** For files of the lab's own. */
  scratch: string;
}

/** How long an incident may take beside its load window before the lab gives up. */
const slackMs = 120_000;

/** Nothing came of a case, and not by what it tries. */
export function notRun({ name, kind, truth }: LabCase, why: string): CaseResult {
  return { fault: name, kind, hasCause: truth.cause !== null, score: null, problem: null, document: null, notRun: why, tookMs: 0 };
}

/** One case through the real workflow: make it slow, alert, wait for the report, compare with the truth. */
export async function runCase(responder: Responder, labCase: LabCase, options: CaseOptions): Promise<CaseResult> {
  const startedAt = Date.now();
  const endsBefore = unexpectedEnds().length;
  const told = await tell(responder, labCase, options).catch((error: unknown) => ({ problem: problemOf(error) }));
  const ends = unexpectedEnds().slice(endsBefore);
  // Whatever came out, it came out of something half dead.
  const result = ends.length > 0 ? notRun(labCase, ends.join('; ')) : { ...notRun(labCase, ''), notRun: null, ...told };
  return { ...result, tookMs: Date.now() - startedAt };
}

type Told = Partial<Pick<CaseResult, 'document' | 'score' | 'notRun'>>;

async function tell(responder: Responder, labCase: LabCase, options: CaseOptions): Promise<Told> {
  const running = await labCase.start().catch((error: unknown) => `it could not be set up: ${problemOf(error)}`);
  if (typeof running === 'string') return { notRun: running };
  try {
    return await observe(responder, labCase, running, options);
  } finally {
    await running.stop();
  }
}

/** `fetch failed` alone tells nothing: who did not answer stands in its cause. */
export function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error && !message.includes(cause.message) ? `${message}: ${cause.message}` : message;
}

async function observe(
  { incidents, temporal, scratch }: Responder,
  labCase: LabCase,
  { places, repair }: Awaited<ReturnType<LabCase['start']>>,
  { durationMs, record, rerun }: CaseOptions,
): Promise<{ document: TriageDocument; score: Score }> {
  const symptom = `p95 ${Math.round(labCase.budgetP95Ms * 3)}ms`;
  const incidentId = await incidents.postAlert({ ...labCase.target, symptom, startsAt: new Date().toISOString() });
  await incidents.follow(incidentId, durationMs + slackMs);
  const document = await incidents.triage(incidentId);
  if (record) {
    const archive = join(scratch, `${labCase.name}.tar.gz`);
    await incidents.exportEvidence(incidentId, archive);
    await recordCase(archive, rerun ? { ...labCase, name: mendedName(labCase.name) } : labCase, document, places);
  }
  if (rerun && repair !== undefined && document.causes.length > 0) {
    await repair();
    const { before, after } = await incidents.rerun(incidentId);
    if (record) keepRerun(mendedName(labCase.name), { before, after });
  }
  await temporal.closeIncident(incidentId);
  const answer = {
    outcome: document.outcome,
    verdict: document.confirmation?.verdict ?? null,
    causes: document.causes.map((cause) => ({ id: cause.id, location: cause.location })),
    missingEvidence: document.missingEvidence.map((missing) => missing.id),
  };
  return { document, score: scoreAnswer(labCase.truth, answer, places) };
}

/** Beside the window whose evidence alone was kept: this one's fault was taken back, and the same load run again. */
function mendedName(name: string): string {
  return `${name}-mended`;
}

/** The recorded window must give the answer that the incident gave: collecting and judging are apart. */
async function recordCase(archive: string, labCase: LabCase, document: TriageDocument, places: Places): Promise<void> {
  const { title, target, kind, truth, name } = labCase;
  const { causes, outcome } = await keepRecording(archive, name, storyOf(truth, places, { title, service: target.service, kind }));
  const judged = { outcome, causes: causes.map(({ id, share }) => ({ id, share })) };
  const told = { outcome: document.outcome, causes: document.causes.map(({ id, share }) => ({ id, share: rounded(share) })) };
  if (!isDeepStrictEqual(judged, told))
    throw new Error(`the recorded evidence gives ${JSON.stringify(judged)}, the incident gave ${JSON.stringify(told)}`);
}
