/** What the terminal shows of a root cause analysis. */
import type { Hypothesis } from '../../../core/command/rca/hypotheses.js';
import type { RootCauseAnalysis } from '../../../core/command/rca/rca.js';
import type { Why } from '../../../core/command/rca/whys.js';

function list(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function whyLines(whys: readonly Why[]): string[] {
  return whys.flatMap(({ branch, n, question, answer, collect, evidence }) => [
    `${branch}${n}  ${question}`,
    answer === null ? `    not known; collect: ${collect ?? 'evidence'}` : `    ${answer}`,
    ...evidence.map((one) => `      ${one}`),
  ]);
}

function hypothesisLines(hypotheses: readonly Hypothesis[]): string[] {
  return hypotheses.map(({ status, statement, supports, contradicts, untested }) => {
    const said = status === 'refuted' ? contradicts[0] : status === 'open' ? `needs ${untested.join(', ')}` : supports[0];
    return `${status.padEnd(9)}  ${statement}${said === undefined ? '' : `\n               ${said}`}`;
  });
}

const horizons = { immediate: 'now', short: 'within a week', medium: 'within a month', long: 'within a quarter' } as const;

export function rcaText(id: string, { onset, rootCause, whys, hypotheses, contributing, recommendations }: RootCauseAnalysis): string {
  const began = onset === null ? 'when it began is not known' : `it began at ${onset.at} ± ${onset.uncertaintyS} s (${onset.from})`;
  const cause =
    rootCause === null ? 'Root cause: not known' : `Root cause (${rootCause.status}, line ${rootCause.branch}): ${rootCause.statement}`;
  return [
    `${id}: ${began}`,
    cause,
    ...list('Why', whyLines(whys)),
    ...list('Hypotheses', hypothesisLines(hypotheses)),
    ...list(
      'Contributing',
      contributing.map((one) => `${one.id}: ${one.fact}`),
    ),
    ...Object.entries(horizons).flatMap(([horizon, words]) =>
      list(`Recommended ${words}`, recommendations[horizon as keyof typeof horizons]),
    ),
  ].join('\n');
}
