import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { analyzeLoad } from '../../../core/load/analyze-load.js';
import { readLoad } from '../../../core/load/read-load.js';
import type { LoadResult } from '../../../core/model/load-result.js';

const folder = new URL('../../../fixtures/loads/', import.meta.url);

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

const read = (text: string): Promise<LoadResult> => readLoad(once(text), 'run');
const fixture = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

it('reads the whole run where k6 prints every scenario and group below it (--summary-mode=full)', async () => {
  const analysis = analyzeLoad(await read(fixture('k6-full.txt')));
  expect(analysis).toMatchObject({ format: 'k6-text', requests: 352, latencyMs: { p50: 20.21, p95: 108.38, max: 224.39 } });
  expect(analysis.failedRatio).toBeCloseTo(46 / 352, 4);
  expect(analysis.thresholds).toEqual([
    { metric: 'http_req_duration', expression: 'p(95)<50', ok: false, observed: 106.63 },
    { metric: 'http_req_duration{scenario:fast}', expression: 'p(95)<50', ok: false, observed: 64.01 },
  ]);
});

it.each(['k6-full.txt', 'wrk.txt', 'hey.txt', 'ab.txt', 'vegeta.txt'])('refuses two runs in one text: %s twice', async (name) => {
  await expect(read(`${fixture(name)}\n${fixture(name)}`)).rejects.toThrow(/expected the result of one run, got 2 in one text/);
});

const trend = { avg: 30.69, min: 20, med: 28.8, max: 44.4, 'p(90)': 39, 'p(95)': 41 };

it('does not tell that no request failed where the summary has no such metric, as of k6 before 0.31', async () => {
  const metrics = { http_req_duration: trend, http_reqs: { count: 900, rate: 30 }, iterations: { count: 900, rate: 30 } };
  const analysis = analyzeLoad(await read(JSON.stringify({ metrics })), { errorRatio: 0.01 });
  expect(analysis).toMatchObject({ verdict: 'unproven', failedRatio: null });
  expect(analysis.reasons.join('\n')).toMatch(/does not tell how many requests failed.*\n.*there is no http_req_failed/);
});

it('counts failures by the status of each answer where the points of an old k6 hold nothing else', async () => {
  const point = (metric: string, value: number, at: number, tags: Record<string, string>): string =>
    JSON.stringify({ type: 'Point', metric, data: { time: new Date(1_570_984_568_000 + at * 50).toISOString(), value, tags } });
  const lines = Array.from({ length: 20 }, (_, at) => {
    const tags = { method: 'GET', status: at % 2 === 0 ? '200' : '404' };
    return [point('http_reqs', 1, at, tags), point('http_req_duration', at % 2 === 0 ? 40 : 5, at, tags)];
  });
  const result = await read(lines.flat().join('\n'));
  expect(result).toMatchObject({ requests: 20, failedRatio: 0.5, errors: { 'HTTP 404': 10 }, latencyMs: { p50: 40, max: 40 } });
  expect(result.failuresUnknown).toBeUndefined();
});

it.each([
  ['Locust before 1.0', '"Method","Name","# requests","# failures","Median response time"\n"GET","/",116,0,4\n'],
  ['Locust before 1.0', '"Name","# requests","50%","66%"\n"GET /",116,4,5\n'],
  [
    "JMeter's summary of the console",
    'Starting standalone test\nsummary =    450 in 00:00:41 =   11.0/s Avg:   244 Min:    40 Max:  1200 Err:     5 (1.11%)\n',
  ],
  ["vegeta's histogram", 'Bucket           #     %       Histogram\n[0s,     100ms]  120   40.00%  ####\n'],
  [
    'the table that autocannon prints',
    'Running 10s test @ http://localhost:3000\n\n│ Stat    │ 2.5% │ 50%  │\n242k requests in 10.01s, 27.4 MB read\n',
  ],
  ["bombardier's result", '{"spec":{"numberOfConnections":125,"testType":"timed"},"result":{"req2xx":1000}}'],
  ["Locust's web page", '[{"method":"GET","name":"/","num_requests":1143,"num_failures":2,"avg_response_time":41.2}]'],
  ["Locust's web page", '[{"time":"10:01:22","current_rps":5.1,"current_fail_per_sec":0,"user_count":20}]'],
  ["Locust's web page", '{"errors":[],"stats":[{"name":"/","num_requests":1143}],"fail_ratio":0,"total_rps":5.2}'],
])('refuses by name what %s wrote', async (name, text) => {
  await expect(read(text)).rejects.toThrow(name);
});

it('reads what wrk printed in its first years', async () => {
  const text =
    'Making 100000 requests to http://10.0.0.1:8080/json\n  4 threads and 256 connections\n  Thread Stats Avg Stdev Max +/- Stdev\n    Latency 7.81ms 6.15ms 26.54ms 50.00%\n    Req/Sec 2.94k 2.58k 7.00k 46.75%\n  100000 requests in 7.26s, 13.35MB read\n  Socket errors: connect 0, read 0, write 0, timeout 53\nRequests/sec: 13769.23\nTransfer/sec: 1.84MB\n';
  expect(await read(text)).toMatchObject({ requests: 100_053, latencyMs: { p50: null, mean: 7.81, max: 26.54 } });
});

/** Samples of JMeter in XML: a transaction that holds its requests ("generate parent sample"), and one request beside it. */
const jtl = (attributes: string): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testResults version="1.2">',
    `<sample t="90" ${attributes} s="true" lb="checkout" rc="200" rm="Number of samples in transaction : 2, number of failing samples : 0" tn="t 1-1">`,
    `  <httpSample t="40" ${attributes} s="true" lb="/cart" rc="200" rm="OK" tn="t 1-1"/>`,
    `  <httpSample t="50" ${attributes} s="false" lb="/pay" rc="500" rm="no" tn="t 1-1">`,
    `    <httpSample t="20" ${attributes} s="true" lb="/pay-0" rc="302" rm="moved" tn="t 1-1"/>`,
    '  </httpSample>',
    '</sample>',
    `<httpSample t="10" ${attributes} s="true" lb="/" rc="200" rm="OK" tn="t 1-1"/>`,
    '</testResults>',
  ].join('\n');

it('counts the requests inside a transaction of JMeter, and no parts of requests', async () => {
  const whole = jtl('ts="1700000000000"');
  expect((await read(whole)).notes?.join('\n')).not.toMatch(/testResults/);
  expect((await read(whole.replace('</testResults>', ''))).notes?.join('\n')).toMatch(/ends before `<\/testResults>`/);
  expect(await read(whole)).toMatchObject({ requests: 3, failedRatio: 1 / 3, latencyMs: { p50: 25, max: 40 } });
});

it.each([
  [jtl(''), /expected the attributes ts and t in every sample, sample 1 has none/],
  [jtl('ts="1700000000000"').replace('t="10" ', ''), /sample 4 has none/],
  [jtl('ts="1700000000000" sc="50"'), /expected one sample in each line, got the sum of 50/],
  [
    'timeStamp,elapsed,label,responseCode,responseMessage,threadName,success,SampleCount,ErrorCount\n1700000000000,900,/,200,OK,t,true,50,0\n',
    /the sum of 50.*StrippedBatch/,
  ],
])('refuses samples of JMeter without a time, or of many requests', async (text, message) => {
  await expect(read(text)).rejects.toThrow(message);
});

const transaction = 'Number of samples in transaction : 3, number of failing samples : 0';

it.each([
  [[`900,checkout,${transaction}`, `800,checkout,${transaction}`], 2, /each time is that of a transaction/],
  [[`900,checkout,${transaction}`, '300,/,OK'], 1, /1 transactions are left out: they count 3 requests, of which the file lists 1/],
  [['300,/,OK', '200,/,OK', 'Killed'], 2, /1 of 3 lines are no whole records and are left out, the first of them "1700000000000,Killed,/],
])('says what a JTL holds besides requests: %#', async (rows, requests, told) => {
  const lines = rows.map((row) => {
    const [elapsed = '', label = '', ...message] = row.split(',');
    return `1700000000000,${elapsed},${label},200,"${message.join(',')}",t 1-1,true`;
  });
  const result = await read(['timeStamp,elapsed,label,responseCode,responseMessage,threadName,success', ...lines].join('\n'));
  expect(result.requests).toBe(requests);
  expect(analyzeLoad(result).reasons.join('\n')).toMatch(told);
});

it('reads what k6 printed beside a word of a million letters', async () => {
  const text = fixture('k6-text.txt');
  expect(await read(`${'a'.repeat(1_000_000)}\n${'{'.repeat(1_000_000)}\n${' '.repeat(1_000_000)}x\n${text}`)).toEqual(await read(text));
});

it('reads what ab printed beside a line of a million brackets', async () => {
  const text = fixture('ab.txt');
  expect(await read(text.replace('Document Path', `${'('.repeat(1_000_000)}\nDocument Path`))).toEqual(await read(text));
});

it('takes the lines behind a stray quote as lines, and tells of the one that is none', async () => {
  const rows = Array.from({ length: 200 }, (_, index) => `${1700000000000 + index},10,/,200,${index === 50 ? '"OK' : 'OK'},t 1-1,true`);
  const result = await read(['timeStamp,elapsed,label,responseCode,responseMessage,threadName,success', ...rows].join('\n'));
  expect(result.requests).toBe(199);
  expect(result.notes?.join('\n')).toMatch(/1 of 200 lines are no whole records and are left out, the first of them "1700000000050,/);
});

it('makes no single record of all lines between two stray quotes, and one of a message that has several lines', async () => {
  const header = 'timeStamp,elapsed,label,responseCode,responseMessage,threadName,success';
  const row = (index: number, message: string): string => `${1700000000000 + index},10,/,200,${message},t 1-1,true`;
  const rows = Array.from({ length: 400 }, (_, index) => row(index, [50, 100].includes(index) ? '"OK' : 'OK'));
  const result = await read([header, ...rows].join('\n'));
  expect(result.requests).toBeGreaterThanOrEqual(398);
  expect(result.notes?.join('\n')).toMatch(/of \d+ lines are no whole records/);
  const lines = await read([header, row(0, 'OK'), row(1, '"first, said ""no"",\nsecond"'), row(2, 'OK')].join('\n'));
  expect(lines.requests).toBe(3);
});

it('takes the samples behind a tag of JMeter that never ends, and tells of it', async () => {
  const samples = Array.from(
    { length: 200 },
    (_, index) => `<httpSample t="10" ts="${1700000000000 + index}" s="true" lb="/" rc="200" rm="OK"/>`,
  );
  const broken = samples.with(50, '<httpSample t="10" ts="1700000000050" s="true" lb="/" rc="20').with(199, '<httpSample t="10" ts="17');
  const result = await read(`<?xml version="1.0"?>\n<testResults version="1.2">\n${broken.join('\n')}`);
  expect(result.requests).toBe(198);
  expect(result.notes?.join('\n')).toMatch(
    /2 of 200 samples are cut off or broken and are left out, the first of them "<httpSample t="10" ts="1700000000050"/,
  );
});

it.each([
  ['k6-text.txt', (text: string) => text.replace(/p\(95\)=[\d.]+/g, `p(95)=${'4'.repeat(400)}`)],
  ['k6-text.txt', (text: string) => text.replace(/(http_reqs[. ]*: )\d+ +[\d.]+/, `$1${'9'.repeat(305)} ${'9'.repeat(310)}`)],
])('refuses %s with numbers that no run has', async (file, damage) => {
  const text = fixture(file);
  expect(damage(text)).not.toBe(text);
  await expect(read(damage(text))).rejects.toThrow(/run: expected times and counts, got (?:p95|requestRate) = Infinity/);
});
