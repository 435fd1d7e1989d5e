import { Context, heartbeat } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { satisfies } from '../../core/command/runbook/condition.js';
import { judgeAnswer } from '../../core/command/runbook/judge-step.js';
import { changesNothing, type Action, type Probe } from '../../core/command/runbook/runbook.js';
import { TemplateError } from '../../core/command/runbook/template.js';
import { UnreadableInputError } from '../../core/model/errors.js';
import type { AuditedAct } from '../../core/model/audit.js';
import { translating } from '../translate-error.js';
import type { ActionOrder, ActionReport, PreparedAction, RunbookActivities } from './contract.js';
import type { ActionEnding, RunbookDependencies } from './dependencies.js';

/** Later steps compare outputs and calculate with them; the artifact has the whole output. */
const longestValue = 500;
const beatEveryMs = 1_000;

/** Sends heartbeats while the work runs: a dead worker is noticed by its silence, and a cancellation arrives with the answer. */
async function beating<T>(work: () => Promise<T>): Promise<T> {
  heartbeat();
  const timer = setInterval(() => heartbeat(), beatEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** An action whose placeholders cannot be filled in has not begun. */
function tryFill(deps: RunbookDependencies, action: Action, order: ActionOrder): { action: Action } | { why: string } {
  try {
    return { action: deps.fill(action, order.values) };
  } catch (error) {
    if (error instanceof TemplateError || error instanceof UnreadableInputError) return { why: error.message };
    throw error;
  }
}

async function perform(deps: RunbookDependencies, order: ActionOrder): Promise<ActionEnding> {
  const resolved = tryFill(deps, order.action, order);
  if ('why' in resolved) return { kind: 'not-begun', why: resolved.why };
  const { cancellationSignal } = Context.current();
  const ending = await beating(() =>
    deps.perform(resolved.action, order, AbortSignal.any([cancellationSignal, AbortSignal.timeout(order.timeoutMs)])),
  );
  if (cancellationSignal.aborted) throw new CancelledFailure('the step was stopped');
  return ending;
}

/** Steps and rollbacks that may change something; checks do not. */
function isAct({ key, action }: ActionOrder): boolean {
  return /^(?:steps|rollback)\.[^.]+$/.test(key) && !changesNothing(action);
}

/** The action as the audit log describes it: as it was shown to whoever approved it. */
function actOf(deps: RunbookDependencies, order: ActionOrder): AuditedAct {
  const resolved = tryFill(deps, order.action, order);
  const what = 'why' in resolved ? resolved.why : deps.describe(resolved.action, order.values);
  const { runId, key, who } = order;
  const action = key.startsWith('rollback.') ? 'runbook-rollback' : 'runbook-step';
  const target = 'why' in resolved ? order.service : deps.targetOf(resolved.action, order);
  return { action, subject: runId, target, who, what: `${key}: ${what}`, planId: null };
}

function report(deps: RunbookDependencies, order: ActionOrder): Promise<ActionReport> {
  if (!isAct(order)) return reportOf(deps, order);
  return deps.audited(
    actOf(deps, order),
    () => reportOf(deps, order),
    ({ verdict, detail }) => `${verdict}${detail === '' ? '' : `: ${detail.slice(0, 300)}`}`,
  );
}

async function reportOf(deps: RunbookDependencies, order: ActionOrder): Promise<ActionReport> {
  const begunMs = deps.now();
  const ending = await perform(deps, order);
  const tookMs = deps.now() - begunMs;
  if (ending.kind === 'not-begun') return { verdict: 'not-begun', detail: ending.why, exit: null, output: '', artifact: null, tookMs };
  const artifact = ending.output === '' ? null : await deps.keepText(`${order.key.replaceAll(/[^\w.-]/g, '_')}.txt`, ending.output);
  if (ending.kind === 'unclear') return { verdict: 'unclear', detail: ending.why, exit: null, output: '', artifact, tookMs };
  const { answer } = ending;
  const problem = judgeAnswer(order.expect, answer, order.values);
  const output = (answer.value ?? answer.body ?? answer.stdout).trim().slice(0, longestValue);
  return { verdict: problem === null ? 'done' : 'failed', detail: problem ?? '', exit: answer.exit, output, artifact, tookMs };
}

async function readProbe(
  deps: RunbookDependencies,
  order: ActionOrder,
  probe: Probe | null,
): Promise<Pick<PreparedAction, 'reading' | 'isDone' | 'problem'>> {
  if (probe === null) return { reading: null, isDone: false, problem: null };
  const ending = await perform(deps, { ...order, action: probe.action, timeoutMs: probe.timeoutMs });
  if (ending.kind !== 'ended') return { reading: null, isDone: false, problem: ending.why };
  const { answer } = ending;
  if (answer.exit !== null && answer.exit !== 0)
    return { reading: null, isDone: false, problem: judgeAnswer({ exit: 0 }, answer, {}) ?? '' };
  const reading = (answer.value ?? answer.body ?? answer.stdout).trim().slice(0, longestValue);
  try {
    return { reading, isDone: satisfies(reading, probe.done, order.values), problem: null };
  } catch (error) {
    if (error instanceof TemplateError) return { reading, isDone: false, problem: error.message };
    throw error;
  }
}

async function prepare(deps: RunbookDependencies, { probe, ...order }: ActionOrder & { probe: Probe | null }): Promise<PreparedAction> {
  const action = deps.fill(order.action, order.values);
  const command = deps.describe(action, order.values);
  const read = await readProbe(deps, order, probe);
  const bound = [command, Object.keys(order.env).sort(), deps.targetOf(action, order), read.reading];
  // What a script receives as environment is part of what is approved.
  const given = deps.takesParameters(action) ? order.parameters.map((name) => [name, order.values[name] ?? null]) : [];
  return { command, ...read, digest: deps.sha256(JSON.stringify([...bound, given])) };
}

async function simulate(deps: RunbookDependencies, order: ActionOrder): Promise<{ command: string; text: string }> {
  const resolved = tryFill(deps, order.action, order);
  // Outputs of steps are only known in a real run.
  if ('why' in resolved) return { command: '', text: `not simulated: ${resolved.why.split(';')[0] ?? ''}` };
  const command = deps.describe(resolved.action, order.values);
  const signal = AbortSignal.any([Context.current().cancellationSignal, AbortSignal.timeout(order.timeoutMs)]);
  const text = await beating(() => deps.simulate(resolved.action, order, signal));
  return { command, text: text ?? 'not simulated: this kind of step cannot be tried without doing it' };
}

export function createRunbookActivities(deps: RunbookDependencies): RunbookActivities {
  return {
    openRunbook: translating(async ({ file, snapshot, given, digest }) =>
      deps.open(file, await deps.readText(snapshot), given, digest ?? null),
    ),
    prepareAction: translating((order) => prepare(deps, order)),
    performAction: translating((order) => report(deps, order)),
    simulateAction: translating((order) => simulate(deps, order)),
    resolveApprovers: translating(async (order) => ({ people: await deps.approvers(order) })),
  };
}
