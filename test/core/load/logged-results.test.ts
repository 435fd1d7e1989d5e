import { expect, it } from 'vitest';
import { analyzeLoad } from '../../../core/load/analyze-load.js';
import type { LoadAnalysis } from '../../../core/load/analyze-load.js';
import { readLoad } from '../../../core/load/read-load.js';
import type { LoadResult } from '../../../core/model/load-result.js';

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

const load = (text: string): Promise<LoadResult> => readLoad(once(text), 'run');
const read = async (text: string): Promise<LoadAnalysis> => analyzeLoad(await load(text));

const logs: [string, (line: string, index: number) => string][] = [
  ['nothing', (line) => line],
  ['GitHub Actions', (line, index) => `2024-05-01T10:00:${String(10 + index)}.1234567Z ${line}`],
  ['Jenkins', (line) => `[2024-05-01T10:00:10.000Z] ${line}`],
  ['compose', (line) => `k6-1  | ${line}`],
  ['Kubernetes', (line) => `k6-test-1-abcde k6 2024-05-01T10:00:00.123456789Z ${line}`],
  ['a quoted mail', (line) => `> ${line}`],
  ['a terminal with CRLF and colours', (line) => `\u001b[0K${line}\u001b[0m\r`],
];
const logged = (text: string, inLog: (line: string, index: number) => string): string => text.split('\n').map(inLog).join('\n');

const times = (ms: number): string => `avg=${ms}ms min=1ms med=${ms}ms max=900ms p(90)=${ms}ms p(95)=${ms}ms`;
const whole = [
  '  █ THRESHOLDS ',
  '',
  '    http_req_duration',
  "    ✗ 'p(95)<100' p(95)=300ms",
  '      {name:checkout}',
  "      ✗ 'p(95)<50' p(95)=80ms",
  '',
  '  █ TOTAL RESULTS ',
  '',
  `    http_req_duration..............: ${times(300)}`,
  `      { expected_response:true }...: ${times(300)}`,
  '    http_req_failed................: 0.00%  0 out of 5000',
  '    http_reqs......................: 5000   50/s',
  '    iterations.....................: 5000   50/s',
  '',
  '  █ SCENARIO: fast',
  '',
  `    http_req_duration..............: ${times(3)}`,
  '    http_reqs......................: 100    1/s',
  '    iterations.....................: 100    1/s',
].join('\n');

it.each(logs)('reads the thresholds and the whole run of what k6 printed into the log of %s', async (_name, inLog) => {
  expect(await read(logged(whole, inLog))).toMatchObject({
    verdict: 'confirmed',
    requests: 5000,
    latencyMs: { p95: 300 },
    thresholds: [
      { metric: 'http_req_duration', expression: 'p(95)<100', ok: false, observed: 300 },
      { metric: 'http_req_duration{name:checkout}', expression: 'p(95)<50', ok: false, observed: 80 },
    ],
  });
});

const old = (ms: number): string =>
  [
    `   ✗ http_req_duration..............: ${times(ms)}`,
    `       { expected_response:true }...: ${times(ms)}`,
    '     http_req_failed................: 0.00%   ✓ 0           ✗ 5000',
    '     http_reqs......................: 5000    50/s',
  ].join('\n');
const hey = (ms: number): string =>
  [
    'Summary:',
    '  Total:\t30.0033 secs',
    '  Slowest:\t0.9000 secs',
    '  Fastest:\t0.0010 secs',
    '  Average:\t0.0105 secs',
    '  Requests/sec:\t100.5',
    'Latency distribution:',
    `  95% in ${(ms / 1000).toFixed(4)} secs`,
    'Status code distribution:',
    '  [200]\t3015 responses',
  ].join('\n');
const oha = (ms: number): string =>
  hey(ms)
    .replace('Summary:', 'Summary:\n  Success rate:\t100.00%')
    .replace('Latency', 'Response time')
    .replace('95% in', '95.00% in')
    .replace('\t3015', ' 3015');
const vegeta = (ms: number): string =>
  [
    'Requests      [total, rate, throughput]         3000, 100.01, 99.99',
    'Duration      [total, attack, wait]             30s, 30s, 762.632µs',
    `Latencies     [min, mean, 50, 90, 95, 99, max]  1ms, 2ms, 3ms, 4ms, ${ms}ms, 900ms, 901ms`,
    'Success       [ratio]                           100.00%',
    'Status Codes  [code:count]                      200:3000  ',
  ].join('\n');
const ab = (ms: number): string =>
  [
    'This is ApacheBench, Version 2.3',
    'Concurrency Level:      20',
    'Time taken for tests:   30.001 seconds',
    'Complete requests:      5000',
    'Failed requests:        0',
    'Requests per second:    166.66 [#/sec] (mean)',
    'Total:          5  119  40.0    110     900',
    '  50%    110',
    `  95%    ${ms}`,
    ' 100%    900 (longest request)',
  ].join('\n');

it.each([
  ['k6 0.x', old],
  ['hey', hey],
  ['oha', oha],
  ['vegeta', vegeta],
  ['ab', ab],
])('reads one run of %s out of the log of CI, and refuses two', async (_tool, print) => {
  const [, inLog] = logs[1] ?? [];
  if (inLog === undefined) throw new Error('no log');
  const one = logged(print(300), inLog);
  expect((await read(one)).latencyMs.p95).toBe(300);
  await expect(read(`${one}\n${logged(print(5), inLog)}`)).rejects.toThrow(/expected the result of one run, got .* in one text/);
});

it('leaves what people write below a metric, and lines that they cut, without influence on its numbers', async () => {
  const text = [
    `http_req_duration..............: ${times(320)} p(99)=2.1s`,
    '  { expected_response:true }...: avg=310ms    ...',
    'http_req_failed................: 0.12%   ✓ 4     ✗ 3296',
    'http_reqs......................: 3300    11.0/s',
    'iterations.....................: 3300    11.0/s',
    'THRESHOLDS',
    'http_req_duration.............: p(95)<1000 — PASS',
    'http_req_failed...............: rate<0.01  — PASS',
  ].join('\n');
  const analysis = await read(text);
  expect(analysis.latencyMs).toEqual({ p50: 320, p95: 320, p99: 2100, mean: 320, max: 900 });
  expect(analysis.failedRatio).toBeCloseTo(4 / 3300, 6);
});

const summary = {
  metrics: {
    http_reqs: { type: 'counter', values: { count: 5000, rate: 50 } },
    http_req_failed: { type: 'rate', values: { rate: 0, passes: 0, fails: 5000 } },
    http_req_duration: {
      type: 'trend',
      values: { avg: 100, min: 5, med: 90, max: 900, 'p(90)': 300, 'p(95)': 420 },
      thresholds: { 'p(95)<400': { ok: false } },
    },
    orders_lost: { type: 'counter', values: { count: 0, rate: 0 }, thresholds: { 'count==0': { ok: true }, 'rate<0.02': { ok: true } } },
    'http_reqs{status:500}': { type: 'counter', values: { count: 0, rate: 0 }, thresholds: { 'count<1': { ok: true } } },
  },
  state: { testRunDurationMs: 100_000 },
  root_group: { name: 'a "quoted" {brace}', groups: [], checks: [] },
};

it.each(logs)('reads the summary in JSON that stands in the log of %s', async (_name, inLog) => {
  const text = `INFO[0000] starting {"a": 1}\nrunning (0m10.0s), 0/5 VUs\n${JSON.stringify(summary, null, 2)}\nERRO[0010] thresholds have been crossed`;
  expect(await read(logged(text, inLog))).toMatchObject({ format: 'handle-summary', requests: 5000, latencyMs: { p95: 420 } });
  await expect(read(logged(`${text}\n${text}`, inLog))).rejects.toThrow(/got 2 in one text/);
});

it('takes a counter of what never happened for what the whole run shows, and tells its zero', async () => {
  const { thresholds, reasons } = await read(JSON.stringify(summary));
  expect(thresholds).toContainEqual({ metric: 'orders_lost', expression: 'count==0', ok: true, observed: 0 });
  expect(thresholds).toContainEqual({ metric: 'orders_lost', expression: 'rate<0.02', ok: true, observed: 0 });
  expect(reasons.join('\n')).not.toMatch(/orders_lost.*(?:proves nothing|not in the summary)/);
});

it('tells of requests of setup and teardown in the points of k6 --out csv', async () => {
  const row = (index: number, group: string): string =>
    ['http_reqs', 'http_req_duration']
      .map((metric) => `${metric},${1_700_000_000 + index},${metric === 'http_reqs' ? 1 : 100},true,${group},200`)
      .join('\n');
  const rows = [row(0, '::setup'), row(1, ''), row(2, '::pay'), row(3, '::teardown::clean')];
  const { notes = [] } = await load(`metric_name,timestamp,metric_value,expected_response,group,status\n${rows.join('\n')}\n`);
  expect(notes.join('\n')).toMatch(/2 of the 4 requests were made by the script's setup or teardown/);
});

it.each([
  ['the thresholds that k6 prints, without its results', "  █ THRESHOLDS\n\n    http_req_duration\n    ✓ 'p(95)<1000' p(95)=104.98ms\n"],
  ['what k6 prints of a run in the cloud', '     execution: cloud\n        script: t.js\n        output: https://app.k6.io/runs/1\n'],
])('names %s', async (name, text) => {
  await expect(read(text)).rejects.toThrow(`this is ${name}, which is not read`);
});

it('does not take a run for partial whose teardown threw when the load was over', async () => {
  const result = await load(JSON.stringify(summary));
  const reasonsAt = (exitCode: number): string => analyzeLoad({ ...result, exitCode }).reasons.join('\n');
  expect(reasonsAt(105)).toMatch(/exit code 105, so its numbers are partial/);
  expect(reasonsAt(107)).not.toMatch(/partial/);
});
