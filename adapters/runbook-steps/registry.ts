/** Kinds of steps that act. The others are the workflow's own: timers, people, notes, loads. */
import type { Action, StepKind } from '../../core/command/runbook/runbook.js';
import { check } from './check.js';
import { command } from './command.js';
import { http } from './http.js';
import { kubectl } from './kubectl.js';
import { redis } from './redis.js';
import { shell } from './shell.js';
import { sql } from './sql.js';
import type { StepContext, StepEnding, StepRunner } from './step-runner.js';

interface AnyRunner {
  kind: StepKind;
  run: (action: Action, context: StepContext) => Promise<StepEnding>;
  simulate: (action: Action, context: StepContext) => Promise<string | null>;
}

/** A runner answers for actions of its own kind only. */
function ofKind<Kind extends StepKind>(runner: StepRunner<Kind>): AnyRunner {
  const isOwn = (action: Action): action is Extract<Action, { kind: Kind }> => action.kind === runner.kind;
  return {
    kind: runner.kind,
    run: (action, context) => (isOwn(action) ? runner.run(action, context) : Promise.reject(new TypeError(`not ${runner.kind}`))),
    simulate: (action, context) => (isOwn(action) && runner.simulate !== null ? runner.simulate(action, context) : Promise.resolve(null)),
  };
}

const runners: readonly AnyRunner[] = [
  ofKind(command),
  ofKind(shell),
  ofKind(kubectl),
  ofKind(http),
  ofKind(sql),
  ofKind(redis),
  ofKind(check),
];

export function findRunner(kind: StepKind): AnyRunner | null {
  return runners.find((runner) => runner.kind === kind) ?? null;
}
