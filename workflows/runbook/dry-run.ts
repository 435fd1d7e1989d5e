/** A dry run looks and asks probes, says what each step would do, and changes nothing. */
import { holds } from '../../core/command/runbook/condition.js';
import { valuesOf, type StepRun } from '../../core/command/runbook/run-state.js';
import type { Step } from '../../core/command/runbook/runbook.js';
import { describeFailure } from '../kernel/describe-failure.js';
import { looking } from './activity-options.js';
import { prepare } from './perform.js';
import type { Run } from './run.js';
import { orderOf } from './run-context.js';

function conditionOf(run: Run, { when }: Step): string[] {
  if (when === null) return [];
  try {
    return [holds(when, valuesOf(run.state)) ? `${when} holds` : `would be skipped: ${when} does not hold`];
  } catch {
    return [`only if ${when}`];
  }
}

async function probeOf(run: Run, step: Step): Promise<string[]> {
  if (step.probe === null) return [];
  try {
    const { reading, isDone, problem } = await prepare(run, `steps.${step.id}`, step, step.probe);
    if (problem !== null) return [`its probe gave no answer: ${problem}`];
    return [`the probe reads ${reading ?? ''}: ${isDone ? 'it has happened already' : 'it would be run'}`];
  } catch (error) {
    return [`its probe cannot be asked before the run: ${describeFailure(error)}`];
  }
}

export async function planStep(run: Run, step: Step, stepRun: StepRun): Promise<void> {
  const order = orderOf(run, `steps.${step.id}`, step);
  // What this step cannot be tried with (a database that the catalog does not have) says so, and the others are planned all the same.
  const { command, text } = await looking(step.timeoutMs)
    .simulateAction.executeWithOptions({ summary: `${step.id}: dry run` }, [order])
    .catch((error: unknown) => ({ command: stepRun.command, text: `not simulated: ${describeFailure(error)}` }));
  stepRun.command = command;
  stepRun.state = 'planned';
  stepRun.reason = [...conditionOf(run, step), ...(await probeOf(run, step)), text].join('; ');
  run.publish();
}
