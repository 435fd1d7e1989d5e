/** The same load that a triage holds, as a step: is the endpoint within its budget? */
import { isCancellation } from '@temporalio/workflow';
import type { ResolvedTarget } from '../../activities/contract.js';
import type { ActionReport } from '../../activities/runbook/contract.js';
import { judgeLoad } from '../../core/command/runbook/judge-load.js';
import { valuesOf } from '../../core/command/runbook/run-state.js';
import { fillIn } from '../../core/command/runbook/template.js';
import { loadPriority } from '../../core/decisions/load/load-priority.js';
import { light } from '../kernel/activity-options.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { holdLoad, type LoadOrder } from '../kernel/hold-load.js';
import type { Run } from './run.js';

type Found = Extract<ResolvedTarget, { ok: true }>;

function orderOf(key: string, { target, plan }: Found): LoadOrder {
  const { endpoint, budgets } = target;
  const prefix = `${key.replaceAll(/[^\w.-]/g, '_')}-`;
  // People wait for it: it goes before loads of triages that can wait, and after those of a critical one.
  const priority = loadPriority('high');
  return {
    key,
    stage: key,
    title: 'k6',
    artifactPrefix: prefix,
    endpoint,
    plan,
    budgets,
    symptom: null,
    priority,
    isUnwanted: () => false,
  };
}

/** Where the summary of the load is, for readers who want all of its numbers. */
function summaryOf(artifacts: readonly { name: string; path: string }[]): string | null {
  return (artifacts.find(({ name }) => name.endsWith('.json')) ?? artifacts[0])?.path ?? null;
}

async function resolve(run: Run, endpoint: string): Promise<ResolvedTarget> {
  const input = { incidentId: run.state.start.runId, endpoint, symptom: null, acceptedAt: run.state.startedAt, options: {} };
  try {
    return await light.resolveTarget.executeWithOptions({ summary: `is ${endpoint} in the catalog?` }, [input]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { ok: false, reason: describeFailure(error) };
  }
}

/** A load changes nothing that would have to be undone. If it cannot be held, it proves nothing, so the step fails. Throws when the run is stopped. */
export async function proveByLoad(run: Run, key: string, written: string): Promise<ActionReport> {
  const begunMs = Date.now();
  const report = (verdict: ActionReport['verdict'], detail: string, artifact: string | null = null): ActionReport => {
    return { verdict, detail: verdict === 'done' ? '' : detail, exit: null, output: detail, artifact, tookMs: Date.now() - begunMs };
  };
  let endpoint: string;
  try {
    endpoint = fillIn(written, valuesOf(run.state));
  } catch (error) {
    return report('not-begun', describeFailure(error));
  }
  const found = await resolve(run, endpoint);
  if (!found.ok) return report('not-begun', found.reason);
  const ending = await holdLoad(run.kernel, orderOf(key, found), null);
  if (ending.kind !== 'held') return report('failed', `the load could not be held: ${ending.reason}`);
  const { isGood, detail } = judgeLoad(ending.run.confirmation);
  return report(isGood ? 'done' : 'failed', detail, summaryOf(ending.run.artifacts));
}
