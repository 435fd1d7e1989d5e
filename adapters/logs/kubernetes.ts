import { EvidenceUnavailableError } from '../../core/model/errors.js';
import type { TimedLine } from '../../core/command/logs/log-line.js';
import type { LogOrder, LogSource, LogStream } from './log-source.js';
import { runProgram } from './run-program.js';
import { parseStamped } from './stamped-lines.js';

const withinMs = 12_000;
/** kubectl stops at five streams unless it is told otherwise. */
const mostStreams = 50;

/** `[pod/NAME/CONTAINER] TIME TEXT`: lines of several containers in one output, each stream by itself. */
export function splitStreams(text: string): LogStream[] {
  const streams = new Map<string, TimedLine[]>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, name = 'all', rest = line] = /^\[pod\/([^\]]+)\] (.*)$/s.exec(line) ?? [];
    streams.set(name, [...(streams.get(name) ?? []), ...parseStamped(rest)]);
  }
  return [...streams].map(([name, lines]) => ({ name, lines, completeFromMs: null }));
}

async function read(namespace: string, selector: string, { fromMs, signal }: LogOrder): Promise<LogStream[]> {
  const { stdout, stderr, exitCode, isCut } = await runProgram(
    'kubectl',
    [
      'logs',
      '--namespace',
      namespace,
      '--selector',
      selector,
      '--all-containers',
      '--prefix',
      '--timestamps',
      '--tail=-1',
      `--max-log-requests=${mostStreams}`,
      `--since-time=${new Date(fromMs).toISOString()}`,
      '--request-timeout=10s',
    ],
    { signal, withinMs },
  );
  if (exitCode !== 0 && !isCut)
    throw new EvidenceUnavailableError({
      id: 'kubectl',
      what: 'the logs of the pods',
      why: `kubectl ended with ${exitCode ?? 'a signal'}: ${stderr.split('\n').find((line) => line.trim() !== '') ?? 'it said nothing'}`,
      remedy: `Try it by hand: kubectl logs -n ${namespace} -l ${selector}`,
    });
  if (stdout === '' && /No resources found/.test(stderr))
    throw new EvidenceUnavailableError({
      id: 'kubectl',
      what: 'the logs of the pods',
      why: `no pod of ${namespace} has the labels ${selector}`,
      remedy: 'Check namespace and selector in the catalog.',
    });
  return splitStreams(stdout);
}

export const kubernetes: LogSource<'kubernetes'> = {
  kind: 'kubernetes',
  title: 'pods of Kubernetes by label',
  open: ({ kubernetes: pods }) =>
    pods === undefined
      ? null
      : { name: `kubernetes ${pods.namespace}/${pods.selector}`, read: (order) => read(pods.namespace, pods.selector, order) },
};
