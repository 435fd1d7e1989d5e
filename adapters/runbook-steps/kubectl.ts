import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allowedKubectlVerbs, kubectlVerb } from '../../core/command/runbook/kubectl-verbs.js';
import { joinWords } from '../../core/command/runbook/split-words.js';
import { runProgram } from './run-program.js';
import type { StepContext, StepEnding } from './step-context.js';
import { argv, commandCell } from './step-keys.js';
import { acting, type ActionOf } from './step-kind.js';

const keys = { run: argv('[rollout, status, deployment/shop]') };

type KubectlAction = ActionOf<typeof keys>;

const clusterWide = ['cordon', 'uncordon', 'version'];

function names(run: readonly string[], ...flags: string[]): boolean {
  return run.some((item) => flags.some((flag) => item === flag || item.startsWith(`${flag}=`)));
}

/** Which cluster is said out loud: a context that somebody switched meanwhile must not be acted on. */
async function contextOf(run: readonly string[], context: StepContext): Promise<string[] | StepEnding> {
  if (names(run, '--context', '--server', '-s')) return [];
  const current = await runProgram(['kubectl', 'config', 'current-context'], { ...context, secrets: [] });
  if (current.kind !== 'ended') return current;
  const name = current.answer.stdout.trim();
  if (current.answer.exit !== 0 || name === '')
    return { kind: 'not-begun', why: 'expected a context of kubectl, got none; name KUBECONFIG in env, or write --context=NAME' };
  return [`--context=${name}`];
}

async function runKubectl(action: KubectlAction, context: StepContext, more: readonly string[]): Promise<StepEnding> {
  const { verb, effect } = kubectlVerb(action.run);
  if (effect === 'not-allowed') return { kind: 'not-begun', why: `kubectl ${verb} is not among the verbs of runbooks; use kind: shell` };
  if (effect === 'changes' && !clusterWide.includes(verb) && !names(action.run, '-n', '--namespace'))
    return { kind: 'not-begun', why: `kubectl ${verb}: expected a namespace, got none; write -n NAME` };
  const cluster = await contextOf(action.run, context);
  if (!Array.isArray(cluster)) return cluster;
  const limits = [`--request-timeout=${Math.ceil(context.timeoutMs / 1000)}s`, `--cache-dir=${join(tmpdir(), 'perf-responder-kubectl')}`];
  return runProgram(['kubectl', ...action.run, ...more, ...cluster, ...limits], context);
}

/** The server itself rehearses what changes an object; the other verbs have no rehearsal. */
async function simulate(action: KubectlAction, context: StepContext): Promise<string> {
  const { verb, effect } = kubectlVerb(action.run);
  if (effect === 'changes' && !['scale', 'delete pod', 'cordon', 'uncordon', 'rollout undo'].includes(verb))
    return 'not simulated: kubectl has no dry run of this verb';
  const ending = await runKubectl(action, context, effect === 'changes' ? ['--dry-run=server'] : []);
  if (ending.kind !== 'ended') return ending.why;
  return `the server would answer: ${(ending.answer.stdout || ending.answer.stderr).trim()}`;
}

export const kubectl = acting({
  kind: 'kubectl',
  keys,
  problems: ({ run }) => {
    const { verb, effect } = kubectlVerb(run);
    if (effect !== 'not-allowed') return [];
    const expected = `one of the verbs ${allowedKubectlVerbs.join(', ')}`;
    return [{ key: 'run', expected, came: verb, fix: 'use kind: shell, which is of risk high' }];
  },
  describe: ({ run }) => joinWords(['kubectl', ...run]),
  readCell: commandCell('kubectl'),
  run: (action, context) => runKubectl(action, context, []),
  simulate,
});
