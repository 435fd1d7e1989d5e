/**
 * A run that is terminated tells nobody. The history that started it hears of that from Temporal; a continued history has to ask, with a signal that only
 * reaches a running workflow.
 */
import { condition, getExternalWorkflowHandle } from '@temporalio/workflow';
import type { MitigationRow } from '../../../core/command/incident/findings.js';
import { stillThereSignal } from '../../runbook/messages.js';
import type { CommandRun } from '../command-run.js';
import { hearRun } from './mitigations.js';

/** Below the shortest time in which somebody has to answer (SEV1: 5 minutes), and only few events a day. */
const askEveryMs = 120_000;

async function isThere(runId: string): Promise<boolean> {
  return getExternalWorkflowHandle(runId)
    .signal(stillThereSignal)
    .then(
      () => true,
      () => false,
    );
}

async function askFor(run: CommandRun, runId: string): Promise<void> {
  const isUnderWay = (): boolean =>
    run.state.mitigations.some((row) => row.runId === runId && row.state === 'running' && row.runResult === null);
  for (;;) {
    // Give a report that the run sent before its end the time to arrive.
    if (!(await isThere(runId))) break;
    if (await condition(() => run.isLeaving || !isUnderWay(), askEveryMs, { summary: `does ${runId} still run?` })) return;
  }
  if (isUnderWay())
    hearRun(run, { runId, kind: 'ended', result: 'failed', text: 'its workflow was ended from outside: nothing was undone' });
}

export async function watchRunsOfBefore(run: CommandRun): Promise<void> {
  const underWay = ({ state, runResult }: MitigationRow): boolean => state === 'running' && runResult === null;
  const runIds = run.state.mitigations.filter(underWay).flatMap(({ runId }) => (runId === null ? [] : [runId]));
  await Promise.all(runIds.map((runId) => askFor(run, runId)));
}
