/** Mitigations: proposed from evidence, run as runbooks once somebody approved them, and proven by the same load or by checks. */
import { condition, getExternalWorkflowHandle, sleep, startChild, uuid4 } from '@temporalio/workflow';
import { adoptProposals } from '../../../core/command/incident/adopt-proposals.js';
import type { MitigationRow } from '../../../core/command/incident/findings.js';
import {
  changeId,
  mitigationFailed,
  mitigationStarted,
  mitigationVerified,
  proofChosen,
  rerunSince,
  runEnded,
} from '../../../core/command/incident/mitigation-progress.js';
import { isEnded, isOpen } from '../../../core/command/incident/incident-status.js';
import type { RunStart } from '../../../core/command/runbook/run-state.js';
import { describeFailure } from '../../kernel/describe-failure.js';
import { incidentsQueue } from '../../kernel/task-queues.js';
import { rerunConfirmationSignal } from '../../respond/messages.js';
import type { executeRunbook } from '../../runbook/execute-runbook.js';
import type { RunReport } from '../../runbook/messages.js';
import { looking } from '../activity-options.js';
import { note, sleepUntil, type CommandRun } from '../command-run.js';
import { broadcast } from '../deliver.js';
import { onsetOf } from './onset.js';
import { changeWindowMs } from '../../../core/command/changes/change-window.js';

/** Asks which mitigations the evidence suggests now. If that fails, the proposals stay as they are. */
export async function propose(run: CommandRun): Promise<void> {
  const { state } = run;
  const onset = onsetOf(run);
  const changes = state.changes.flatMap(({ at, service, kind, ref, title, verdict, revertible, source, rollback = null }) =>
    service === null ? [] : [{ id: changeId({ source, ref }), at, service, kind, ref, title, verdict, revertible, rollback }],
  );
  const causes = state.triages.flatMap(({ incidentId, workflowId, endpoint, cause, outcome }) => {
    const rule = cause?.split(':')[0];
    if (cause === null || rule === undefined || outcome === 'resolved') return [];
    return [{ evidence: `triage:${incidentId ?? workflowId}`, service: endpoint.split('/')[0] ?? endpoint, rule, title: cause }];
  });
  const order = {
    services: [...state.affected],
    onset: new Date(onset.atMs).toISOString(),
    uncertaintyMs: onset.uncertaintyMs,
    changeWindowMs,
    changes,
    causes,
  };
  try {
    const found = await looking.proposeMitigations.executeWithOptions({ summary: 'what could be done' }, [order]);
    for (const problem of found.problems) noteOnce(run, `cannot be proposed: ${problem}`);
    for (const event of adoptProposals(state, found.mitigations, Date.now()))
      broadcast(run, event.id, { event: 'approval-needed', text: event.text });
  } catch (error) {
    note(run, { kind: 'mitigation', text: `what could be done is not known: ${describeFailure(error)}`.slice(0, 200) });
  }
  run.publish();
}

function noteOnce(run: CommandRun, text: string): void {
  const told = run.state.record.some((event) => event.kind === 'mitigation' && 'inline' in event.text && event.text.inline === text);
  if (!told) note(run, { kind: 'mitigation', text });
}

/** Proposes what follows when a triage named a cause or a person asks. There is one look at a time; a request during a look waits for the next. */
export async function keepProposals(run: CommandRun): Promise<void> {
  for (;;) {
    await condition(() => run.isLeaving || run.proposalsWanted > run.proposalsMade);
    if (run.isLeaving) return;
    const wanted = run.proposalsWanted;
    await propose(run);
    run.proposalsMade = wanted;
  }
}

export async function keepMitigations(run: CommandRun): Promise<void> {
  const busy = new Set<string>();
  const works: Promise<void>[] = [];
  const next = (): MitigationRow | undefined =>
    run.state.mitigations.find(
      (row) => !busy.has(row.planId) && (row.state === 'approved' || (row.state === 'running' && row.runResult !== null)),
    );
  for (;;) {
    await condition(() => run.isLeaving || next() !== undefined);
    if (run.isLeaving) break;
    const row = next();
    if (row === undefined) continue;
    busy.add(row.planId);
    works.push((row.state === 'approved' ? start(run, row) : prove(run, row)).finally(() => void busy.delete(row.planId)));
  }
  await Promise.all(works);
}

/** Starts the approved runbook as a workflow of its own. It survives this incident, which hears of its end by a signal. */
async function start(run: CommandRun, row: MitigationRow): Promise<void> {
  const { declaration } = run.state;
  const runId = `run-${uuid4().replaceAll('-', '').slice(0, 12)}`;
  const approver = row.approvedBy ?? declaration.by;
  const order: RunStart = {
    ...{ runId, file: row.file, snapshot: row.snapshot, given: { ...row.parameters }, digest: row.digest },
    ...{ isDryRun: false, isGuided: false, approvesItself: false, by: approver, incidentId: declaration.incidentId },
    approvals: [{ ...approver, at: new Date(Date.now()).toISOString() }],
  };
  try {
    const child = await startChild<typeof executeRunbook>('executeRunbook', {
      workflowId: runId,
      taskQueue: incidentsQueue,
      args: [order],
      parentClosePolicy: 'ABANDON',
      staticSummary: `${row.title} for ${declaration.incidentId}`.slice(0, 180),
    });
    const event = mitigationStarted(run.state, row, runId, Date.now());
    broadcast(run, event.id, { event: 'state', text: event.text });
    // A run that is terminated cannot tell anybody; its parent hears of it through the result.
    void child.result().catch((error: unknown) => {
      hearRun(run, { runId, kind: 'ended', result: 'failed', text: describeFailure(error) });
    });
  } catch (error) {
    mitigationFailed(run.state, row, `its run could not be started: ${describeFailure(error)}`, Date.now());
  }
  run.publish();
}

/** What a run of this incident reports: it waits for a person, or it has ended. */
export function hearRun(run: CommandRun, { runId, kind, result, text }: RunReport): void {
  if (kind === 'waits') {
    const waiting = note(run, { kind: 'runbook', text: `${runId} waits: ${text ?? ''}`.slice(0, 200), data: { runId } });
    broadcast(run, waiting.id, { event: 'approval-needed', text: waiting.text });
    return;
  }
  const event = runEnded(run.state, { runId, result: result ?? 'failed', detail: text }, Date.now());
  if (event !== null) broadcast(run, event.id, { event: 'state', text: event.text });
  run.publish();
}

/** A load waits for its turn, is held for its window, and may be repeated when a worker dies. */
const rerunWithinMs = 20 * 60_000;

/**
 * A load that proves nothing (a busy machine, a worker that died) may be followed by one that does. A third would only load a service that is in trouble.
 */
const mostLoads = 2;

/** Holds the same load if a triage can, otherwise runs the checks. What neither shows is not verified. */
async function prove(run: CommandRun, row: MitigationRow): Promise<void> {
  let proof = row.proof ?? (await chooseProof(run, row, 1));
  while (proof.kind === 'load') {
    const { since, load } = proof;
    const outcome = (): string | null => rerunSince(run.state, { workflowId: load, since });
    await sleepUntil(run, Date.parse(since) + rerunWithinMs, outcome, `${row.planId}: waits for the same load`);
    if (run.isLeaving && outcome() === null) return;
    const shown = outcome();
    if (shown === 'resolved') {
      verified(run, row.planId, 'the same load is within its budget again');
      return;
    }
    if (shown === 'still-failing') {
      failed(run, row.planId, 'the same load still shows the symptom');
      return;
    }
    const isLast = shown === null || proof.tries >= mostLoads;
    proof = isLast ? proofChosen(run.state, row.planId, { kind: 'checks' }) : await chooseProof(run, row, proof.tries + 1);
  }
  await proveByChecks(run, row);
}

/** Asks the newest triage of the service with a finding for its load again; without one, the checks must do. */
async function chooseProof(run: CommandRun, row: MitigationRow, tries: number): Promise<NonNullable<MitigationRow['proof']>> {
  const { state } = run;
  const since = new Date(Date.now()).toISOString();
  const triages = state.triages.filter(({ endpoint, outcome, workflowId }) => {
    const isConfirmed = state.record.some(({ data }) => data['workflow'] === workflowId && data['verdict'] === 'confirmed');
    return endpoint.split('/')[0] === row.service && outcome !== 'resolved' && isConfirmed;
  });
  for (const { workflowId } of triages.toReversed()) {
    const request = {
      by: row.approvedBy?.person ?? 'perf-responder',
      reason: `proof of ${row.title}`,
      requestId: `proof-${row.runId ?? ''}-${tries}`,
    };
    const isThere = await getExternalWorkflowHandle(workflowId)
      .signal(rerunConfirmationSignal, request)
      .then(
        () => true,
        () => false,
      );
    if (isThere) return proofChosen(state, row.planId, { kind: 'load', load: workflowId, since, tries });
  }
  return proofChosen(state, row.planId, { kind: 'checks' });
}

/** A service that was just restarted or rolled back may need a moment. */
const checkTries = 5;
const checkEveryMs = 3_000;

async function proveByChecks(run: CommandRun, row: MitigationRow): Promise<void> {
  const order = { service: row.service, evidence: row.evidence };
  let detail = '';
  for (let attempt = 1; attempt <= checkTries; attempt += 1) {
    const seen = await looking.verifyMitigation
      .executeWithOptions({ summary: `has ${row.planId} helped?` }, [order])
      .catch((error: unknown) => ({ isGood: false, detail: describeFailure(error) }));
    if (seen.isGood) {
      verified(run, row.planId, `by checks: ${seen.detail}`);
      return;
    }
    detail = seen.detail;
    if (attempt < checkTries) await sleep(checkEveryMs);
  }
  failed(run, row.planId, `the checks do not show that it helped: ${detail}`);
}

function verified(run: CommandRun, planId: string, how: string): void {
  const row = run.state.mitigations.find((one) => one.planId === planId);
  if (row === undefined || isEnded(run.state.status)) return;
  const before = run.state.status;
  const event = mitigationVerified(run.state, row, how, Date.now());
  broadcast(run, event.id, { event: 'state', text: event.text });
  const last = run.state.record.at(-1);
  if (run.state.status !== before && last !== undefined && isOpen(run.state.status))
    broadcast(run, last.id, { event: 'state', text: last.text });
  run.publish();
}

function failed(run: CommandRun, planId: string, why: string): void {
  const row = run.state.mitigations.find((one) => one.planId === planId);
  if (row === undefined) return;
  const event = mitigationFailed(run.state, row, why, Date.now());
  broadcast(run, event.id, { event: 'state', text: event.text });
  run.publish();
}
