import { describe, expect, it } from 'vitest';
import { readLoadSummary } from '../../../core/load/read-summary.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { recordings } from './recorded.js';

function pick(name: string, file: string): string {
  const found = recordings(name).find((recording) => recording.file === `${name}.${file}.json`);
  if (found === undefined) throw new Error(`no recording ${name}.${file}`);
  return found.text;
}

describe('readLoadSummary', () => {
  it('reads the same run the same from handleSummary and from --summary-export', () => {
    for (const version of ['1.1', '2.2']) {
      const handled = readLoadSummary(pick('slow', `${version}.handle-summary`));
      const exported = readLoadSummary(pick('slow', `${version}.summary-export`));
      expect(handled.format).toBe('handle-summary');
      expect(exported.format).toBe('summary-export');
      expect(exported.durationMs).toBeCloseTo(handled.durationMs ?? 0, 3);
      const byMetric = (result: typeof handled): string[] => result.thresholds.map((threshold) => JSON.stringify(threshold)).sort();
      expect(byMetric(exported)).toEqual(byMetric(handled));
      const ignored = { format: '', durationMs: 0, thresholds: [] };
      expect({ ...exported, ...ignored }).toEqual({ ...handled, ...ignored });
    }
  });

  it('does not take the inverted flag of --summary-export for a passed threshold', () => {
    const { thresholds } = readLoadSummary(pick('slow', '1.1.summary-export'));
    expect(thresholds.find(({ expression }) => expression === 'p(95)<100')).toMatchObject({ metric: 'http_req_duration', ok: false });
    expect(thresholds.find(({ expression }) => expression === 'rate<0.01')).toMatchObject({ ok: true, observed: 0 });
  });

  it('refuses a summary that names more sub-windows than any script of ours has', () => {
    const document = JSON.parse(pick('slow', '1.1.handle-summary')) as Record<string, unknown>;
    const withWindows = (windows: number): string =>
      JSON.stringify({ ...document, responder: { warmUpMs: 0, measureMs: 1000, windows, rate: null } });
    expect(readLoadSummary(withWindows(12)).format).toBe('handle-summary');
    expect(() => readLoadSummary(withWindows(1e9))).toThrow(/handleSummary with parts that are none/);
  });

  it('does not read damaged data of handleSummary as the export of a run without requests', () => {
    const document = JSON.parse(pick('slow', '1.1.handle-summary')) as Record<string, unknown>;
    const damaged = JSON.stringify({ ...document, state: { testRunDurationMs: 'ten seconds' } });
    expect(() => readLoadSummary(damaged)).toThrow(UnreadableInputError);
  });

  it('reads the machine-readable summary, which has no p99 and no thresholds', () => {
    const result = readLoadSummary(pick('slow', '2.2.machine-readable'));
    expect(result).toMatchObject({ format: 'machine-readable', k6Version: '2.2.0', failedRatio: 0, thresholds: [] });
    expect(result.latencyMs.p99).toBeNull();
    expect(result.latencyMs.p95).toBeGreaterThan(120);
    expect(result.requestRate).toBeCloseTo(result.requests / ((result.durationMs ?? 0) / 1000), 6);
  });

  it('counts the passes of http_req_failed as failed requests in every shape', () => {
    for (const { file, text } of recordings('failing')) expect(readLoadSummary(text).failedRatio, file).toBe(1);
    for (const { file, text } of recordings('healthy')) expect(readLoadSummary(text).failedRatio, file).toBe(0);
  });

  it('has no latency where nothing answered, and no threshold holds on nothing', () => {
    for (const { file, text } of [...recordings('refused'), ...recordings('threw')]) {
      const result = readLoadSummary(text);
      expect(result.latencyMs, file).toEqual({ p50: null, p95: null, p99: null, mean: null, max: null });
      for (const threshold of result.thresholds) expect(threshold.ok, `${file} ${threshold.metric}`).toBe(false);
    }
  });

  it('prefers the latency of expected responses', () => {
    const trend = (value: number) => ({ avg: value, min: value, med: value, max: value, 'p(95)': value, count: 10 });
    const text = JSON.stringify({
      root_group: {},
      metrics: {
        http_reqs: { count: 20, rate: 2 },
        http_req_failed: { value: 0.5, passes: 10, fails: 10 },
        http_req_duration: trend(55),
        'http_req_duration{expected_response:true}': trend(100),
      },
    });
    expect(readLoadSummary(text)).toMatchObject({ latencyMs: { p95: 100, p99: null }, failedRatio: 0.5, durationMs: 10_000 });
  });

  it('re-evaluates a threshold instead of believing its flag', () => {
    const metrics = { http_reqs: { values: { count: 9, rate: 1 }, thresholds: { 'rate>5': { ok: true } } } };
    expect(readLoadSummary(JSON.stringify({ metrics })).thresholds).toEqual([
      { metric: 'http_reqs', expression: 'rate>5', ok: false, observed: 1, samples: { count: 9, isAtMost: false } },
    ]);
  });

  it.each([
    ['empty file', '', /empty file/],
    ['text', 'hello', /no JSON/],
    ['another document', '{"metrics": {"cpu": {"value": 3}}}', /keys metrics/],
    ['a list', '[]', /a list/],
    [
      'the stream of points',
      '{"metric":"http_reqs","type":"Point","data":{}}\n{"metric":"http_reqs","type":"Point","data":{}}',
      /--out json/,
    ],
  ])('refuses %s and says what was expected', (_, text, message) => {
    expect(() => readLoadSummary(text)).toThrow(UnreadableInputError);
    expect(() => readLoadSummary(text)).toThrow(message);
    expect(() => readLoadSummary(text)).toThrow(/expected a k6 summary/);
  });
});
