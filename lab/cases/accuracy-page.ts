import { evidencePatterns, type EvidencePattern } from '../../core/diagnosis/confidence.js';
import { wilsonInterval } from '../../core/model/proportion.js';
import { medianError, type RecordedForecast } from './forecast-errors.js';
import type { JudgedCause } from './judged-cause.js';

const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`;
const interval = (hits: number, cases: number): string => wilsonInterval(hits, cases).map(percent).join(' to ');

/** `docs/accuracy.md`: how often the answers were right in the recorded windows, and whether the confidence said so. */
export function accuracyPage(judged: readonly JudgedCause[], windows: number, forecasts: readonly RecordedForecast[]): string {
  return [
    '# Accuracy',
    '',
    'Written by `npm run lab -- --calibrate` from `fixtures/evidence`; do not edit it by hand.',
    '',
    `${windows} recorded windows name ${judged.length} causes; ${judged.filter(({ isHit }) => isHit).length} of them are the true cause at the true place (the story of each window says what that is). The confidence of a`,
    'cause is the hit rate of the pattern of evidence that it rests on, counted over these windows: (hits + 1) ÷ (cases + 2), less half of the part of the latency that nobody was seen to hold.',
    'With few cases it stays near one half: that is meant. `analyze incident` and every report print the cases and their 95 % interval (Wilson) beside it.',
    '',
    '## Patterns',
    '',
    '| pattern | what is seen | hits of cases | 95 % interval | confidence |',
    '|---|---|---|---|---|',
    ...patternRows(judged),
    '',
    '## Reliability',
    '',
    'Each cause is given the confidence that the *other* windows would have given it, so that no window vouches for itself. Where the bars agree, the confidence means what it says.',
    '',
    '```',
    ...reliabilityDiagram(judged),
    '```',
    '',
    '## Misses',
    '',
    ...missRows(judged),
    '',
    '## Forecasts',
    '',
    'What the report of a window forecast for its mean latency without the cause, beside what the same load measured when the fault had been taken back (`npm run lab -- --rerun --record`).',
    'The error is |likely − measured| ÷ measured, where likely is what the queueing model expects at the load of the window. A bound (what is waited for may take any time when it is well) has none.',
    'The low end is light load: nothing queues, nothing on the same host takes longer than alone, and as much goes as its own error allows. The high end: as little goes as must, with its queue, and a thread waits for a CPU as long as before, since it is woken as often. These windows were in view when the model was derived; how far off it is elsewhere, each re-run of an incident tells.',
    '',
    ...forecastRows(forecasts),
    '',
  ].join('\n');
}

function patternRows(judged: readonly JudgedCause[]): string[] {
  return Object.entries(evidencePatterns).map(([pattern, words]) => {
    const { hits, cases } = count(judged.filter((one) => one.pattern === pattern));
    return `| \`${pattern}\` | ${words} | ${hits} of ${cases} | ${cases === 0 ? 'no case yet' : interval(hits, cases)} | ${confidenceOf(hits, cases).toFixed(2)} |`;
  });
}

function count(judged: readonly JudgedCause[]): { hits: number; cases: number } {
  return { hits: judged.filter(({ isHit }) => isHit).length, cases: judged.length };
}

function confidenceOf(hits: number, cases: number): number {
  return (hits + 1) / (cases + 2);
}

/** Confidence without the window itself. */
function leftOut(judged: readonly JudgedCause[], one: JudgedCause): number {
  const others = judged.filter(({ pattern, window }) => pattern === one.pattern && window !== one.window);
  const { hits, cases } = count(others);
  return confidenceOf(hits, cases);
}

const bins = [0, 0.4, 0.6, 0.7, 0.8, 0.9, 1];

function reliabilityDiagram(judged: readonly JudgedCause[]): string[] {
  const told = judged.map((one) => ({ ...one, confidence: leftOut(judged, one) }));
  const rows = bins.slice(0, -1).flatMap((low, index) => {
    const high = bins[index + 1] ?? 1;
    const inside = told.filter(({ confidence }) => confidence >= low && (confidence < high || high === 1));
    return inside.length === 0 ? [] : [diagramRow(low, high, inside)];
  });
  const { hits, cases } = count(judged);
  const brier = told.reduce((sum, { confidence, isHit }) => sum + (confidence - (isHit ? 1 : 0)) ** 2, 0) / Math.max(1, cases);
  return [
    'confidence    said                            right',
    ...rows,
    '',
    `all ${cases}: right ${percent(hits / Math.max(1, cases))} (${interval(hits, cases)}), Brier score ${brier.toFixed(3)} (0 is perfect, 0.25 is a coin)`,
  ];
}

function diagramRow(low: number, high: number, inside: readonly (JudgedCause & { confidence: number })[]): string {
  const said = inside.reduce((sum, { confidence }) => sum + confidence, 0) / inside.length;
  const { hits, cases } = count(inside);
  const bar = (ratio: number): string => '█'.repeat(Math.round(ratio * 20)).padEnd(20, '·');
  return `${low.toFixed(1)} to ${high.toFixed(1)}    ${bar(said)} ${percent(said).padStart(5)}      ${bar(hits / cases)} ${percent(hits / cases).padStart(5)}  ${hits} of ${cases} (${interval(hits, cases)})`;
}

function missRows(judged: readonly JudgedCause[]): string[] {
  const misses = judged.filter(({ isHit }) => !isHit);
  if (misses.length === 0) return ['None of the named causes is wrong.'];
  return ['| window | service | named | pattern |', '|---|---|---|---|', ...misses.map(missRow)];
}

function forecastRows(forecasts: readonly RecordedForecast[]): string[] {
  const median = medianError(forecasts);
  const ms = (value: number | null): string => (value === null ? 'any' : value.toFixed(value < 10 ? 2 : 0));
  const inside = forecasts.filter(({ isInside }) => isInside).length;
  return [
    '| window | cause | before, ms | forecast, ms | likely, ms | measured, ms | error |',
    '|---|---|---:|---:|---:|---:|---:|',
    ...forecasts.map(
      ({ window, cause, forecast: { nowMs, lowMs, likelyMs, highMs, kind }, measuredMs, error }) =>
        `| ${window} | \`${cause}\` | ${ms(nowMs)} | ${kind === 'bound' ? `at least ${ms(lowMs)}` : `${ms(lowMs)} to ${ms(highMs)}`} | ${kind === 'bound' || likelyMs === null ? '' : ms(likelyMs)} | ${ms(measuredMs)} | ${error === null ? '' : percent(error)} |`,
    ),
    '',
    `Median error ${median === null ? 'unknown' : percent(median)} over ${forecasts.filter(({ error }) => error !== null).length} re-runs; ${inside} of ${forecasts.length} measurements are inside what was forecast.`,
  ];
}

function missRow({ window, service, cause, pattern }: JudgedCause & { pattern: EvidencePattern }): string {
  return `| ${window} | ${service} | \`${cause}\` | \`${pattern}\` |`;
}
