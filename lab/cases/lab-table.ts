import type { CauseLocation } from '../../core/model/cause.js';
import type { Fault, TrueLocation } from '../fault.js';
import type { CaseResult } from './run-case.js';
import type { LabSummary, Proportion } from './score.js';

/** One line a case: truth, answer, and what is wrong with it. */
export function caseLine(fault: Pick<Fault, 'name' | 'truth'>, result: CaseResult): string {
  const truth =
    fault.truth.cause === null
      ? `no cause, ${fault.truth.outcomes.join('/')}`
      : `${fault.truth.cause.id} @ ${placeInWords(fault.truth.cause.location)}`;
  const first = result.document?.causes[0];
  const answer = first === undefined ? (result.document?.outcome ?? 'no answer') : `${first.id} @ ${answerPlace(first.location)}`;
  const p95 = result.document?.confirmation?.observed.p95Ms ?? null;
  const ready = result.document?.timing.reportReadyMs ?? null;
  const facts = [p95 === null ? '' : `p95 ${Math.round(p95)} ms`, ready === null ? '' : `report after ${(ready / 1000).toFixed(1)} s`];
  const note = result.notRun?.split('\n')[0] ?? result.problem ?? result.score?.notes.join('; ') ?? '';
  return [verdictWord(result).padEnd(13), fault.name.padEnd(24), `truth: ${truth}`, `answer: ${answer}`, ...facts, note]
    .filter((part) => part !== '')
    .join(' | ');
}

function verdictWord(result: CaseResult): string {
  if (result.notRun !== null) return 'not run';
  if (result.score === null) return 'FAILED';
  if (result.kind === 'fault' && !result.score.broke) return 'did not break';
  if (result.score.right) return 'right';
  if (result.score.locationRight) return 'right cause*';
  return result.score.causeRight ? 'wrong place' : 'WRONG';
}

function placeInWords(location: TrueLocation): string {
  const { relation, columns, frames, file, route, statement, partner, pool, session } = location;
  const parts = [
    relation,
    columns?.join(', '),
    frames?.[0],
    file,
    route,
    statement?.join('…'),
    partner,
    pool === true ? 'pool' : undefined,
    session,
  ];
  return parts.filter((part) => part !== undefined).join(' ');
}

function answerPlace(location: CauseLocation): string {
  const { relation, columns, frame, file, line, route, peer, pool, session, statement } = location;
  const source = file === undefined ? undefined : `${file.split('/').at(-1) ?? file}${line === undefined ? '' : `:${line}`}`;
  const named = [relation, columns?.join(', '), frame, source, route, peer, pool, session].filter((part) => part !== undefined);
  return named.length === 0 ? (statement ?? 'nowhere').replaceAll(/\s+/g, ' ').slice(0, 60) : named.join(' ');
}

const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;

function proportionInWords({ successes, trials, ratio, wilson95: [low, high] }: Proportion): string {
  return ratio === null ? 'no case' : `${successes}/${trials} = ${percent(ratio)} (95 % interval ${percent(low)} to ${percent(high)})`;
}

export function summaryLines(summary: LabSummary, timesToReportMs: number[]): string[] {
  const sorted = [...timesToReportMs].sort((one, other) => one - other);
  const median = sorted[Math.floor(sorted.length / 2)];
  return [
    `top-1 cause             ${proportionInWords(summary.topOneCause)}`,
    `top-1 cause and place   ${proportionInWords(summary.topOneLocation)}`,
    `within the first three  ${proportionInWords(summary.topThree)}`,
    `controls right          ${proportionInWords(summary.controlsRight)}`,
    `false accusations       ${proportionInWords(summary.falseAccusations)}`,
    ...(median === undefined
      ? []
      : [`report ready after      ${(median / 1000).toFixed(1)} s in the median, ${((sorted.at(-1) ?? 0) / 1000).toFixed(1)} s at most`]),
    ...(summary.didNotBreak.length === 0 ? [] : [`did not break (not counted): ${summary.didNotBreak.join(', ')}`]),
    ...(summary.notRun.length === 0 ? [] : [`not run (not counted): ${summary.notRun.join(', ')}`]),
    ...(summary.failed.length === 0 ? [] : [`failed (counted as misses): ${summary.failed.join(', ')}`]),
  ];
}
