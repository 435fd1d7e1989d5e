/** What becomes of an approved mitigation, as pure steps: started, ended, proven or not. */
import { cutText } from '../../decisions/cut-text.js';
import { record, type CommandState } from './command-state.js';
import type { MitigationRow } from './findings.js';
import { setStatus } from './commands.js';
import { incidentStatuses, isOpen } from './incident-status.js';
import type { RecordEvent } from './record-event.js';

function change(state: CommandState, planId: string, over: Partial<MitigationRow>): void {
  state.mitigations = state.mitigations.map((row) => (row.planId === planId ? { ...row, ...over } : row));
}

function note(state: CommandState, row: MitigationRow, text: string, nowMs: number, over: Partial<MitigationRow>): RecordEvent {
  change(state, row.planId, over);
  const data = { planId: row.planId, runId: over.runId ?? row.runId, state: over.state ?? row.state };
  return record(state, { kind: 'mitigation', text: cutText(text, 200), evidence: row.evidence, data }, nowMs);
}

/** Its run began: from now on the incident is being mitigated. */
export function mitigationStarted(state: CommandState, row: MitigationRow, runId: string, nowMs: number): RecordEvent {
  const event = note(state, row, `${row.title}: ${runId} runs ${row.runbook}`, nowMs, { state: 'running', runId });
  const isEarlier = incidentStatuses.indexOf(state.status) < incidentStatuses.indexOf('mitigating');
  if (isOpen(state.status) && isEarlier) setStatus(state, { to: 'mitigating', reason: cutText(row.title, 200), by: null }, nowMs);
  return event;
}

/** The run ended. The same end told twice counts once: null. */
export function runEnded(
  state: CommandState,
  end: { runId: string; result: string; detail: string | null },
  nowMs: number,
): RecordEvent | null {
  const row = state.mitigations.find(({ runId, runResult }) => runId === end.runId && runResult === null);
  if (row === undefined) return null;
  const why = end.detail === null ? '' : `: ${end.detail}`;
  if (end.result !== 'success')
    return mitigationFailed(state, { ...row, runResult: end.result }, `${end.runId} ended ${end.result}${why}`, nowMs);
  change(state, row.planId, { runResult: end.result });
  return record(
    state,
    { kind: 'runbook', text: `${end.runId} ended well; whether it helped is looked at`, data: { planId: row.planId, runId: end.runId } },
    nowMs,
  );
}

export function mitigationFailed(state: CommandState, row: MitigationRow, why: string, nowMs: number): RecordEvent {
  return note(state, row, `failed: ${row.title}: ${why}`, nowMs, { state: 'failed', runResult: row.runResult, result: cutText(why, 500) });
}

/** Proven. A change whose reversal ended the symptom under the same load is its confirmed cause. */
export function mitigationVerified(state: CommandState, row: MitigationRow, how: string, nowMs: number): RecordEvent {
  const event = note(state, row, `verified: ${row.title}: ${how}`, nowMs, { state: 'verified', result: cutText(how, 500) });
  if (row.proof?.kind === 'load') confirmChange(state, row);
  const isWatched = isOpen(state.status) && state.status !== 'monitoring';
  const isOpenElsewhere = state.triages.some(({ cause, outcome }) => cause !== null && outcome !== 'resolved');
  if (isWatched && (row.proof?.kind === 'load' || !isOpenElsewhere))
    setStatus(state, { to: 'monitoring', reason: cutText(`${row.title}: ${how}`, 200), by: null }, nowMs);
  return event;
}

function confirmChange(state: CommandState, { evidence }: MitigationRow): void {
  state.changes = state.changes.map((one) =>
    evidence.includes(changeId(one))
      ? { ...one, verdict: 'confirmed', why: 'taken back, and the same load is within its budget again' }
      : one,
  );
}

/** Keeps what proves it, so that a continued history waits for the same proof. */
export function proofChosen(
  state: CommandState,
  planId: string,
  proof: NonNullable<MitigationRow['proof']>,
): NonNullable<MitigationRow['proof']> {
  change(state, planId, { proof });
  return proof;
}

/** Outcome of the first re-run of the triage that began after `since`; null: there was none yet. */
export function rerunSince(state: CommandState, { workflowId, since }: { workflowId: string; since: string }): string | null {
  const event = state.record.find(
    ({ kind, at, data }) => kind === 'triage' && data['milestone'] === 'rerun' && data['workflow'] === workflowId && at >= since,
  );
  const outcome = event?.data['outcome'];
  return typeof outcome === 'string' ? outcome : null;
}

/** How evidence cites a change. */
export function changeId({ source, ref }: { source: string; ref: string }): string {
  return `change:${source}:${ref}`;
}
