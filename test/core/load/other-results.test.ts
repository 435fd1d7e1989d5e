import { expect, it } from 'vitest';
import { analyzeLoad } from '../../../core/load/analyze-load.js';
import { readLoad } from '../../../core/load/read-load.js';
import type { LoadResult } from '../../../core/model/load-result.js';

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}
const read = (text: string): Promise<LoadResult> => readLoad(once(text), 'run');

it('takes the largest latency of wrk2 from its histogram where its table has the 99th percentile in that column', async () => {
  const text = (column: string, value: string): string =>
    [
      'Running 30s test @ http://127.0.0.1:8080/',
      `  Thread Stats   Avg      Stdev     ${column}   +/- Stdev`,
      `    Latency     1.29ms  600.00us   ${value}   70.00%`,
      '  Latency Distribution (HdrHistogram - Recorded Latency)',
      ' 50.000%    1.23ms',
      ' 99.000%    3.10ms',
      '100.000%    7.01ms',
      '',
      '  60018 requests in 30.00s, 7.61MB read',
      'Requests/sec:   2000.56',
    ].join('\n');
  expect((await read(text('99%', '3.10ms'))).latencyMs).toMatchObject({ p50: 1.23, p99: 3.1, max: 7.01 });
  expect((await read(text('Max', '7.02ms'))).latencyMs).toMatchObject({ p50: 1.23, p99: 3.1, max: 7.02 });
});

it('prints times as the tool did, whatever the unit', async () => {
  const text =
    'Summary:\n  Total:\t6.7321 secs\n  Slowest:\t0.9601 secs\n  Fastest:\t0.0107 secs\n  Average:\t0.1304 secs\n  Requests/sec:\t297.0829\n\nLatency distribution:\n  50% in 0.1101 secs\n  95% in 0.3105 secs\n  99% in 0.0401 secs\n\nStatus code distribution:\n  [200]\t2000 responses\n';
  expect((await read(text)).latencyMs).toEqual({ p50: 110.1, p95: 310.5, p99: 40.1, mean: 130.4, max: 960.1 });
});

const trend = { avg: 40, min: 10, med: 35, max: 150, 'p(95)': 90 };

it('does not tell how many requests failed where share and counts of a summary contradict each other', async () => {
  const summary = (failed: Record<string, number>): string =>
    JSON.stringify({ metrics: { http_reqs: { count: 900, rate: 15 }, http_req_duration: trend, http_req_failed: failed } });
  const twisted = analyzeLoad(await read(summary({ passes: 900, fails: 0, value: 0 })), { errorRatio: 0.01 });
  expect(twisted).toMatchObject({ failedRatio: null, verdict: 'unproven' });
  expect(twisted.reasons.join('\n')).toMatch(/its own counts contradict/);
  expect(analyzeLoad(await read(summary({ passes: 9, fails: 891, value: 0.01 }))).failedRatio).toBe(0.01);
});

it('says that a summary without rate and duration tells no rate', async () => {
  const metrics = { http_reqs: { count: 50_000 }, http_req_duration: trend, http_req_failed: { rate: 0.005 } };
  const { reasons, requests } = analyzeLoad(await read(JSON.stringify({ metrics })));
  expect(requests).toBe(50_000);
  expect(reasons.join('\n')).toMatch(/how long the run took is not in the file/);
});

it.each([
  [
    "the live statistics of Locust's web page",
    '{ "start_time": 1704067200, "stats": [ { "name": "Aggregated", "num_requests": 5000, "num_failures": 5 } ] }',
  ],
  [
    'the text that Artillery prints',
    '| http.requests                | 1800   |\n| http.response_time.min       | 711    |\n| http.response_time.p95       | 1043.3 |\n',
  ],
  [
    "siege's summary",
    'Transactions:\t\t       10000 hits\nAvailability:\t\t      100.00 %\nTransaction rate:\t      165.95 trans/sec\nLongest transaction:\t        0.05\n',
  ],
  [
    "Fortio's result",
    'Ended after 5.003s : 40 calls. qps=7.9952\nAggregated Function Time : count 40 avg 0.0012 +/- 0.0005 min 0.0005 max 0.003 sum 0.05\n# target 50% 0.00117\nCode 200 : 40 (100.0 %)\n',
  ],
  [
    "ghz's result",
    '\nSummary:\n  Count:\t200\n  Total:\t181.57 ms\n  Slowest:\t69.60 ms\n  Requests/sec:\t1101.53\n\nLatency distribution:\n  95 % in 45.62 ms \n',
  ],
  ['the final statistics of Taurus', '15:51:17 INFO: Test duration: 0:01:00\n15:51:17 INFO: Samples count: 59314, 50.29% failures\n'],
  [
    'the final statistics of Taurus',
    'label,avg_ct,avg_lt,avg_rt,bytes,concurrency,fail,stdev_rt,succ,throughput,perc_95.0\n,0.001,0.008,0.008,123,10,5,0.002,995,1000,0.02\n',
  ],
  [
    "the statistics.json of JMeter's dashboard",
    '{ "Total": { "transaction": "Total", "sampleCount": 1200, "errorCount": 12, "medianResTime": 100.0, "pct1ResTime": 220.0 } }',
  ],
  [
    "plow's summary",
    'Summary:\n  Elapsed        10s\n  Count       333202\n\nLatency Percentile:\n  P50     P75    P90    P95\n  410µs  620µs  1.1ms  1.7ms\n',
  ],
  [
    "NBomber's report",
    '+---+\n| name               | global information                      |\n| request count      | all = 1000, ok = 990, RPS = 33          |\n',
  ],
  ["Goose's report", ' === PER REQUEST METRICS ===\n Name                     |        # reqs |        # fails |    req/s\n'],
  ["cassowary's summary", 'Summary:\n Total Req.......................: 1000\n Failed Req......................: 0\n'],
  ["the text of npm's loadtest", 'INFO Completed requests:  1000\nINFO Mean latency:        12.1 ms\n'],
  ['a benchmark of a database', 'number of clients: 32\nnumber of transactions actually processed: 78901\nlatency average = 24.301 ms\n'],
  ['a benchmark of a database', '====== GET ======\n  100000 requests completed in 1.20 seconds\n  50 parallel clients\n'],
  ['a benchmark of a database', 'SQL statistics:\n    queries performed:\n        read:                            140000\n'],
])('refuses %s by its name', async (name, text) => {
  await expect(read(text)).rejects.toThrow(`this is ${name}`);
});

it.each([
  [
    "812 of the script's 2996 checks failed",
    '     checks.........................: 72.89%  ✓ 2184  ✗ 812\n     http_req_duration..............: avg=9ms p(95)=20ms\n     http_req_failed................: 0.12%  ✓ 4  ✗ 3296\n     http_reqs......................: 3300  11/s\n',
  ],
  [
    "2 of the script's 10 checks failed",
    '{ "metrics": { "checks": { "passes": 8, "fails": 2, "value": 0.8 }, "http_reqs": { "count": 10, "rate": 1 }, "http_req_duration": { "avg": 40, "p(95)": 90 }, "http_req_failed": { "passes": 0, "fails": 10, "value": 0 } } }',
  ],
])('tells that %s, which k6 does not count as failed requests', async (failed, text) => {
  expect((await read(text)).notes?.join('\n')).toContain(failed);
});

it('tells of no check where all passed', async () => {
  const text =
    '{ "metrics": { "checks": { "passes": 10, "fails": 0, "value": 1 }, "http_reqs": { "count": 10, "rate": 1 }, "http_req_duration": { "avg": 40, "p(95)": 90 }, "http_req_failed": { "passes": 0, "fails": 10, "value": 0 } } }';
  expect((await read(text)).notes ?? []).toEqual([]);
});

it("tells which of a k6 stream's requests are those of setup", async () => {
  const point = (group: string, second: number): string =>
    ['http_reqs', 'http_req_duration']
      .map(
        (metric) =>
          `{"type":"Point","metric":"${metric}","data":{"time":"2026-01-01T10:00:0${second}.000Z","value":${metric === 'http_reqs' ? 1 : 40},"tags":{"status":"200","expected_response":"true","group":"${group}"}}}\n`,
      )
      .join('');
  const { requests, notes } = await read(point('::setup', 0) + point('::setup::login', 1) + point('', 2) + point('::shop', 3));
  expect(requests).toBe(4);
  expect(notes?.join('\n')).toContain("2 of the 4 requests were made by the script's setup or teardown");
});
