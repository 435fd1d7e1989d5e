import type { LoadHead } from './format.js';

/** A result or another file that is known and not read: what it is, and what to give instead. */
interface ForeignFile {
  name: string;
  remedy: string;
  isIt: (head: LoadHead) => boolean;
}

const keysOf = (document: unknown): string[] => (typeof document === 'object' && document !== null ? Object.keys(document) : []);
/** An answer of /stats/requests, one endpoint of it, one moment of its history, or what a program kept of it. */
function isLocust(document: unknown): boolean {
  const stats = typeof document === 'object' && document !== null && 'stats' in document ? document.stats : null;
  if (Array.isArray(stats) && stats.length > 0 && stats.every(isLocust)) return true;
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
    name: 'the thresholds that k6 prints, without its results',
    remedy: 'give the whole output from THRESHOLDS to its last line, or the file of --summary-export',
    isIt: ({ text }) => /█ THRESHOLDS/.test(text),
  },
  {
    name: 'what k6 prints of a run in the cloud',
    remedy: 'its results are in the cloud; run the script on a machine of yours with --summary-export summary.json, and give that',
    isIt: ({ text }) => /^.{0,200}\bexecution: cloud$/m.test(text),
  },
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
    isIt: ({ text }) => /Summary report @|All VUs finished|^[| \t]*http\.response_time\.(?:p95|median|max)\b[ .:|]/m.test(text),
  },
  {
    name: "siege's summary",
    remedy: 'siege prints no percentiles; run the same load with hey, wrk or k6',
    isIt: ({ text }) => /Shortest transaction:|"shortest_transaction"|^Transaction rate:\s+[\d.]+ trans\/sec/m.test(text),
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
    isIt: ({ document, text }) =>
      ['RunType', 'DurationHistogram'].every((key) => keysOf(document).includes(key)) || /^Aggregated Function Time : count \d/m.test(text),
  },
  {
    name: "ghz's result (gRPC)",
    remedy: 'run the same calls with k6 (k6/net/grpc)',
    isIt: ({ document, text }) =>
      ['latencyDistribution', 'statusCodeDistribution'].every((key) => keysOf(document).includes(key)) ||
      /^Summary:\n\s+Count:\s+\d+\n\s+Total:/m.test(text),
  },
  {
    name: 'the final statistics of Taurus',
    remedy: "give the result of the tool that Taurus ran, from its artifacts folder: JMeter's kpi.jtl, Locust's or Gatling's",
    isIt: ({ text }) =>
      /^(?:.{0,40}INFO: )?Samples count: \d+, [\d.]+% failures/m.test(text) ||
      /<FinalStatus>/.test(text) ||
      /^label,avg_ct,avg_lt,avg_rt,/.test(text),
  },
  {
    name: "the statistics.json of JMeter's dashboard",
    remedy:
      'its percentiles are those that jmeter.properties names, which the file does not tell; give the JTL that it was made of (jmeter -l)',
    isIt: ({ document }) => /"pct1ResTime":/.test(JSON.stringify(document ?? null)) && /"sampleCount":/.test(JSON.stringify(document)),
  },
  {
    name: "plow's summary",
    remedy: 'run the same load with hey, oha or k6',
    isIt: ({ text }) => /^Latency Percentile:\n\s+P50\s/m.test(text),
  },
  {
    name: "NBomber's report",
    remedy: 'run the same load with k6, hey or oha',
    isIt: ({ text }) => /\| request count +\| all = \d/.test(text),
  },
  {
    name: "Goose's report",
    remedy: 'run the same load with k6, hey or Locust',
    isIt: ({ text }) => /=== PER REQUEST METRICS ===/.test(text),
  },
  {
    name: "cassowary's summary",
    remedy: 'run the same load with hey, oha or k6',
    isIt: ({ text }) => /^ Total Req\.{5,}: \d/m.test(text),
  },
  {
    name: "the text of npm's loadtest",
    remedy: 'run the same load with autocannon --json, hey or k6',
    isIt: ({ text }) => /Completed requests: +\d+$/m.test(text) && /Mean latency: /.test(text),
  },
  {
    name: 'a benchmark of a database (pgbench, sysbench, mysqlslap, redis-benchmark, memtier)',
    remedy:
      'it loads the database, not an endpoint; run the load of the endpoint with k6, and give the plan of a slow statement to perf-responder analyze plan',
    isIt: ({ text }) =>
      /^number of transactions actually processed: |^SQL statistics:$|Average number of seconds to run all queries:|^={3,} \w[\w ()]* ={3,}\n\s+\d+ requests completed in|^Type\s+Ops\/sec\s+Hits\/sec/m.test(
        text,
      ),
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
