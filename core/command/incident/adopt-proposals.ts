import type { PlannedMitigation } from '../mitigation/mitigation-input.js';
import { record, type CommandState } from './command-state.js';
import type { MitigationRow } from './findings.js';
import type { RecordEvent } from './record-event.js';

/** Ends of a plan after which the same evidence may ask for it again, as a plan of its own. */
const mayComeAgain: readonly MitigationRow['state'][] = ['failed', 'expired'];

function proposal(planned: PlannedMitigation, rank: number): MitigationRow {
  const open = { state: 'proposed', approvedBy: null, runId: null, runResult: null, proof: null, result: null } as const;
  return { ...planned, kind: planned.runbook, rank, ...open };
}

/** The newest row of a plan: `restart-service-shop`, or `restart-service-shop-2` when that was tried before. */
function newestOf(rows: readonly MitigationRow[], planId: string): MitigationRow | undefined {
  return rows.findLast(
    (row) => row.planId === planId || (row.planId.startsWith(`${planId}-`) && /^\d+$/.test(row.planId.slice(planId.length + 1))),
  );
}

function nextId(rows: readonly MitigationRow[], planId: string): string {
  let number = 2;
  while (rows.some((row) => row.planId === `${planId}-${number}`)) number += 1;
  return `${planId}-${number}`;
}

/**
 * Takes what the evidence asks for now. A plan that nobody decided on and that nothing asks for any more expires; one that was decided stays as it
 * is. Returns the events of what is new.
 */
export function adoptProposals(state: CommandState, planned: readonly PlannedMitigation[], nowMs: number): RecordEvent[] {
  const asked = new Set<string>();
  const events: RecordEvent[] = [];
  for (const [index, one] of planned.entries()) {
    const known = newestOf(state.mitigations, one.planId);
    if (known !== undefined && !mayComeAgain.includes(known.state)) {
      asked.add(known.planId);
      const fresh = { ...proposal(one, index + 1), planId: known.planId };
      if (known.state === 'proposed') state.mitigations = state.mitigations.map((row) => (row === known ? fresh : row));
      continue;
    }
    const planId = known === undefined ? one.planId : nextId(state.mitigations, one.planId);
    asked.add(planId);
    state.mitigations = [...state.mitigations, { ...proposal(one, index + 1), planId }];
    const text = `proposed: ${one.title} (${one.why})`.slice(0, 200);
    events.push(record(state, { kind: 'mitigation', text, evidence: one.evidence, data: { planId, state: 'proposed' } }, nowMs));
  }
  expire(state, asked, nowMs);
  return events;
}

function expire(state: CommandState, asked: ReadonlySet<string>, nowMs: number): void {
  for (const row of state.mitigations) {
    if (row.state !== 'proposed' || asked.has(row.planId)) continue;
    const result = 'nothing asks for it any more';
    state.mitigations = state.mitigations.map((one) => (one === row ? { ...row, state: 'expired', result } : one));
    record(
      state,
      { kind: 'mitigation', text: `expired: ${row.title}: ${result}`.slice(0, 200), data: { planId: row.planId, state: 'expired' } },
      nowMs,
    );
  }
}
