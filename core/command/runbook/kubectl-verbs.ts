/** The verbs of kubectl that a runbook may use as they are. Everything else is for a shell step, with its risk. */
const looks = ['get', 'logs', 'describe', 'top', 'version', 'wait', 'rollout status', 'rollout history', 'auth can-i'] as const;
const changes = ['scale', 'rollout restart', 'rollout undo', 'cordon', 'uncordon', 'delete pod'] as const;

function verbOf(run: readonly string[]): string {
  const [first = '', second = ''] = run.filter((item) => !item.startsWith('-'));
  const isPair = ['rollout', 'auth', 'delete'].includes(first);
  return isPair ? `${first} ${second.split('/')[0] ?? ''}`.replace(/^delete (pods|po)$/, 'delete pod') : first;
}

export type KubectlVerb = { verb: string; effect: 'looks' | 'changes' | 'not-allowed' };

export function kubectlVerb(run: readonly string[]): KubectlVerb {
  const verb = verbOf(run);
  const effect = (looks as readonly string[]).includes(verb)
    ? 'looks'
    : (changes as readonly string[]).includes(verb)
      ? 'changes'
      : 'not-allowed';
  return { verb, effect };
}

export const allowedKubectlVerbs: readonly string[] = [...looks, ...changes];
