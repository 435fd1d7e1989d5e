/** Incidents as the responder would hand them to the report, by hand: each with the numbers of one load window that agree with one another. */
import type { PlanNode, QueryScan, StatementDelta } from '../../core/model/database.js';
import type { BaselineComparison } from '../../core/model/comparison.js';
import type { ArtifactRef } from '../../core/model/artifact.js';
import type { Incident } from '../../core/model/incident.js';
import type { LoadPlan, LoadResult } from '../../core/model/load-result.js';
import type { FlameNode, ProfileCategory, ProfileSummary } from '../../core/model/profile.js';
import type { ReportInput } from '../../report/report-input.js';

const plan: LoadPlan = {
  executor: 'constant-arrival-rate',
  vus: 40,
  rate: 60,
  durationMs: 30_000,
  rampUpMs: 0,
  warmUpMs: 5_000,
  maxVus: 200,
  script: null,
  stopAtErrorRatio: null,
};

function artifact(name: string, kind: string, sizeBytes: number): ArtifactRef {
  const sha256 = Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64);
  return { name, path: `${sha256.slice(0, 2)}/${sha256}`, kind, sizeBytes, sha256 };
}

function loadOf(figures: { p50: number; p95: number; p99: number; mean: number; limit: number; windows: [number, number][] }): LoadResult {
  const { p50, p95, p99, mean, limit } = figures;
  return {
    format: 'handle-summary',
    k6Version: '1.1.0',
    exitCode: p95 > limit ? 99 : 0,
    durationMs: 30_000,
    requests: 1801,
    requestRate: 60.03,
    iterations: 1801,
    failedRatio: 0,
    droppedIterations: 0,
    latencyMs: { p50, p95, p99, mean, max: p99 * 1.2 },
    timingMs: null,
    thresholds: [{ metric: 'http_req_duration{phase:measure}', expression: `p(95)<${limit}`, ok: p95 <= limit, observed: p95 }],
    subWindows: figures.windows.map(([p50Ms, p95Ms], index) => ({
      startMs: index * 5000,
      durationMs: 5000,
      requests: 300,
      p50Ms,
      p95Ms,
      meanMs: p50Ms * 1.05,
      failedRatio: 0,
    })),
    generator: null,
    errors: {},
  };
}

export function frame(name: string, module: string, category: ProfileCategory, self: number, children: FlameNode[] = []): FlameNode {
  const sorted = [...children].sort((a, b) => b.total - a.total);
  return { frame: name, module, category, self, total: self + children.reduce((sum, child) => sum + child.total, 0), children: sorted };
}

const serviceFlame = frame('all', '', 'unknown', 0, [
  frame('processTicksAndRejections', 'node:internal/process/task_queues', 'runtime', 9, [
    frame('listInvoices', '/srv/billing/routes/invoices.js', 'application', 12, [
      frame('toInvoiceView', '/srv/billing/views/invoice.js', 'application', 61, [
        frame('format', '/srv/billing/node_modules/dinero.js/index.js', 'framework', 48),
      ]),
      frame('query', '/srv/billing/node_modules/pg/lib/client.js', 'database-driver', 21, [
        frame('parseRow', '/srv/billing/node_modules/pg/lib/result.js', 'database-driver', 74),
        frame('parse', '/srv/billing/node_modules/pg-protocol/dist/parser.js', 'database-driver', 52),
      ]),
    ]),
    frame('stringify', '', 'serialization', 88),
  ]),
  frame('onStreamRead', 'node:internal/stream_base_commons', 'network-io', 18, [
    frame('handle', '/srv/billing/node_modules/express/lib/router/index.js', 'framework', 26),
  ]),
  frame('(garbage collector)', '', 'gc', 41),
]);

function serviceProfile(flame: FlameNode): ProfileSummary {
  const leaf = (
    name: string,
    module: string,
    line: number | null,
    self: number,
    category: ProfileCategory,
  ): ProfileSummary['leaves'][number] => {
    const share = self / flame.total;
    const half = 1.96 * Math.sqrt((share * (1 - share)) / flame.total);
    return {
      frame: name,
      module,
      line,
      self,
      selfShare: share,
      ci: [share - half, share + half],
      category,
      stack: ['processTicksAndRejections', 'listInvoices', name],
      applicationFrame: { name: 'listInvoices', module: '/srv/billing/routes/invoices.js', line: 41 },
    };
  };
  return {
    format: 'cpuprofile',
    kind: 'cpu',
    unit: 'microseconds',
    total: flame.total,
    samples: flame.total,
    idleShare: 0.73,
    durationMs: 30_000,
    quality: { verdict: 'good', checks: [{ id: 'samples', ok: true, detail: `${flame.total} samples` }] },
    leaves: [
      leaf('stringify', '', null, 88, 'serialization'),
      leaf('parseRow', '/srv/billing/node_modules/pg/lib/result.js', 88, 74, 'database-driver'),
      leaf('toInvoiceView', '/srv/billing/views/invoice.js', 12, 61, 'application'),
      leaf('parse', '/srv/billing/node_modules/pg-protocol/dist/parser.js', 140, 52, 'database-driver'),
    ],
    categories: [
      { category: 'database-driver', share: 0.33, callers: [] },
      { category: 'serialization', share: 0.2, callers: [] },
      { category: 'application', share: 0.16, callers: [] },
      { category: 'gc', share: 0.09, callers: [] },
    ],
    leaders: ['stringify', 'parseRow'],
  };
}

const statement: StatementDelta = {
  queryId: '-7166352048914420117',
  text: 'SELECT i.id, i.number, i.total_cents, c.name\n  FROM invoices i JOIN customers c ON c.id = i.customer_id\n WHERE i.account_id = $1 AND i.issued_at >= $2\n ORDER BY i.issued_at DESC LIMIT 50',
  calls: 1798,
  totalExecMs: 184_300,
  meanExecMs: 102.5,
  timeShare: 0.97,
  rows: 89_900,
  rowsPerCall: 50,
  sharedHitBlocks: 22_000_000,
  sharedReadBlocks: 0,
  tempBlocks: 0,
  walBytes: 0,
  restarted: false,
};

function planNode(node: Partial<PlanNode> & Pick<PlanNode, 'id' | 'parentId' | 'nodeType'>): PlanNode {
  return {
    relation: null,
    alias: null,
    index: null,
    selfMs: 0,
    inclusiveMs: 0,
    loops: 1,
    rows: 50,
    rowsEstimated: 50,
    rowsRemovedByFilter: 0,
    condition: null,
    filter: null,
    sortMethod: null,
    spilledKb: 0,
    sharedHitBlocks: 0,
    sharedReadBlocks: 0,
    ...node,
  };
}

const createIndex = 'CREATE INDEX CONCURRENTLY invoices_account_id_issued_at_idx ON public.invoices USING btree (account_id, issued_at)';

const scan: QueryScan = {
  database: 'main',
  serverVersion: '16.4',
  missing: [],
  statements: [
    {
      statement,
      planSource: 'analyze',
      planNote: null,
      rawPlan: null,
      plan: {
        format: 'postgres-json',
        analyzed: true,
        executionMs: 98.7,
        planningMs: 0.4,
        nodes: [
          planNode({ id: 0, parentId: null, nodeType: 'Limit', selfMs: 0.02, inclusiveMs: 98.6 }),
          planNode({
            id: 1,
            parentId: 0,
            nodeType: 'Sort',
            selfMs: 1.1,
            inclusiveMs: 98.58,
            rows: 50,
            rowsEstimated: 11,
            sortMethod: 'top-N heapsort',
          }),
          planNode({ id: 2, parentId: 1, nodeType: 'Nested Loop', selfMs: 0.9, inclusiveMs: 97.48, rows: 312, rowsEstimated: 11 }),
          planNode({
            id: 3,
            parentId: 2,
            nodeType: 'Seq Scan',
            relation: 'invoices',
            alias: 'i',
            selfMs: 95.2,
            inclusiveMs: 95.2,
            rows: 312,
            rowsEstimated: 11,
            rowsRemovedByFilter: 799_688,
            filter: "((account_id = 4711) AND (issued_at >= '2026-10-01'::date))",
            sharedHitBlocks: 12_244,
          }),
          planNode({
            id: 4,
            parentId: 2,
            nodeType: 'Index Scan',
            relation: 'customers',
            alias: 'c',
            index: 'customers_pkey',
            selfMs: 1.38,
            inclusiveMs: 1.38,
            loops: 312,
            rows: 1,
            rowsEstimated: 1,
            condition: '(id = i.customer_id)',
            sharedHitBlocks: 936,
          }),
        ],
        dominant: { id: 3, nodeType: 'Seq Scan', relation: 'invoices', selfMs: 95.2 },
        findings: [{ id: 'rows-dropped', node: 3, text: 'reads 800 000 rows of invoices to keep 312: 99.96 % are dropped by the filter' }],
      },
      tables: [],
      candidates: [
        {
          schema: 'public',
          relation: 'invoices',
          columns: ['account_id', 'issued_at'],
          method: 'btree',
          statement: createIndex,
          reason: 'equality on account_id, then the range and order on issued_at',
          estimate: { costBefore: 24_244, costAfter: 61 },
          estimatedSizeBytes: 25_000_000,
        },
      ],
      nonSargable: [],
      waitShares: [{ waitClass: 'CPU', share: 0.99 }],
    },
  ],
};

const evidence: Incident['evidence'] = [
  {
    id: 'E1',
    kind: 'load',
    summary: 'k6: 1801 requests, 60.0/s, p50 371 ms, p95 812 ms, mean 386 ms, 0 % failed; 23.2 requests in flight on average',
    artifact: 'k6-run-0.json',
  },
  {
    id: 'E2',
    kind: 'process',
    summary: 'process 4242 (node): 0.27 cores burnt of 4, serving threads 0.25 (saturation 0.25), 4.12 ms CPU a request',
    artifact: 'service.json',
  },
  {
    id: 'E3',
    kind: 'wire',
    summary:
      'sockets (298 samples): 0.02 requests unread, 23.10 in service, of which 6.31 at database main 10.0.0.7:5432, 16.14 inside the process',
    artifact: 'service.json',
  },
  {
    id: 'E4',
    kind: 'profile',
    summary: 'cpu profile, 450 samples, quality good: stringify 20 % [16 %–23 %], parseRow 16 % [13 %–20 %]',
    artifact: 'profile-summary.json',
  },
  {
    id: 'E5',
    kind: 'database',
    summary:
      'statement -7166352048914420117 on main: 1798 calls, mean 103 ms, 97 % of the execution time of the database, 50.0 rows a call',
    artifact: 'databases.json',
  },
  {
    id: 'E6',
    kind: 'plan',
    summary:
      'plan of -7166352048914420117 (analyze): dominant node Seq Scan on invoices, self 95.2 ms of 98.7 ms, 799688 rows removed and 312 kept',
    artifact: 'query-scan.json',
  },
  {
    id: 'E7',
    kind: 'accounting',
    summary: 'per request (mean 386 ms): waiting for a database connection 269 ms (70 %) · database execution 103 ms (27 %)',
    artifact: null,
  },
];

/** A dropped index, found, and proven by two re-runs: the first before the index was valid. */
const baseline: BaselineComparison = {
  ...{ verdict: 'equivalent', ratio: 1.01, ci: [0.96, 1.07], ciKind: 'within-run', method: 'paired-windows' },
  runs: { before: 2, after: 4, pairs: 1 },
  ...{ source: 'green confirmation', incidentId: 'perf-shop-place-order-1', at: '2026-11-17T09:30:00.000Z', p95Ms: 14.2 },
  reasons: ['against the baseline: p95 is 1.01× as high after as before'],
};

export function missingIndexResolved(): ReportInput {
  const before = { p50Ms: 371, p95Ms: 812, p99Ms: 931, meanMs: 386, requestRate: 60.03, failedRatio: 0, requests: 1801 };
  const incident: Incident = {
    incidentId: 'perf-billing-list-invoices-6f1d09c2-01914b7e55aa',
    outcome: 'resolved',
    service: 'billing',
    endpoint: 'billing/list-invoices',
    symptom: { metric: 'p95', value: 900, text: 'p95 900ms' },
    confirmation: {
      verdict: 'confirmed',
      reasons: ['p95 812 ms is over its budget of 250 ms'],
      observed: { p50Ms: 371, p95Ms: 812, p99Ms: 931, meanMs: 386, errorRatio: 0, requestRate: 60.03 },
      budget: { p95Ms: 250, errorRatio: 0.01 },
      requests: 1801,
      requestRate: 60.03,
      broken: ['p95'],
    },
    accounting: [
      { resource: 'service-cpu', label: 'service CPU', perRequestMs: 4.1, share: 4.1 / 386, evidence: ['E2', 'E4'] },
      { resource: 'gc', label: 'garbage collection', perRequestMs: 0.4, share: 0.4 / 386, evidence: ['E4'] },
      {
        resource: 'pool-wait',
        label: 'waiting for a database connection',
        perRequestMs: 268.9,
        share: 268.9 / 386,
        evidence: ['E3', 'E5'],
      },
      { resource: 'database-execution', label: 'database execution', perRequestMs: 103.2, share: 103.2 / 386, evidence: ['E3', 'E5'] },
      {
        resource: 'database-transfer',
        label: 'database round trips and transfer',
        perRequestMs: 1.9,
        share: 1.9 / 386,
        evidence: ['E3', 'E5'],
      },
      { resource: 'unattributed', label: 'unattributed', perRequestMs: 7.5, share: 7.5 / 386, evidence: ['E1'] },
    ],
    branch: 'db-bound',
    causes: [
      {
        id: 'missing-index',
        component: 'database query',
        location: {
          statement: statement.text,
          queryId: statement.queryId,
          relation: 'invoices',
          columns: ['account_id', 'issued_at'],
          planNode: 'Seq Scan',
        },
        share: 0.93,
        confidence: 0.94,
        summary:
          'No index serves invoices (account_id, issued_at): Seq Scan on invoices reads and drops 799688 rows an execution (self 95.2 ms, 96 % of the plan), in a statement that takes 97 % of the time of the database and 96 % of the mean latency.',
        evidence: ['E5', 'E6', 'E7'],
        remedy: { kind: 'create-index', statement: createIndex, expected: 'mean latency 386 ms → about 27 ms at best', basis: 'estimated' },
      },
    ],
    ruledOut: [
      {
        id: 'pool-exhausted',
        reason: 'the 6 connections are all busy in the slow statement',
        evidence: ['E3', 'E5'],
        kind: 'consequence',
        consequenceOf: 'missing-index',
      },
      {
        id: 'hot-function',
        reason: 'the serving threads are 25 % busy; no function can hold a request for 386 ms',
        evidence: ['E2', 'E4'],
        kind: 'disproved',
      },
      { id: 'slow-dependency', reason: 'no peer but the database holds a request', evidence: ['E3'], kind: 'disproved' },
    ],
    missingEvidence: [],
    evidence,
    timing: { acceptedAt: '2026-11-24T02:58:11.402Z', loadWindowMs: 35_000, reportReadyMs: 38_140 },
    reruns: [
      {
        ...{ verdict: 'equivalent', withinBudget: false, ratio: 0.99, ci: [0.95, 1.04], outcome: 'still-failing' },
        ...{
          ciKind: 'within-run',
          method: 'paired-windows',
          runs: { before: 1, after: 1, pairs: 1 },
          backToBaseline: null,
          baseline: null,
        },
        before,
        after: { ...before, p50Ms: 368, p95Ms: 805, p99Ms: 944, meanMs: 383, requests: 1799 },
        reasons: ['p95 is 0.99× as high after as before', 'after: p95 805 ms is over its budget of 250 ms'],
        at: '2026-11-24T03:04:40.000Z',
      },
      {
        ...{ verdict: 'improved', withinBudget: true, ratio: 0.0176, ci: [0.0161, 0.0193], outcome: 'resolved' },
        ...{ ciKind: 'between-runs', method: 'separate-runs', runs: { before: 4, after: 4, pairs: 1 }, backToBaseline: true, baseline },
        before,
        after: { p50Ms: 6.2, p95Ms: 14.3, p99Ms: 22.8, meanMs: 7.4, requestRate: 60.05, failedRatio: 0, requests: 1802 },
        reasons: ['p95 is 0.018× as high after as before'],
        at: '2026-11-24T03:12:05.000Z',
      },
    ],
    artifacts: [
      artifact('k6-run-0.json', 'load', 48_120),
      artifact('profile-summary.json', 'profile', 21_400),
      artifact('service.json', 'process', 6_210),
      artifact('databases.json', 'database', 18_900),
      artifact('query-scan.json', 'plan', 9_480),
    ],
    reasons: [
      'p95 812 ms is over its budget of 250 ms',
      'of the mean latency 1 % is in the service (CPU and queueing for it), 97 % at its databases, 0 % elsewhere, 2 % unattributed',
    ],
    bisect: null,
  };
  const windows: [number, number][] = [
    [352, 788],
    [366, 801],
    [379, 829],
    [371, 812],
    [374, 806],
    [382, 836],
  ];
  return {
    incident,
    plan,
    load: loadOf({ p50: 371, p95: 812, p99: 931, mean: 386, limit: 250, windows }),
    profile: serviceProfile(serviceFlame),
    flame: serviceFlame,
    secondLook: null,
    trace: null,
    service: null,
    databases: [],
    scans: [scan],
    source: null,
  };
}

/** The same as it stood when its report was first ready: nothing was run again. */
export function missingIndexLocalized(): ReportInput {
  const input = missingIndexResolved();
  return { ...input, incident: { ...input.incident, outcome: 'localized', reruns: [] } };
}

const nothingCaptured = {
  secondLook: null,
  profile: null,
  flame: null,
  trace: null,
  service: null,
  databases: [],
  scans: [],
  source: null,
};

/** The budget was kept: nothing is diagnosed. */
export function notReproduced(): ReportInput {
  const observed = { p50Ms: 18.2, p95Ms: 41.4, p99Ms: 77.9, meanMs: 20.6, errorRatio: 0, requestRate: 60.03 };
  const reasons = ['p95 41.4 ms keeps its budget of 250 ms (1801 requests in 30.0 s)'];
  const windows: [number, number][] = [18, 17, 19, 18, 18, 19].map((p50) => [p50, p50 * 2.3]);
  return {
    ...nothingCaptured,
    plan,
    load: loadOf({ p50: 18.2, p95: 41.4, p99: 77.9, mean: 20.6, limit: 250, windows }),
    incident: {
      ...missingIndexResolved().incident,
      incidentId: 'perf-billing-list-invoices-6f1d09c2-0191aa0055aa',
      outcome: 'not-reproduced',
      confirmation: {
        verdict: 'not-reproduced',
        reasons,
        observed,
        budget: { p95Ms: 250 },
        requests: 1801,
        requestRate: 60.03,
        broken: [],
      },
      ...{ accounting: [], branch: null, causes: [], ruledOut: [], reruns: [], reasons },
      evidence: [{ id: 'E1', kind: 'load', summary: 'k6: 1801 requests, 60.0/s, p95 41.4 ms, 0 % failed', artifact: 'k6-run-0.json' }],
      artifacts: [artifact('k6-run-0.json', 'load', 31_000)],
      timing: { acceptedAt: '2026-11-24T02:58:11.402Z', loadWindowMs: 35_000, reportReadyMs: 35_800 },
    },
  };
}

/** Confirmed, but requests wait inside a process that could not be profiled. */
export function inconclusiveWithoutProfile(): ReportInput {
  const input = missingIndexResolved();
  return {
    ...nothingCaptured,
    plan: { ...plan, executor: 'constant-vus', rate: null, vus: 20 },
    load: input.load,
    incident: {
      ...input.incident,
      incidentId: 'perf-billing-export-6f1d09c2-0191aa0055bb',
      outcome: 'inconclusive',
      endpoint: 'billing/export',
      branch: 'other-wait',
      accounting: [
        { resource: 'service-cpu', label: 'service CPU', perRequestMs: 6.4, share: 6.4 / 386, evidence: ['E2'] },
        {
          resource: 'inside-wait',
          label: 'waiting inside the service (timer, lock, thread pool or pool)',
          perRequestMs: 241.6,
          share: 241.6 / 386,
          evidence: ['E3'],
        },
        { resource: 'unattributed', label: 'unattributed', perRequestMs: 138, share: 138 / 386, evidence: ['E1'] },
      ],
      causes: [],
      ruledOut: [{ id: 'slow-dependency', reason: 'no peer holds a request', evidence: ['E3'], kind: 'disproved' }],
      missingEvidence: [
        {
          id: 'profile',
          what: 'CPU profile of process 4242',
          why: 'the process runs as another user and its inspector cannot be opened (EPERM)',
          remedy: 'run the responder as the user of the service, or start it with --inspect=127.0.0.1:0',
        },
        {
          id: 'inside-wait',
          what: 'what requests wait for inside the service',
          why: '63 % of the requests in flight wait inside the process while its CPU, its peers and its database are calm',
          remedy: 'expose the gauges of its pools and locks, or hand off to the bisector',
        },
      ],
      evidence: evidence.slice(0, 3),
      reruns: [],
      artifacts: input.incident.artifacts.slice(0, 1),
      reasons: [
        'p95 812 ms is over its budget of 250 ms',
        'no rule found evidence strong enough to name a cause',
        '36 % of the latency is not attributed to any observed resource',
      ],
    },
  };
}

const bisectId = 'bisect-perf-billing-export-6f1d09c2-0191aa0055bb';

/** Handed off by itself: nobody is told to start a search that goes on already. */
export function inconclusiveSearching(): ReportInput {
  const input = inconclusiveWithoutProfile();
  return { ...input, incident: { ...input.incident, bisectId } };
}

export function inconclusiveBisected(): ReportInput {
  const input = inconclusiveSearching();
  const commit = '4f1c0d6e2a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d';
  const bisect: Incident['bisect'] = {
    outcome: 'culprit',
    culprit: { commit, subject: 'Wait until the price has settled', author: 'Ada', date: '2026-10-30T17:04:00Z', files: ['settle.js'] },
    range: ['0b1a2c3d4e5f60718293a4b5c6d7e8f901234567', commit],
    posterior: 0.998,
    effect: { ratio: 9.8, ci: [8.9, 10.8] },
    reasons: ['ada marked 0b1a2c3d4e5f as good', 'handed over by responder', 'handed over: endpoint billing/export'],
    workflowId: bisectId,
  };
  return { ...input, incident: { ...input.incident, bisect } };
}

/** Everything that a hostile service, statement or label could try on a reader. */
export const hostile = {
  script: '<script>document.title="owned"</script>',
  breakout: '</script><img src=x onerror="document.title=\'owned\'">',
  markdown: '`|x`` | **bold** [link](javascript:alert(1)) <b>',
  hidden: 'safe\u202egnp.exe\u200b\u0007\ttab\nline',
};

export function hostileNames(): ReportInput {
  const input = missingIndexResolved();
  const flame = frame('all', '', 'unknown', 0, [
    frame(hostile.script, hostile.breakout, 'application', 200, [
      frame(hostile.markdown, '"><svg onload=alert(1)>', 'regex', 120),
      frame(hostile.hidden, '', 'gc', 80),
    ]),
    frame('__proto__', '${alert(1)}', 'unknown', 50),
  ]);
  const profile = serviceProfile(flame);
  const [first, second] = [scan.statements[0], input.incident.causes[0]];
  const text = `SELECT '${hostile.breakout}', "a|b" -- ${hostile.hidden}\n/* \`\`\` */ | ${hostile.script}`;
  return {
    ...input,
    flame,
    profile: {
      ...profile,
      leaders: [hostile.script],
      leaves: profile.leaves.slice(0, 2).map((leaf, index) => ({
        ...leaf,
        frame: index === 0 ? hostile.script : hostile.markdown,
        module: hostile.hidden,
        applicationFrame: { name: hostile.breakout, module: hostile.markdown, line: 1 },
      })),
    },
    scans: first === undefined ? [] : [{ ...scan, statements: [{ ...first, statement: { ...statement, text } }] }],
    incident: {
      ...input.incident,
      incidentId: "perf-x'; rm -rf / #",
      endpoint: `billing/${hostile.markdown}`,
      outcome: 'localized',
      symptom: { metric: 'p95', value: 900, text: hostile.hidden },
      causes:
        second === undefined
          ? []
          : [
              {
                ...second,
                summary: `${hostile.script} ${hostile.markdown}`,
                location: { relation: hostile.breakout, columns: [hostile.markdown] },
              },
            ],
      ruledOut: [{ id: 'hot-function', reason: hostile.hidden, evidence: ['E2'], kind: 'disproved' }],
      missingEvidence: [{ id: 'x', what: hostile.script, why: hostile.markdown, remedy: hostile.breakout }],
      reruns: [],
    },
  };
}
