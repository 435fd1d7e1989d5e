import { describe, expect, it } from 'vitest';
import { createPointReader } from '../../../core/load/points.js';

function point(secondsIn: number, value: number, tags: Record<string, string> = { expected_response: 'true', status: '200' }): string {
  const time = new Date(Date.UTC(2026, 0, 1, 0, 0, 0, secondsIn * 1000)).toISOString();
  return JSON.stringify({ metric: 'http_req_duration', type: 'Point', data: { time, value, tags } });
}

describe('createPointReader', () => {
  it('cuts the stream into equal windows with the percentiles of expected responses', () => {
    const reader = createPointReader(20_000, 4, Date.parse);
    for (const line of [point(0, 10), point(1, 20), point(6, 100), point(7, 5, { expected_response: 'false', status: '503' })])
      reader.add(line);
    expect(reader.subWindows()).toEqual([
      { startMs: 0, durationMs: 5_000, requests: 2, p50Ms: 15, p95Ms: 19.5, meanMs: 15, failedRatio: 0 },
      { startMs: 5_000, durationMs: 5_000, requests: 2, p50Ms: 100, p95Ms: 100, meanMs: 100, failedRatio: 0.5 },
    ]);
  });

  it('puts what ends after the load into the last window', () => {
    const reader = createPointReader(20_000, 4, Date.parse);
    for (const line of [point(0, 1), point(31, 9)]) reader.add(line);
    expect(reader.subWindows().map(({ startMs }) => startMs)).toEqual([0, 15_000]);
  });

  it('counts failures by the names our own script uses', () => {
    const reader = createPointReader(20_000, 4, Date.parse);
    const failed = (status: string, code: string): string => point(0, 0, { expected_response: 'false', status, error_code: code });
    for (const line of [failed('0', '1050'), failed('0', '1212'), failed('404', '1404'), failed('0', '1110')]) reader.add(line);
    expect(reader.errors()).toEqual({ timeout: 1, 'connection refused': 1, 'HTTP 404': 1, 'address not allowed': 1 });
  });

  it('passes over other metrics, metric definitions and a line that was cut off', () => {
    const reader = createPointReader(20_000, 4, Date.parse);
    for (const line of ['{"metric":"vus","type":"Point"}', '{"type":"Metric","metric":"http_req_duration"}', point(0, 1).slice(0, -9), ''])
      reader.add(line);
    expect(reader.subWindows()).toEqual([]);
  });
});
