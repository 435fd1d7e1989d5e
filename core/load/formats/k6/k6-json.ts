// https://grafana.com/docs/k6/latest/results-output/real-time/json/: one JSON document a line, not one document.
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import type { LoadResult } from '../../../model/load-result.js';
import { forEachLine } from '../../../profile/formats/input/text-lines.js';
import { isOutsideOfLoad, outsideNotes } from '../../points.js';
import { loadResultOf } from '../../read-summary.js';
import type { LoadFileFormat } from '../format.js';
import { createPointSummary } from './k6-points-summary.js';

const metricSchema = z.object({
  type: z.enum(['counter', 'gauge', 'rate', 'trend']),
  thresholds: z.array(z.string()).nullish(),
  submetrics: z.array(z.object({ name: z.string() })).nullish(),
});

type Line =
  | { type: 'Metric'; metric: string; data: z.infer<typeof metricSchema> }
  | { type: 'Point'; metric: string; time: string; value: number; tags: Record<string, unknown> };

export const k6Json: LoadFileFormat = {
  id: 'k6-json',
  expects: 'the points of k6 --out json',
  tool: 'k6 0.30 to 2.x',
  command: 'k6 run --out json=points.json.gz script.js',
  exactness: 'exact from single requests; thresholds of whole metrics are judged, those of sub-metrics are not in the file',
  detect: ({ firstLine }) => (lineOf(firstLine) === null ? 'no' : 'yes'),
  read,
};

/** Half of all points are parts of a request that nothing here rests on, unless a threshold names them. Parsing them would cost the most. */
const partOfRequest =
  /^\{"metric":"(http_req_(?:blocked|connecting|tls_handshaking|sending|receiving)|data_(?:sent|received))","type":"Point"/;
/** A killed run leaves one cut line at the end. */
const maxBadShare = 0.01;

async function read(source: AsyncIterable<Uint8Array>): Promise<LoadResult> {
  const points = createPointSummary('k6-json');
  const subMetrics = new Set<string>();
  const judged = new Set<string>();
  const tally = { lines: 0, bad: 0, firstBad: '', outside: 0 };
  await forEachLine(source, (text) => {
    if (text.trim() === '') return;
    tally.lines++;
    const part = partOfRequest.exec(text)?.[1];
    if (part !== undefined && !judged.has(part)) return;
    const line = parseLine(text);
    if (line === null) {
      tally.bad++;
      if (tally.firstBad === '') tally.firstBad = `line ${tally.lines}: ${text.slice(0, 100)}`;
      return;
    }
    if (line.type === 'Metric') {
      points.declare(line.metric, line.data.type, line.data.thresholds ?? []);
      if ((line.data.thresholds ?? []).length > 0) judged.add(line.metric);
      for (const { name } of line.data.submetrics ?? []) if (!name.endsWith('{expected_response:true}')) subMetrics.add(name);
      return;
    }
    const { metric, time, value, tags } = line;
    const expected = tag(tags, 'expected_response');
    if (metric === 'http_req_duration' && isOutsideOfLoad(tag(tags, 'group') ?? '')) tally.outside++;
    const isExpected = expected === null ? null : expected === 'true';
    points.add({
      metric,
      endedAtMs: timeOf(time),
      value,
      isExpected,
      status: tag(tags, 'status') ?? (isExpected === null ? '' : '0'),
      errorCode: tag(tags, 'error_code') ?? '',
    });
  });
  if (tally.bad > Math.max(1, maxBadShare * tally.lines)) {
    throw new UnreadableInputError(
      `k6 --out json: expected a point a line, but ${tally.bad} of ${tally.lines} lines are none (${tally.firstBad}); give the unmodified file`,
    );
  }
  const { summary, errors } = points.finish();
  const result = loadResultOf(summary);
  const notes = [...(result.notes ?? []), ...outsideNotes(tally.outside, result.requests), ...notesOf(subMetrics, tally.bad)];
  return { ...result, errors: { ...result.errors, ...errors }, notes };
}

function notesOf(subMetrics: ReadonlySet<string>, bad: number): string[] {
  const names = [...subMetrics];
  return [
    ...(names.length === 0
      ? []
      : [`the points do not hold the thresholds of ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' …' : ''}; --summary-export does`]),
    ...(bad === 0 ? [] : ['one line was cut off and left out']),
  ];
}

function parseLine(text: string): Line | null {
  try {
    return lineOf(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Told by hand: a schema would take longer over millions of points than everything else together. */
function lineOf(document: unknown): Line | null {
  if (!isRecord(document) || typeof document['metric'] !== 'string' || !isRecord(document['data'])) return null;
  const { type, metric, data } = document;
  if (type === 'Metric') {
    const parsed = metricSchema.safeParse(data);
    return parsed.success ? { type, metric, data: parsed.data } : null;
  }
  const { time, value, tags } = data;
  if (type !== 'Point' || typeof time !== 'string' || typeof value !== 'number' || !Number.isFinite(value)) return null;
  return { type, metric, time, value, tags: isRecord(tags) ? tags : {} };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function tag(tags: Record<string, unknown>, name: string): string | null {
  const value = tags[name];
  return typeof value === 'string' ? value : null;
}

function timeOf(text: string): number {
  const ms = Date.parse(text);
  if (Number.isFinite(ms)) return ms;
  throw new UnreadableInputError(
    `k6 --out json: expected times like 2026-01-02T03:04:05.678Z, got "${text.slice(0, 40)}"; give the unmodified file`,
  );
}
