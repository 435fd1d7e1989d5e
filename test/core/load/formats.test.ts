import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readLoadFile } from '../../../adapters/artifacts/load-file.js';
import { analyzeLoad, type LoadAnalysis } from '../../../core/load/analyze-load.js';
import { loadFormats } from '../../../core/load/formats/registry.js';
import { readLoad } from '../../../core/load/read-load.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import type { Budgets, LoadResult } from '../../../core/model/load-result.js';

const folder = new URL('../../../fixtures/loads/', import.meta.url);

function bytesOf(file: string): Uint8Array {
  const bytes = readFileSync(new URL(file, folder));
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

const read = (bytes: Uint8Array | string, size = 64 * 1024): Promise<LoadResult> =>
  readLoad(inChunks(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, size), 'run');

const analyze = async (file: string, budgets: Budgets = {}): Promise<LoadAnalysis> => analyzeLoad(await read(bytesOf(file)), budgets);

describe('results of load generators', () => {
  it.each([
    ['k6.json.gz', 'k6-json', 322, 6, { p50: 14.272, p95: 41.336, p99: 84.731, max: 100.92 }],
    ['k6.csv.gz', 'k6-csv', 322, 6, { p50: 14.272, p95: 41.336, p99: 84.731, max: 100.92 }],
    ['k6-summary.json', 'summary-export', 322, 6, { p50: 14.272, p95: 41.336, p99: 84.731, max: 100.92 }],
    ['k6-text.txt', 'k6-text', 322, 6, { p50: 14.27, p95: 41.33, p99: 84.73, max: 100.92 }],
    ['locust.json', 'locust-json', 136, 1, { p50: 32, p95: 64, p99: 190, max: 422.578 }],
    ['locust_stats.csv', 'locust-csv', 790, 16, { p50: 15, p95: 69, p99: 88, max: 147.642 }],
    ['jmeter.jtl', 'jmeter-jtl', 150, 3, { p50: 19, p95: 84.3, p99: 223.94, max: 261 }],
    ['jmeter-xml.jtl', 'jmeter-jtl', 100, 2, { p50: 20, p95: 89.1, p99: 120.06, max: 122 }],
    ['gatling-stats.js', 'gatling', 500, 10, { p50: 75, p95: 681, p99: 860, max: 988 }],
    ['gatling-console.txt', 'gatling', 500, 10, { p50: 75, p95: 681, p99: 860, max: 988 }],
    ['vegeta.json', 'vegeta', 600, 12, { p50: 12.291, p95: 46.051, p99: 77.003, max: 88.539 }],
    ['vegeta.txt', 'vegeta', 600, 12, { p50: 12.291, p95: 46.051, p99: 77.003, max: 88.539 }],
    ['wrk.txt', 'wrk', 1041, 21, { p50: 13.98, p95: null, p99: 76.59, max: 85.77 }],
    ['wrk-without-latency.txt', 'wrk', 523, 10, { p50: null, p95: null, p99: null, max: 85.04 }],
    ['hey.txt', 'hey', 1051, 21, { p50: 12.2, p95: 61.1, p99: 80.3, max: 86.9 }],
    ['hey.csv', 'hey', 400, 8, { p50: 11.7, p95: 19.79, p99: 76.607, max: 83.6 }],
    ['ab.txt', 'ab', 800, 16, { p50: 14, p95: 61, p99: 79, max: 89 }],
    ['artillery.json', 'artillery', 320, 6, { p50: 252.2, p95: 584.2, p99: 608, max: 745 }],
  ])('reads %s as %s', async (file, format, requests, failed, latency) => {
    const result = await read(bytesOf(file));
    expect(result).toMatchObject({ format, requests });
    expect(Math.round(result.failedRatio * result.requests)).toBe(failed);
    const rounded = Object.entries(latency).map(([name]) => {
      const value = result.latencyMs[name as keyof LoadResult['latencyMs']];
      return [name, value === null ? null : Number(value.toFixed(3))];
    });
    expect(Object.fromEntries(rounded)).toEqual(latency);
    expect(result.requestRate).toBeGreaterThan(0);
    expect((result.requests / (result.durationMs ?? 0)) * 1000).toBeCloseTo(result.requestRate, -1);
  });

  it('reads the same whatever the size of the pieces, packed line ends and colours', async () => {
    for (const file of ['jmeter.jtl', 'jmeter-xml.jtl', 'k6.json.gz', 'k6-text.txt', 'wrk.txt', 'locust_stats.csv']) {
      const bytes = bytesOf(file);
      const whole = await read(bytes);
      expect(await read(bytes, 977), file).toEqual(whole);
      const text = new TextDecoder().decode(bytes);
      expect((await read(text.replaceAll('\n', '\r\n'))).latencyMs, file).toEqual(whole.latencyMs);
      if (file.endsWith('.txt')) expect(await read(text.replaceAll(/^(.*\d.*)$/gm, '\u001b[32m$1\u001b[0m')), file).toEqual(whole);
    }
  });

  it('judges the same run the same, whether its points, its summary or its printed text are given', async () => {
    const [summary, points, text] = await Promise.all(['k6-summary.json', 'k6.json.gz', 'k6-text.txt'].map((file) => analyze(file)));
    const judged = (analysis: LoadAnalysis | undefined): string[] =>
      (analysis?.thresholds ?? []).filter(({ metric }) => !metric.includes('{')).map(({ expression, ok }) => `${expression} ${ok}`);
    expect(judged(summary)).toEqual(['p(95)<50 false', 'p(99)<500 true', 'rate<0.01 false', 'rate>0.5 true']);
    expect(judged(points)).toEqual(judged(summary));
    expect(judged(text)).toEqual(judged(summary));
    expect(text?.reasons.join()).toContain('lossy');
    expect(points?.reasons.join()).toContain('do not hold the thresholds of http_req_duration{name:search}');
  });

  it('judges by --budget, and says that other tools have no thresholds', async () => {
    expect((await analyze('artillery.json', { p95Ms: 250 })).verdict).toBe('confirmed');
    const without = await analyze('artillery.json');
    expect(without).toMatchObject({ verdict: 'unproven', thresholds: [] });
    expect(without.reasons[0]).toContain('--budget p95=250ms');
  });

  it('bounds a percentile that the tool does not tell by its neighbours', async () => {
    const long = new TextDecoder().decode(bytesOf('wrk.txt')).replace('1041 requests in 4.12s', '7600 requests in 30.00s');
    const judge = async (p95Ms: number): Promise<string[]> => {
      const { verdict, reasons } = analyzeLoad(await read(long), { p95Ms, errorRatio: 0.5 });
      return [verdict, ...reasons];
    };
    expect((await judge(40)).slice(0, 2)).toEqual(['confirmed', 'p95 is at least 43.0 ms, above the budget of 40 ms (7 579 requests)']);
    expect((await judge(80)).join()).toContain('p95 is at most 76.6 ms, within the budget of 80 ms');
    expect((await judge(60)).join()).toContain(
      'p95 is not in the summary (p50, p75, p90, p99, max are known, and the limit lies between them)',
    );
  });

  it.each([
    ['locust_stats_history.csv', /Locust's history of the run.*_stats\.csv/],
    ['gatling-simulation.log', /simulation\.log.*js\/stats/],
    ['vegeta.bin', /vegeta report -type=json/],
    ['vegeta.ndjson', /vegeta report -type=json/],
    ['artillery.txt', /--output run\.json/],
  ])('refuses %s by its name and says what to give', async (file, message) => {
    await expect(read(bytesOf(file))).rejects.toThrow(message);
  });

  it.each([
    ['nothing', '', /an empty file/],
    ['prose', 'hello\nworld', /text that begins with "hello"/],
    ['another document', '{"a":1}', /JSON with the keys a/],
    ['broken JSON', '{"metrics": {', /broken or cut off/],
    ['a profile', '{"nodes":[],"samples":[],"timeDeltas":[]}', /analyze profile/],
    ['a plan', 'Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)', /analyze plan/],
    ['half of a JTL', 'timeStamp,elapsed,success\n1,2,true\nx\ny\nz\n', /3 of 4 lines/],
    ['a JTL without success', 'timeStamp,elapsed,label\n1,2,a\n', /success/],
    [
      'hey without its end',
      'Summary:\n  Total:\t1 secs\n  Slowest:\t1 secs\n  Fastest:\t1 secs\n  Average:\t1 secs\n  Requests/sec:\t1\n',
      /Status code/,
    ],
    [
      'locust without its total',
      'Type,Name,Request Count,Failure Count,Average Response Time,Requests/s\nGET,/a,1,0,2,1\nGET,/b,1,0,2,1\n',
      /Aggregated/,
    ],
  ])('refuses %s with what was expected', async (_, text, message) => {
    const refused = read(text);
    await expect(refused).rejects.toBeInstanceOf(UnreadableInputError);
    await expect(refused).rejects.toThrow(message);
  });

  it('leaves out the line that a killed run cut off, and nothing more', async () => {
    const jtl = new TextDecoder().decode(bytesOf('jmeter.jtl')).trimEnd();
    const whole = await read(jtl);
    const cut = await read(jtl.slice(0, -60));
    expect(cut.requests).toBeGreaterThanOrEqual(whole.requests - 1);
    const points = new TextDecoder().decode(bytesOf('k6.json.gz'));
    expect((await read(points.slice(0, -30))).requests).toBe(322);
  });

  it('reads a JTL without a header, with other separators, with messages over several lines and with formatted times', async () => {
    const [header = '', ...rows] = new TextDecoder().decode(bytesOf('jmeter.jtl')).trimEnd().split('\n');
    const whole = await read([header, ...rows].join('\n'));
    expect(await read(rows.join('\n'))).toEqual(whole);
    const plain = [header, ...rows.filter((row) => !row.includes('"'))];
    expect((await read(plain.map((row) => row.replaceAll(',', '\t')).join('\n'))).latencyMs).toEqual(whole.latencyMs);
    const spread = rows.map((row) => row.replace(',200,OK,', ',200,"O\nK, ""fine""",'));
    expect((await read([header, ...spread].join('\n'))).requests).toBe(whole.requests);
    const dated = rows.map((row) =>
      row.replace(/^\d{13}/, (ms) => new Date(Number(ms)).toISOString().replaceAll('-', '/').replace('T', ' ').replace('Z', '')),
    );
    const result = await read([header, ...dated].join('\n'));
    expect(result.requests).toBe(whole.requests);
    expect(result.durationMs).toBeCloseTo(whole.durationMs ?? 0, 0);
  });

  it('reads the forms of oha', async () => {
    const json = JSON.stringify({
      summary: { successRate: 1, total: 30.01, slowest: 1.9, fastest: 0.08, average: 0.14, requestsPerSec: 200.1 },
      latencyPercentiles: { p10: 0.09, p50: 0.12, p90: 0.24, p95: 0.32, p99: 0.9, 'p99.9': 1.5 },
      statusCodeDistribution: { '200': 5990, '500': 6 },
      errorDistribution: { 'aborted due to deadline': 20, 'connection error: Connection refused (os error 111)': 4 },
    });
    const text = `Summary:
  Success rate:\t99.93%
  Total:\t30.0100 sec
  Slowest:\t1.9000 sec
  Fastest:\t0.0800 sec
  Average:\t140.0000 ms
  Requests/sec:\t200.1000

Response time distribution:
  50.00% in 120.0000 ms
  90.00% in 240.0000 ms
  95.00% in 320.0000 ms
  99.00% in 0.9000 sec

Status code distribution:
  [200] 5990 responses
  [500] 6 responses

Error distribution:
  [20] aborted due to deadline
  [4] connection error: Connection refused (os error 111)
`;
    for (const result of [await read(json), await read(text)]) {
      expect(result).toMatchObject({
        format: 'oha',
        requests: 6000,
        requestRate: 200.1,
        errors: { 'HTTP 500': 6, 'connection refused': 4 },
      });
      expect(result.latencyMs).toMatchObject({ p50: 120, p95: 320, p99: 900, max: 1900 });
      expect(result.failedRatio).toBeCloseTo(10 / 6000, 6);
    }
  });

  it('tells every form with its tool, the command that writes it and how exact it is', () => {
    expect(new Set(loadFormats.map(({ id }) => id)).size).toBe(loadFormats.length);
    for (const { id, expects, tool, command, exactness } of loadFormats) {
      for (const text of [expects, tool, command, exactness]) expect(text, id).not.toBe('');
    }
  });
});

describe('files that people bring', () => {
  const sample = (file: string, budgets: Budgets = {}): Promise<LoadAnalysis> => analyze(`samples/${file}`, budgets);
  const expected = JSON.parse(readFileSync(new URL('samples/expected.json', folder), 'utf8')) as { file: string }[];
  const answers: Record<string, (file: string) => Promise<void>> = {
    'p99-crossed.json': async (file) => {
      const { verdict, thresholds, reasons } = await sample(file);
      expect(verdict).toBe('confirmed');
      expect(thresholds.at(-1)).toEqual({ metric: 'http_req_duration', expression: 'p(99)<1500', ok: false, observed: null });
      expect(reasons[0]).toContain('as k6 itself says');
    },
    'p99-passed.json': async (file) => expect((await sample(file)).verdict).toBe('not-reproduced'),
    'rare-submetric.json': async (file) => {
      expect(await sample(file)).toMatchObject({
        verdict: 'unproven',
        reasons: [expect.stringContaining('200 requests are needed, there were 3')],
      });
    },
    'grpc-only.json': async (file) => {
      const { verdict, reasons } = await sample(file);
      expect(verdict).toBe('confirmed');
      expect(reasons).toContain('no HTTP request in this run (gRPC); its own thresholds are judged');
    },
    'legacy-noflag-array.json': async (file) => {
      expect(await sample(file)).toMatchObject({
        verdict: 'confirmed',
        thresholds: [{ expression: 'p(95)<500', ok: false, observed: 600 }],
      });
    },
    'gatling-stats.json': async (file) => {
      expect(await sample(file, { p95Ms: 250 })).toMatchObject({
        verdict: 'confirmed',
        requests: 6000,
        latencyMs: { p95: 320, mean: 140 },
      });
    },
    'hey.txt': async (file) => {
      expect(await sample(file, { p95Ms: 250 })).toMatchObject({
        verdict: 'confirmed',
        requests: 5997,
        latencyMs: { p50: 120, p95: 320, p99: 900 },
      });
    },
    'jmeter.jtl': async (file) => {
      expect(await sample(file, { p95Ms: 250 })).toMatchObject({ verdict: 'unproven', requests: 1, latencyMs: { p95: 123 } });
    },
    'locust_stats.csv': async (file) => {
      expect(await sample(file, { p95Ms: 250 })).toMatchObject({
        verdict: 'confirmed',
        requests: 6000,
        latencyMs: { p50: 120, p95: 320, p99: 900 },
      });
    },
  };

  it.each(expected.map(({ file }) => file))('%s', async (file) => {
    const answer = answers[file];
    if (answer === undefined) throw new Error(`no expectation for ${file}`);
    await answer(file);
  });
});

describe('thresholds of a k6 summary', () => {
  const summary = (metrics: Record<string, unknown>): string =>
    JSON.stringify({
      root_group: {},
      metrics: { http_reqs: { count: 6000, rate: 200 }, iterations: { count: 6000, rate: 200 }, ...metrics },
    });
  const trend = { avg: 120, min: 80, med: 100, max: 1200, 'p(90)': 170, 'p(95)': 198 };
  const judge = async (metrics: Record<string, unknown>): Promise<LoadAnalysis> => analyzeLoad(await read(summary(metrics)));

  it('on a percentile that is not printed are settled by its neighbours where they can, against any flag', async () => {
    // In an export, true = crossed.
    const settled = await judge({ http_req_duration: { ...trend, thresholds: { 'p(99)<1200.5': true, 'p(99)<150': false } } });
    expect(settled.thresholds.map(({ expression, ok }) => `${expression} ${ok}`)).toEqual(['p(99)<1200.5 true', 'p(99)<150 false']);
  });

  it('on a part whose percentiles give away that it has a handful of samples are unproven', async () => {
    const few = { avg: 420, min: 400, med: 420, max: 440, 'p(90)': 436, 'p(95)': 438, thresholds: { 'p(95)<430': true } };
    const { verdict, reasons } = await judge({ http_req_duration: trend, 'http_req_duration{name:rare}': few });
    expect(verdict).toBe('unproven');
    expect(reasons.join()).toContain('there were at most 11');
  });

  it('that watch over the run are told when they are crossed, also where nothing can be judged', async () => {
    const dropped = { count: 50, rate: 2, thresholds: { 'count<1': true } };
    const alone = await judge({ http_req_duration: trend, dropped_iterations: dropped });
    expect(alone).toMatchObject({
      verdict: 'unproven',
      reasons: expect.arrayContaining(['guard dropped_iterations count<1 failed (50)']) as string[],
    });
    const beside = await judge({ http_req_duration: { ...trend, thresholds: { 'p(95)<100': true } }, dropped_iterations: dropped });
    expect(beside).toMatchObject({
      verdict: 'confirmed',
      reasons: expect.arrayContaining(['guard dropped_iterations count<1 failed (50)']) as string[],
    });
  });

  it.each([
    ['WebSocket', { ws_session_duration: { ...trend, thresholds: { 'p(95)<100': true } }, ws_msgs_received: { count: 9000, rate: 300 } }],
    ['browser', { browser_http_req_duration: { ...trend, thresholds: { 'p(95)<100': true } } }],
    ['kafka_writer_seconds', { kafka_writer_seconds: { ...trend, thresholds: { 'p(95)<100': true } } }],
  ])('of a run without HTTP are judged, and the run is named: %s', async (name, metrics) => {
    const { verdict, reasons } = await judge({ http_reqs: undefined, ...metrics });
    expect(verdict).toBe('confirmed');
    expect(reasons).toContain(`no HTTP request in this run (${name}); its own thresholds are judged`);
  });

  it('of a run without HTTP leave a budget of HTTP open, and a run that did nothing stays one', async () => {
    const grpc = { http_reqs: undefined, grpc_req_duration: { ...trend, thresholds: { 'p(95)<500': false } } };
    const result = await read(summary(grpc));
    expect(analyzeLoad(result, { p95Ms: 250 }).reasons.join()).toContain('about HTTP requests and this run has none');
    const idle = await judge({ http_reqs: undefined, checks: { passes: 10, fails: 0, value: 1, thresholds: { 'rate>0.9': false } } });
    expect(idle).toMatchObject({ verdict: 'unproven' });
    expect(idle.reasons.join()).toContain('no request was made');
  });
});

it('reads a file from disk, packed or not, and names it when it cannot', async () => {
  const path = (file: string): string => new URL(file, folder).pathname;
  expect(await readLoadFile(path('k6.json.gz'))).toEqual(await read(bytesOf('k6.json.gz')));
  expect(await readLoadFile(path('hey.txt'))).toEqual(await read(bytesOf('hey.txt')));
  await expect(readLoadFile(path('vegeta.bin'))).rejects.toThrow(/vegeta\.bin: this is/);
  await expect(readLoadFile(path('nowhere.json'))).rejects.toThrow(/nowhere\.json/);
  await expect(readLoadFile(path('samples'))).rejects.toBeInstanceOf(UnreadableInputError);
});
