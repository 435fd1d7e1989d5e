// The text that k6 prints at the end of a run, of 0.4x and of 1.x and 2.x. Its numbers are rounded, hence "lossy".
import { UnreadableInputError } from '../../../model/errors.js';
import type { LoadResult } from '../../../model/load-result.js';
import { parseMetricName } from '../../metric-name.js';
import { loadResultOf } from '../../read-summary.js';
import type { SummaryMetric } from '../../summary-shape.js';
import type { LoadFileFormat } from '../format.js';
import { withoutPrefix } from '../line-prefix.js';
import { durationText, readToolText, requireOneRun } from '../tool-text.js';

export const k6Text: LoadFileFormat = {
  id: 'k6-text',
  expects: 'the text that k6 prints at the end',
  tool: 'k6 0.40 to 2.x',
  command: 'k6 run --summary-trend-stats "avg,min,med,max,p(90),p(95),p(99),count" script.js',
  exactness: 'lossy: printed values are rounded to a few digits; thresholds as k6 judged them',
  detect: ({ text, isComplete }) =>
    /\bhttp_req_duration\.{3,}: +avg=|\biterations\.{3,}: +\d/.test(text) ? 'yes' : isComplete ? 'no' : 'maybe',
  read,
};

/** The name is looked for backwards from the dots behind it: from every letter of a long word it would take the square of its length. */
const metricLine = /(?<!\.)(?=\.{3,}: )(?<=([✓✗]?) *(\{ ?[^{}]*\}|[A-Za-z_]\w*))\.+: +(\S.*)$/;
const thresholdLine = /([✓✗]) '([^']+)'(?: ([^=\s]+)=(\S+))?/;
const headerLine = /^[^\w{]*((?:[a-z_]\w*)?(?:\{[^}]*\})?)$/i;

interface Judged {
  metric: string;
  expression: string;
  passed: boolean;
  stat: string | null;
  observed: number | null;
}

async function read(source: AsyncIterable<Uint8Array>): Promise<LoadResult> {
  const text = await readToolText(source, 'k6 text');
  requireOneRun(text, /█ TOTAL RESULTS/g, 'k6 text');
  const lines = ofWholeRun(bare(text.split('\n')));
  requireOneRun(lines.join('\n'), /(?<![\w.])iterations\.{3,}: /g, 'k6 text');
  const metrics = metricsOf(lines);
  if (metrics.size === 0)
    throw new UnreadableInputError('k6 text: expected lines like "http_req_duration....: avg=…", got none; give the whole output');
  for (const judged of thresholdsOf(lines)) addThreshold(metrics, judged);
  const durationMs = runningTime(text);
  const result = loadResultOf({
    format: 'k6-text',
    k6Version: null,
    durationMs: durationMs ?? durationOfCounters(metrics),
    metrics: [...metrics.values()],
    note: null,
  });
  return {
    ...result,
    notes: [
      ...(result.notes ?? []),
      'lossy: read from the text that k6 printed, whose numbers are rounded; give the file of --summary-export for exact ones',
    ],
  };
}

/** Without what a log of CI or of containers puts in front of each line: it stands before a heading, or a metric that every run has. */
function bare(lines: readonly string[]): readonly string[] {
  for (const line of lines) {
    const at = line.search(/█ (?:THRESHOLDS|TOTAL RESULTS)|(?<![\w.])(?:http_reqs|iterations|vus)\.{3,}: /);
    if (at >= 0) return withoutPrefix(lines, line.slice(0, at).trimEnd().replace(/[✓✗]$/, ''));
  }
  return lines;
}

/** `--summary-mode=full` prints the same metrics again for every scenario and group, below those of the whole run. */
function ofWholeRun(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line) => /^\s*(?:█ SCENARIO: |[█↳] GROUP: )/.test(line));
  return end < 0 ? lines : lines.slice(0, end);
}

/** Sub-metrics stand below their metric, as `{ expected_response:true }`. */
function metricsOf(lines: readonly string[]): Map<string, SummaryMetric> {
  const metrics = new Map<string, SummaryMetric>();
  let base = '';
  for (const line of lines) {
    const [, mark = '', name, rest] = metricLine.exec(line) ?? [];
    if (name === undefined || rest === undefined) continue;
    const isPart = name.startsWith('{');
    if (!isPart) base = name;
    // Whoever shortens the text does so with the lines that say nearly the same as those above.
    if (isPart && /(?:\.{3}|…)\s*$/.test(rest)) continue;
    const full = isPart ? `${base}{${name.slice(1, -1).trim()}}` : name;
    const values = valuesOf(full, rest);
    const known = metrics.get(full);
    // What people write below of a metric has no numbers of k6.
    if (known !== undefined && Object.keys(values).length === 0) continue;
    if (known !== undefined && Object.keys(known.values).length > 0 && !isPart) refuseTwice(full);
    const metric: SummaryMetric = { name: full, ...parseMetricName(full), values, thresholds: [] };
    // Before 1.0 a mark in front of the metric was all that was said about its thresholds.
    if (mark !== '') metric.thresholds.push({ expression: '(not printed)', passed: mark === '✓' });
    metrics.set(full, metric);
  }
  return metrics;
}

function refuseTwice(name: string): never {
  throw new UnreadableInputError(`k6 text: expected the result of one run, got ${name} twice in one text; give the runs one by one`);
}

function valuesOf(name: string, text: string): Record<string, number> {
  const values: Record<string, number> = {};
  for (const [, stat = '', value = ''] of text.matchAll(/(avg|min|med|max|count|p\([\d.]+\))=(\S+)/g)) {
    const number = printedNumber(value);
    if (number !== null) values[stat === 'p(50)' ? 'med' : stat] = number;
  }
  if (Object.keys(values).length > 0) return values;
  const rate = /^([\d.]+)% +(?:(\d+) out of (\d+)|✓ (\d+) +✗ (\d+))/.exec(text);
  if (rate !== null) {
    const passes = Number(rate[2] ?? rate[4]);
    const fails = rate[3] === undefined ? Number(rate[5]) : Number(rate[3]) - passes;
    return { passes, fails, rate: passes + fails === 0 ? 0 : passes / (passes + fails) };
  }
  const [, count, perSecond] = /^(\d+) +([\d.]+)\/s/.exec(text) ?? [];
  if (count !== undefined) return { count: Number(count), rate: Number(perSecond) };
  const [, gauge] = /^(\d+)\b/.exec(text) ?? [];
  return gauge === undefined || !name.startsWith('vus') ? {} : { value: Number(gauge), max: Number(gauge) };
}

function printedNumber(text: string): number | null {
  if (/^[\d.]+%$/.test(text)) return Number(text.slice(0, -1)) / 100;
  if (/^[\d.]+(?:\/s)?$/.test(text)) return Number(text.replace('/s', ''));
  return durationText(text);
}

/** The block THRESHOLDS of 1.x: a metric, below it one line a threshold with what was observed. */
function thresholdsOf(lines: readonly string[]): Judged[] {
  const judged: Judged[] = [];
  let base = '';
  let metric = '';
  for (const line of lines) {
    const [, mark, expression, stat, value] = thresholdLine.exec(line) ?? [];
    if (mark !== undefined && expression !== undefined && metric !== '') {
      judged.push({
        metric,
        expression,
        passed: mark === '✓',
        stat: stat ?? null,
        observed: value === undefined ? null : printedNumber(value),
      });
      continue;
    }
    const [, header = ''] = headerLine.exec(line.trimEnd()) ?? [];
    if (header === '') continue;
    if (!header.startsWith('{')) base = header;
    metric = header.startsWith('{') ? `${base}${header}` : header;
  }
  return judged;
}

function addThreshold(metrics: Map<string, SummaryMetric>, { metric: name, expression, passed, stat, observed }: Judged): void {
  const metric = metrics.get(name) ?? { name, ...parseMetricName(name), values: {}, thresholds: [] };
  metric.thresholds.push({ expression, passed });
  if (stat !== null && observed !== null) metric.values[stat] ??= observed;
  metrics.set(name, metric);
}

/** `running (1m30.5s), 0/20 VUs`: the last one is the whole run. */
function runningTime(text: string): number | null {
  const times = [...text.matchAll(/running \(([\dhms.]+)\)/g)].map(([, time]) => durationText((time ?? '').replace(/^0+(?=\d)/, '')));
  return times.at(-1) ?? null;
}

function durationOfCounters(metrics: ReadonlyMap<string, SummaryMetric>): number | null {
  for (const name of ['http_reqs', 'iterations']) {
    const { count, rate } = metrics.get(name)?.values ?? {};
    if (count !== undefined && rate !== undefined && count > 0 && rate > 0) return (count / rate) * 1000;
  }
  return null;
}
