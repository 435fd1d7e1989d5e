/** Where a run waits for people: approvals of its risk and of single steps, guided mode, and steps that people do themselves. */
import type { PreparedAction } from '../../activities/runbook/contract.js';
import type { Answer, Approval, StepRun } from '../../core/command/runbook/run-state.js';
import { approvalsByRisk, type Step } from '../../core/command/runbook/runbook.js';
import { reading } from './activity-options.js';
import type { Run } from './run.js';
import { askPeople, opened, type Said } from './run-context.js';

/** A person or the clock ended the request. */
export type Refusal = { kind: 'rejected' | 'skipped' | 'expired'; reason: string; person: string | null };
export type Passage = { kind: 'passed'; prepared: PreparedAction; approvals: Approval[] } | Refusal;

export function refusalOf(said: Exclude<Said, { kind: 'approved' }>, what: string): Refusal {
  if (said.kind === 'expired') return { kind: 'expired', reason: `${what} was not answered in time`, person: null };
  const kind = said.answer === 'skip' ? 'skipped' : 'rejected';
  return { kind, reason: `${what}: ${said.answer} by ${said.person}`, person: said.person };
}

interface Gate {
  kind: 'risk-approval' | 'step-approval';
  text: (prepared: PreparedAction) => string;
  digestOf: (prepared: PreparedAction) => string;
  step: string | null;
  needed: number;
  by: string[];
  isForOthers: boolean;
  forMs: number;
  allows: Answer[];
}

/** What was approved before the run began, as a mitigation of an incident. The run is bound to the digest, so the approval counts for the whole run. */
function givenBefore({ state }: Run, digest: string, gate: Gate): Approval[] {
  if (gate.kind !== 'risk-approval' || state.start.digest === undefined) return [];
  return (state.start.approvals ?? []).map(({ person, proof, at }) => ({ person, proof, at, digest }));
}

/** What `--yes` grants: the approval of whoever asked for the run, if one person in their role may give it. */
function ownApproval({ state }: Run, digest: string, gate: Gate): Approval[] {
  const { approvesItself, by } = state.start;
  const mayApprove = approvesItself && state.opened?.risk !== 'high' && !gate.isForOthers;
  if (!mayApprove || (gate.by.length > 0 && !gate.by.includes(by.person))) return [];
  return [{ person: by.person, proof: by.proof, at: new Date(Date.now()).toISOString(), digest }];
}

/** Approvals are valid for what was shown. The probe is asked again when they are complete; if its answer has changed, they are void. */
async function passGate(run: Run, gate: Gate, look: () => Promise<PreparedAction>): Promise<Passage> {
  const until = Date.now() + gate.forMs;
  let isFirst = true;
  for (let prepared = await look(); ; isFirst = false) {
    const digest = gate.digestOf(prepared);
    const { kind, step, needed, by, isForOthers, allows } = gate;
    const question = { kind, step, needed, by, isForOthers, allows, digest, text: gate.text(prepared) };
    // Approvals given before the run are void like all others once the probe's answer has changed.
    const given = [...(isFirst ? givenBefore(run, digest, gate) : []), ...ownApproval(run, digest, gate)];
    const said = await askPeople(run, question, Math.max(1, until - Date.now()), given);
    if (said.kind !== 'approved') return refusalOf(said, `approval of ${step ?? 'the run'}`);
    prepared = await look();
    if (gate.digestOf(prepared) === digest) return { kind: 'passed', prepared, approvals: said.approvals };
  }
}

/** Approvals that the risk requires, once a run, before the first step that changes something. They are valid for the whole snapshot and its parameters. */
export async function passRiskGate(run: Run, look: () => Promise<PreparedAction>): Promise<Passage | null> {
  const { runbook, risk, hash, values } = opened(run);
  if (run.state.isApproved || approvalsByRisk[risk] === 0) return null;
  const passage = await passGate(
    run,
    {
      kind: 'risk-approval',
      step: null,
      needed: approvalsByRisk[risk],
      by: [],
      isForOthers: isForOthers(run),
      forMs: runbook.approvalTimeoutMs,
      allows: ['approve', 'reject'],
      text: ({ command }) => `${runbook.title} (risk ${risk}, ${JSON.stringify(values)}); first: ${command}`,
      digestOf: ({ digest }) => `${digest}.${hash.slice(0, 16)}`,
    },
    look,
  );
  if (passage.kind === 'passed') run.state.isApproved = true;
  return passage;
}

/** Who may answer for a step, by the roles and names in its `approval`. If nobody has a role, nobody may answer for it. */
async function peopleFor(run: Run, step: Step): Promise<string[]> {
  const { by = [] } = step.approval ?? {};
  if (by.length === 0) return [];
  const { runbook, values } = opened(run);
  const service = runbook.service === '*' ? String(values['service'] ?? '*') : runbook.service;
  const order = { by: [...by], service, incidentId: run.state.start.incidentId };
  const { people } = await reading.resolveApprovers.executeWithOptions({ summary: `who may approve ${step.id}` }, [order]);
  return people.length === 0 ? [...by] : people;
}

/** May whoever asked for the run not approve it? So for high risk, and when the catalog requires another person's approval. */
function isForOthers(run: Run): boolean {
  const { risk, approval } = opened(run);
  return risk === 'high' || approval === 'other-than-requester';
}

export async function passStepGate(run: Run, step: Step, look: () => Promise<PreparedAction>): Promise<Passage | null> {
  if (step.approval === null) return null;
  const { count, expiresMs } = step.approval;
  return passGate(
    run,
    {
      kind: 'step-approval',
      step: step.id,
      needed: count,
      by: await peopleFor(run, step),
      isForOthers: isForOthers(run),
      forMs: expiresMs,
      allows: ['approve', 'reject', 'skip'],
      text: ({ command, reading: read }) => `${step.title}: ${command}${read === null ? '' : ` (now: ${read})`}`,
      digestOf: ({ digest }) => digest,
    },
    look,
  );
}

/** A step that only a person can do or confirm. */
export async function askForStep(run: Run, step: Step, stepRun: StepRun): Promise<Refusal | null> {
  const kind = step.action.kind === 'approve' ? 'approve' : 'manual';
  const needed = step.approval?.count ?? 1;
  const by = await peopleFor(run, step);
  const question = { kind, step: step.id, text: stepRun.command, digest: null, needed } as const;
  const said = await askPeople(
    run,
    { ...question, by, isForOthers: kind === 'approve' && isForOthers(run), allows: ['approve', 'reject', 'skip'] },
    step.timeoutMs,
  );
  if (said.kind !== 'approved') return refusalOf(said, `${kind} step ${step.id}`);
  stepRun.approvals = said.approvals;
  stepRun.reason = `confirmed by ${said.approvals.map(({ person }) => person).join(', ')}`;
  return null;
}

/** Guided mode: every step waits for a person. */
export async function askToGoOn(run: Run, step: Step, stepRun: StepRun): Promise<Refusal | null> {
  const text = `${step.title}: ${stepRun.command}`;
  const question = { kind: 'guided', step: step.id, text, digest: null, needed: 1, by: [], isForOthers: false } as const;
  const said = await askPeople(run, { ...question, by: [], allows: ['approve', 'reject', 'skip'] }, opened(run).runbook.approvalTimeoutMs);
  return said.kind === 'approved' ? null : refusalOf(said, `step ${step.id}`);
}
