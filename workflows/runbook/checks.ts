/** Steps that only look: pre-flight and verification. */
import { sleep } from '@temporalio/workflow';
import type { ActionReport } from '../../activities/runbook/contract.js';
import { holds } from '../../core/command/runbook/condition.js';
import type { CheckRun } from '../../core/command/runbook/run-state.js';
import { valuesOf } from '../../core/command/runbook/run-state.js';
import { isOwn, type Action, type Step } from '../../core/command/runbook/runbook.js';
import { proveByLoad } from './load-step.js';
import { perform } from './perform.js';
import type { Run } from './run.js';
import type { ActionPart } from './run-context.js';

/** How often a check that must stay or become good is repeated. */
const lookEveryMs = 2_000;

function pause(leftMs: number): Promise<void> {
  return sleep(Math.max(100, Math.min(lookEveryMs, leftMs)));
}

/** Repeats a check that must hold for a while; the first failure decides. */
async function staysGood(run: Run, key: string, part: ActionPart, forMs: number): Promise<ActionReport> {
  const until = Date.now() + forMs;
  for (;;) {
    const report = await perform(run, key, part);
    if (report.verdict !== 'done' || Date.now() >= until) return report;
    await pause(until - Date.now());
  }
}

async function becomesGood(run: Run, key: string, check: string, timeoutMs: number): Promise<ActionReport> {
  const until = Date.now() + timeoutMs;
  const part: ActionPart = { action: { kind: 'check', check, target: null, forMs: null }, timeoutMs: Math.min(timeoutMs, 30_000) };
  for (;;) {
    const report = await perform(run, key, part);
    if (report.verdict === 'done' || Date.now() >= until) return report;
    await pause(until - Date.now());
  }
}

/** A worker may die during a check. Three times during the same one is no coincidence. */
const mostLostLooks = 2;

function report(verdict: ActionReport['verdict'], detail: string, tookMs: number): ActionReport {
  return { verdict, detail, exit: null, output: '', artifact: null, tookMs };
}

/** An action of any kind that needs no person. Timers and loads are the workflow's own; everything else is an activity. */
export async function carryOut(run: Run, key: string, part: ActionPart): Promise<ActionReport> {
  const { action } = part;
  const begunMs = Date.now();
  if (!isOwn(action)) return perform(run, key, part);
  if (action.kind === 'note') return report('done', '', 0);
  if (action.kind === 'load') return proveByLoad(run, key, action.endpoint);
  if (action.kind === 'check' && action.forMs !== null) return staysGood(run, key, part, action.forMs);
  if (action.kind !== 'wait') return perform(run, key, part);
  if (action.until !== null) {
    const ending = await becomesGood(run, key, action.until.check, action.until.timeoutMs);
    return ending.verdict === 'done' ? ending : { ...ending, verdict: 'failed' };
  }
  await sleep(action.forMs ?? 0);
  return report('done', '', Date.now() - begunMs);
}

function detailOf(action: Action, ending: ActionReport): string {
  if (ending.detail !== '') return ending.detail;
  return action.kind === 'check' || action.kind === 'sql' || action.kind === 'load' ? ending.output : (ending.output.split('\n')[0] ?? '');
}

/** One row of pre-flight or verification. A check may be repeated. */
export async function lookAt(run: Run, section: 'preflight' | 'postcheck', step: Step): Promise<CheckRun> {
  const { id, title, action, expect, timeoutMs, when, retry } = step;
  const key = `${section}.${id}`;
  const row = (verdict: CheckRun['verdict'], detail: string): CheckRun => {
    run.state.outputs[`${key}.verdict`] = verdict;
    run.state.outputs[`${key}.state`] = verdict;
    return { id, title, verdict, detail };
  };
  try {
    if (when !== null && !holds(when, valuesOf(run.state))) return row('skip', `not needed: ${when} does not hold`);
  } catch (error) {
    return row('fail', error instanceof Error ? error.message : String(error));
  }
  let lost = 0;
  for (let attempt = 1; ; attempt += 1) {
    const ending = await carryOut(run, key, { action, expect, timeoutMs });
    run.state.outputs[`${key}.output`] = ending.output;
    if (ending.exit !== null) run.state.outputs[`${key}.exit`] = String(ending.exit);
    if (ending.verdict === 'done') return row('pass', detailOf(action, ending));
    // A check changes nothing. If it was lost with its worker, that says nothing about what it checked.
    if (ending.isLost === true && lost < mostLostLooks) {
      lost += 1;
      attempt -= 1;
      continue;
    }
    if (attempt >= retry.attempts) return row('fail', detailOf(action, ending));
    await sleep(retry.everyMs);
  }
}
