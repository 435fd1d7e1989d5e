import type { Budgets, LoadPlan } from '../model/load-result.js';
import { failedAnswerMark } from './failed-answer.js';
import { answersMetric, notAllowedKey, startedMetric, timeoutKey } from './own-metrics.js';
import { scenario, scriptTiming, type ScriptTiming } from './script-plan.js';
import { lanesForScript } from './stages/lanes.js';
import { stagedScenarios } from './stages/scenarios.js';

/** The request every iteration sends. Headers, body and query may hold secrets: they never become part of the script. */
export interface LoadTarget {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | null;
}

/** Names of the script's `-e` variables: the file with the LoadTarget as JSON, and where the summary goes. */
export const requestVariable = 'RESPONDER_REQUEST';
export const summaryVariable = 'RESPONDER_SUMMARY';

/** What an answer is counted as: k6's error codes below, else its status. */
const answerNames = ['HTTP 401', 'HTTP 403', 'HTTP 404', 'HTTP 408', 'HTTP 409', 'HTTP 422', 'HTTP 429', 'HTTP 4xx'];
const serverErrorNames = ['HTTP 500', 'HTTP 502', 'HTTP 503', 'HTTP 504', 'HTTP 5xx'];
const silentNames = [timeoutKey, 'connection refused', 'connection reset', 'name not resolved', 'TLS failure', notAllowedKey, 'no answer'];
const judged = '{phase:measure,expected_response:true}';
const timings = ['blocked', 'connecting', 'tls_handshaking', 'sending', 'waiting', 'receiving'];

/** Percentiles and counts that a run of k6 has to print, also through `--summary-trend-stats`. The last thousandth is asked of stages only. */
export function trendStats({ stages }: LoadPlan): string[] {
  return ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)', 'p(99)', ...(stages === undefined ? [] : ['p(99.9)']), 'count'];
}

/**
 * Writes a k6 script (1.1 to 2.x) that offers `plan` to one request and writes the data of its summary to the file named by
 * `RESPONDER_SUMMARY`. Same arguments, same text. Thresholds judge only what was sent after ramp-up and warm-up; a guard stops the load when
 * nearly every request fails (or `plan.stopAtErrorRatio`). The text holds method and address without query, never a header or body.
 */
export function writeLoadScript(request: LoadTarget, plan: LoadPlan, budgets: Budgets): string {
  const timing = scriptTiming(plan, budgets);
  const options = {
    scenarios: plan.stages === undefined ? { load: scenario(plan, timing, budgets) } : stagedScenarios(plan, plan.stages, timing, budgets),
    thresholds: thresholds(plan, budgets, timing),
    summaryTrendStats: trendStats(plan),
    // Neither url nor name: a query may hold secrets.
    systemTags: ['status', 'error_code', 'expected_response', 'scenario'],
    discardResponseBodies: true,
    maxRedirects: 0,
    userAgent: 'perf-incident-responder (k6)',
  };
  return [
    `// ${request.method} ${displayUrl(request.url)}`,
    `// Generated. The request with its headers and body is in the file named by ${requestVariable}.`,
    "import http from 'k6/http';",
    "import exec from 'k6/execution';",
    "import { sleep } from 'k6';",
    "import { Counter } from 'k6/metrics';",
    '',
    `export const options = ${JSON.stringify(options, null, 2)};`,
    '',
    scriptBody(plan, timing),
  ].join('\n');
}

function thresholds(plan: LoadPlan, budgets: Budgets, timing: ScriptTiming): Record<string, unknown> {
  // A percentile over several levels is that of none of them: stages are judged apart.
  const latency =
    plan.stages !== undefined
      ? []
      : [
          ...(budgets.p50Ms === undefined ? [] : [`med<=${budgets.p50Ms}`]),
          ...(budgets.p95Ms === undefined ? [] : [`p(95)<=${budgets.p95Ms}`]),
          ...(budgets.p99Ms === undefined ? [] : [`p(99)<=${budgets.p99Ms}`]),
        ];
  const seconds = timing.measureMs / 1000;
  const rate = budgets.minRequestRate === undefined ? [] : [`count>=${Math.ceil(budgets.minRequestRate * seconds)}`];
  return {
    [`http_req_duration${judged}`]: latency.length === 0 ? ['max>=0'] : latency,
    'http_req_failed{phase:measure}': [budgets.errorRatio === undefined ? 'rate<=1' : `rate<=${budgets.errorRatio}`],
    // A percentile of nothing is zero and within any budget.
    'http_reqs{phase:measure}': ['count>0', ...rate],
    http_req_failed: [stopGuard(plan)],
    ...shownOnly(timing),
    ...stagesShown(plan),
  };
}

/** k6 looks every 2 s at all requests since the start. */
function stopGuard({ stopAtErrorRatio }: LoadPlan): Record<string, unknown> {
  return stopAtErrorRatio === null
    ? { threshold: 'rate<0.95', abortOnFail: true, delayAbortEval: '10s' }
    : { threshold: `rate<=${stopAtErrorRatio}`, abortOnFail: true, delayAbortEval: '5s' };
}

/** k6 prints a sub-metric only when a threshold names it; these can never be crossed. */
function shownOnly(timing: ScriptTiming): Record<string, string[]> {
  const shown: Record<string, string[]> = {
    'http_req_duration{phase:measure}': ['max>=0'],
    [`${startedMetric}{phase:measure}`]: ['count>=0'],
  };
  for (const part of timings) shown[`http_req_${part}{phase:measure}`] = ['max>=0'];
  for (let window = 1; window <= timing.windows; window++) {
    shown[`http_req_duration{window:${window},expected_response:true}`] = ['max>=0'];
    shown[`http_req_failed{window:${window}}`] = ['rate>=0'];
  }
  for (const answer of [...answerNames, ...serverErrorNames, ...silentNames]) shown[`${answersMetric}{answer:${answer}}`] = ['count>=0'];
  return shown;
}

function stagesShown({ stages = [] }: LoadPlan): Record<string, string[]> {
  const shown = stages.map(({ name }) => ({
    [`http_req_duration{stage:${name},expected_response:true}`]: ['max>=0'],
    [`http_req_failed{stage:${name}}`]: ['rate>=0'],
    [`${startedMetric}{stage:${name}}`]: ['count>=0'],
    [`${answersMetric}{answer:${timeoutKey},stage:${name}}`]: ['count>=0'],
  }));
  return Object.assign({}, ...shown) as Record<string, string[]>;
}

/** A user whose connection is refused would try again thousands of times a second. */
const closedPauseSeconds = 0.25;

/** One body is told of all; should a user never fail twice, the next one may. */
const samplingUsers = 5;

function scriptBody(plan: LoadPlan, { leadMs, measureMs, windows, requestTimeoutMs }: ScriptTiming): string {
  return `const leadMs = ${leadMs};
const measureMs = ${measureMs};
const windows = ${windows};
const rate = ${plan.rate};
const stages = ${JSON.stringify(plan.stages)};
const lanes = ${JSON.stringify(lanesForScript(plan))};
const request = JSON.parse(open(__ENV.${requestVariable}));
const started = new Counter('${startedMetric}');
const answers = new Counter('${answersMetric}');
const named = ${JSON.stringify([...answerNames, ...serverErrorNames])};

const parameters = (tags) => ({ headers: request.headers, tags, timeout: ${requestTimeoutMs}, redirects: 0 });
const warmUp = parameters({ phase: 'warm-up' });
const known = {};

/** One object for each window and stage, whatever the number of requests. */
function measured(window, stage) {
  const key = window + ' ' + stage;
  known[key] ??= parameters({ phase: 'measure', window: String(window), ...(stage === undefined ? {} : { stage }) });
  return known[key];
}

// Bodies are not kept, but one that says why a request failed: the first users ask for that of their next failing answer.
let sample = 'none';

function tell(response) {
  sample = 'told';
  console.warn('${failedAnswerMark}' + JSON.stringify({ answer: answerOf(response), body: String(response.body ?? '').slice(0, 2000) }));
}

export default function () {
  const lane = lanes[exec.scenario.name];
  const elapsed = Date.now() - exec.scenario.startTime + lane.startMs - leadMs;
  const isMeasured = elapsed >= 0;
  const window = Math.min(windows, Math.floor((elapsed / measureMs) * windows) + 1);
  const sent = isMeasured ? measured(window, stageAt(lane, elapsed)) : warmUp;
  started.add(1, sent.tags);
  const isSampling = sample === 'wanted';
  const response = http.request(request.method, request.url, request.body, isSampling ? { ...sent, responseType: 'text' } : sent);
  if (response.status === 0 || response.status >= 400) {
    if (isMeasured) answers.add(1, { ...sent.tags, answer: answerOf(response) });
    if (isSampling) tell(response);
    else if (sample === 'none') sample = exec.vu.idInTest <= ${samplingUsers} ? 'wanted' : 'not asked for';
  }
  if (!lane.isOpen && response.status === 0) sleep(${closedPauseSeconds});
}

function stageAt({ stages }, elapsed) {
  let name = stages.length === 0 ? undefined : stages[0].name;
  for (const stage of stages) if (stage.startMs <= elapsed) name = stage.name;
  return name;
}

function answerOf(response) {
  if (response.status !== 0) {
    const name = 'HTTP ' + response.status;
    return named.includes(name) ? name : 'HTTP ' + Math.floor(response.status / 100) + 'xx';
  }
  const code = response.error_code;
  if (code === 1050 || code === 1211) return '${timeoutKey}';
  if (code === 1212) return 'connection refused';
  if (code === 1220) return 'connection reset';
  if (code === 1110 || code === 1111) return '${notAllowedKey}';
  if (code >= 1100 && code < 1200) return 'name not resolved';
  if (code >= 1300 && code < 1400) return 'TLS failure';
  return 'no answer';
}

export function handleSummary(data) {
  const responder = { warmUpMs: leadMs, measureMs, windows, rate, stages };
  return { [__ENV.${summaryVariable}]: JSON.stringify({ ...data, responder }) };
}
`;
}

/** Without user, query and fragment. */
function displayUrl(url: string): string {
  const withoutQuery = url.replace(/[?#].*/s, '');
  // One line, whatever the address holds: it becomes a comment.
  return withoutQuery.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1').replace(/\s/g, '%20');
}
