import type { LoadHead } from './format.js';

/** A result or another file that is known and not read: what it is, and what to give instead. */
interface ForeignFile {
  name: string;
  remedy: string;
  isIt: (head: LoadHead) => boolean;
}

const keysOf = (document: unknown): string[] => (typeof document === 'object' && document !== null ? Object.keys(document) : []);
/** An answer of /stats/requests, one endpoint of it, or one moment of its history. */
function isLocust(document: unknown): boolean {
  const keys = new Set(keysOf(document));
  const all = (...wanted: string[]): boolean => wanted.every((key) => keys.has(key));
  return (
    all('stats', 'errors', 'total_rps') ||
    all('num_requests', 'num_failures') ||
    all('current_rps', 'user_count') ||
    all('current_rps', 'current_fail_per_sec')
  );
}

const firstCells = (pattern: RegExp) => (head: LoadHead) => pattern.test(head.text.trimStart());

export const foreignFiles: readonly ForeignFile[] = [
  {
    name: "Locust's history of the run",
    remedy: 'give the file that ends in _stats.csv beside it',
    isIt: firstCells(/^\uFEFF?"?Timestamp"?,"?User Count"?,/),
  },
  {
    name: "Locust's list of failures or exceptions",
    remedy: 'give the file that ends in _stats.csv beside it',
    isIt: firstCells(/^(?:Method,Name,Error,Occurrences|Count,Message,Traceback)/),
  },
  {
    name: 'a table of requests or percentiles of Locust before 1.0',
    remedy: 'run it with Locust 1.0 or later and --csv run, and give run_stats.csv',
    isIt: firstCells(/^\uFEFF?"?(?:Method"?,"?Name"?,"?# requests|Name"?,"?# requests|Type"?,"?Name"?,"?(?:Timestamp|# requests))/),
  },
  {
    name: "the live statistics of Locust's web page",
    remedy: 'give the file of "Download request statistics CSV", or run it with --csv run or --json',
    isIt: ({ document }) => isLocust(document) || (Array.isArray(document) && document.length > 0 && document.every(isLocust)),
  },
  {
    name: 'the tables that Locust prints',
    remedy: 'run it with --json or --csv run, and give what that prints or run_stats.csv',
    isIt: ({ text }) => /^Type +Name +# reqs +# fails \|/m.test(text),
  },
  {
    name: "JMeter's aggregate report",
    remedy: 'give the JTL that jmeter -l writes',
    isIt: firstCells(/^Label,# Samples,Average/),
  },
  {
    name: "JMeter's summary of the console",
    remedy: 'give the JTL that jmeter -l writes',
    isIt: ({ text }) => /^summary [+=] +\d+ in /m.test(text),
  },
  {
    name: "Gatling's simulation.log",
    remedy: 'give js/stats.json of its report folder, or the block "Global Information" of the console',
    isIt: ({ text }) => /^RUN\t/.test(text) || /^\u0000\u0000?.{0,8}\d+\.\d+\.\d+/s.test(text.slice(0, 40)),
  },
  {
    name: "vegeta's binary or listed results",
    remedy: 'run vegeta report -type=json on them and give its output',
    isIt: ({ text, firstLine }) =>
      (text.slice(0, 200).includes('\u0000') && /attack|Timestamp|Latency/i.test(text.slice(0, 300))) ||
      ['latency', 'seq', 'bytes_out'].every((key) => keysOf(firstLine).includes(key)) ||
      /^\d{19},\d{1,3},\d+,\d+,\d+,/.test(text),
  },
  {
    name: "vegeta's histogram",
    remedy: 'run vegeta report -type=json on the results and give its output',
    isIt: firstCells(/^Bucket +# +% +Histogram/),
  },
  {
    name: 'the table that autocannon prints',
    remedy: 'run autocannon with --json and give that',
    isIt: ({ text }) => /^│ Stat +│ 2\.5% +│/m.test(text),
  },
  {
    name: "ab's list of percentiles or requests (-e, -g)",
    remedy: 'give the text that ab prints',
    isIt: firstCells(/^(?:Percentage served,Time in ms|starttime\tseconds\tctime)/),
  },
  {
    name: 'the text that Artillery prints',
    remedy: 'run artillery with --output run.json and give that file',
    isIt: ({ text }) => /Summary report @|All VUs finished/.test(text),
  },
  {
    name: "siege's summary",
    remedy: 'siege prints no percentiles; run the same load with hey, wrk or k6',
    isIt: ({ text }) => /Shortest transaction:|"shortest_transaction"/.test(text),
  },
  {
    name: "Tsung's log",
    remedy: 'run the same load with k6, hey or wrk',
    isIt: ({ text }) => /^# stats: dump at|^stats: (?:users|request) /m.test(text),
  },
  {
    name: "h2load's summary",
    remedy: 'h2load prints no percentiles; run the same load with hey, oha or k6',
    isIt: ({ text }) => /time for request:.*\n\s*time for connect:/.test(text),
  },
  {
    name: "httperf's summary",
    remedy: 'httperf prints no percentiles; run the same load with hey, wrk or k6',
    isIt: ({ text }) => /^Total: connections \d+ requests \d+ replies \d+ test-duration /m.test(text),
  },
  {
    name: "Fortio's result",
    remedy: 'run the same load with k6, hey or vegeta',
    isIt: ({ document }) => ['RunType', 'DurationHistogram'].every((key) => keysOf(document).includes(key)),
  },
  {
    name: "ghz's result (gRPC)",
    remedy: 'run the same calls with k6 (k6/net/grpc)',
    isIt: ({ document }) => ['latencyDistribution', 'statusCodeDistribution'].every((key) => keysOf(document).includes(key)),
  },
  {
    name: "bombardier's result",
    remedy: 'run the same load with hey, oha or k6',
    isIt: ({ text, document }) =>
      /Statistics\s+Avg\s+Stdev\s+Max[\s\S]*Reqs\/sec/.test(text) ||
      (/"numberOfConnections":.*"testType":/s.test(text.slice(0, 2000)) && keysOf(document).includes('spec')),
  },
  { name: "drill's text", remedy: 'run the same load with hey, oha or k6', isIt: ({ text }) => /Median time per request/.test(text) },
  {
    name: 'a query plan',
    remedy: 'run perf-responder analyze plan on it',
    isIt: ({ text, document }) => /\(cost=\d+\.\d+\.\.\d+/.test(text) || (Array.isArray(document) && keysOf(document[0]).includes('Plan')),
  },
  {
    name: 'a profile',
    remedy: 'run perf-responder analyze profile on it',
    isIt: ({ document }) =>
      ['nodes', 'samples', 'timeDeltas'].every((key) => keysOf(document).includes(key)) ||
      keysOf(document).includes('traceEvents') ||
      (keysOf(document).includes('shared') && keysOf(document).includes('profiles')),
  },
];
