/** `npm run bench:bisect [-- --repositories 500 --json]`: how often the search is right, and at what cost, beside its peers in the same run. */
import { parseArgs } from 'node:util';
import { createRepository, type Scenario } from './bisect/noise.js';
import { ours, oursWithDearBuilds, pinpoint, thresholdBisect, type Method } from './bisect/peers.js';

interface Row {
  scenario: string;
  method: string;
  right: number;
  wrong: number;
  noAnswer: number;
  repositories: number;
  meanRuns: number;
  meanBuilds: number;
  /** Time of a search in units of one run, when all hosts measure at once and a build takes as long as `buildRuns` runs. */
  meanTime: number;
  /** Of the answers claimed at 95 % or more, the share that is right; null when the method claims nothing. */
  calibration: number | null;
  /** The bar this row must meet, and whether it does; null for peers. */
  bar: string | null;
  ok: boolean | null;
}

interface Case {
  name: string;
  scenario: Scenario;
  /** A build takes as long as this many runs; 0 by default. */
  buildRuns?: number;
  /** Instead of the peers. */
  beside?: Contestant[];
  bar: string;
  meets: (row: Row, beside: Row[]) => boolean;
}

interface Contestant {
  name: string;
  run: Method;
  /** Part of the repositories that it gets. */
  share: number;
}

const clean: Scenario = { commits: 64, effect: 3, hasRegression: true, drift: 0, outliers: 0, unbuildable: 0 };
const rough = { drift: 0.3, outliers: 0.05 };
const rate = (count: number, row: Row): number => count / row.repositories;
const rightIn =
  (share: number, runs: number) =>
  (row: Row): boolean =>
    rate(row.right, row) >= share && row.meanRuns <= runs && (row.calibration ?? 1) >= 0.95;

const cases: Case[] = [
  { name: 'd=2', scenario: { ...clean, effect: 2 }, bar: '≥ 99 % in ≤ 50 runs, calibrated', meets: rightIn(0.99, 50) },
  { name: 'd=3', scenario: { ...clean, effect: 3 }, bar: '≥ 99 % in ≤ 35 runs, calibrated', meets: rightIn(0.99, 35) },
  { name: 'd=5', scenario: { ...clean, effect: 5 }, bar: '≥ 99 % in ≤ 25 runs, calibrated', meets: rightIn(0.99, 25) },
  {
    name: 'd=3, drift and 5 % outliers',
    scenario: { ...clean, ...rough, effect: 3 },
    bar: '≥ 97 %, calibrated',
    meets: rightIn(0.97, Infinity),
  },
  {
    name: 'd=5, drift and 5 % outliers',
    scenario: { ...clean, ...rough, effect: 5 },
    bar: '≥ 97 %, calibrated',
    meets: rightIn(0.97, Infinity),
  },
  {
    name: 'no regression',
    scenario: { ...clean, effect: 0, hasRegression: false },
    bar: '≤ 2 % false culprits',
    meets: (row) => rate(row.wrong, row) <= 0.02,
  },
  {
    name: 'no regression, drift and outliers',
    scenario: { ...clean, ...rough, effect: 0, hasRegression: false },
    bar: '≤ 2 % false culprits',
    meets: (row) => rate(row.wrong, row) <= 0.02,
  },
  {
    name: 'd=3, 20 % unbuildable with the culprit',
    scenario: { ...clean, unbuildable: 0.2 },
    bar: 'truth inside the range ≥ 99 %',
    meets: (row) => rate(row.right, row) >= 0.99,
  },
  {
    name: 'd=3, three hosts of different speed',
    scenario: { ...clean, hosts: 3 },
    beside: [{ name: 'one host', run: (repository) => ours({ ...repository, hosts: 1 }), share: 1 }],
    bar: '≥ 99 % in ≤ 0.6 of the time of one host, calibrated',
    meets: (row, [one]) => rightIn(0.99, Infinity)(row) && row.meanTime <= 0.6 * (one?.meanTime ?? 0),
  },
  {
    name: 'd=3, three hosts, drift and 5 % outliers',
    scenario: { ...clean, ...rough, hosts: 3 },
    beside: [],
    bar: '≥ 97 %, calibrated',
    meets: rightIn(0.97, Infinity),
  },
  {
    name: 'd=2, a build takes ten runs',
    scenario: { ...clean, effect: 2 },
    buildRuns: 10,
    beside: [{ name: 'cost-blind', run: ours, share: 1 }],
    bar: '≥ 99 % in less time than cost-blind',
    meets: (row, [blind]) => rightIn(0.99, Infinity)(row) && row.meanTime < (blind?.meanTime ?? 0),
  },
];

const responder: Contestant = { name: 'perf-responder', run: ours, share: 1 };
const peers: Contestant[] = [
  { name: 'git bisect run', run: thresholdBisect(1), share: 1 },
  { name: 'median of 5', run: thresholdBisect(5), share: 1 },
  // Rank tests over hundreds of values are slow; a fifth of the repositories is enough to see the order of magnitude.
  { name: 'Pinpoint rules', run: pinpoint, share: 0.2 },
];

function measure(example: Case, method: Contestant, repositories: number): Row {
  const count = Math.max(20, Math.round(repositories * method.share));
  const row: Row = {
    scenario: example.name,
    method: method.name,
    right: 0,
    wrong: 0,
    noAnswer: 0,
    repositories: count,
    meanRuns: 0,
    meanBuilds: 0,
    meanTime: 0,
    calibration: null,
    bar: null,
    ok: null,
  };
  let [claimed, claimedRight] = [0, 0];
  for (let seed = 1; seed <= count; seed += 1) {
    const repository = createRepository(example.scenario, seed * 7919);
    const verdict = method.run(repository);
    const isRight =
      typeof verdict === 'string'
        ? verdict === 'no-regression' && repository.culprit === null
        : repository.culprit !== null && repository.culprit > verdict.from && repository.culprit <= verdict.to;
    if (isRight) row.right += 1;
    else if (typeof verdict === 'string') row.noAnswer += 1;
    else row.wrong += 1;
    if (typeof verdict !== 'string' && verdict.claimed !== null && verdict.claimed >= 0.95)
      [claimed, claimedRight] = [claimed + 1, claimedRight + (isRight ? 1 : 0)];
    row.meanRuns += repository.runs() / count;
    row.meanBuilds += repository.builds() / count;
  }
  const isParallel = method.name === responder.name;
  row.meanTime = (row.meanRuns + (example.buildRuns ?? 0) * row.meanBuilds) / (isParallel ? (example.scenario.hosts ?? 1) : 1);
  if (claimed > 0) row.calibration = claimedRight / claimed;
  return row;
}

function runCase(example: Case, repositories: number): Row[] {
  const ourRow = measure(
    example,
    example.buildRuns === undefined ? responder : { ...responder, run: oursWithDearBuilds(example.buildRuns) },
    repositories,
  );
  const beside = (example.beside ?? peers).map((method) => measure(example, method, repositories));
  return [{ ...ourRow, bar: example.bar, ok: example.meets(ourRow, beside) }, ...beside];
}

function print(row: Row): void {
  const percent = (value: number): string => `${((100 * value) / row.repositories).toFixed(1)} %`;
  const cells = [
    row.scenario.padEnd(40),
    row.method.padEnd(16),
    `right ${percent(row.right)}`.padEnd(15),
    `wrong ${percent(row.wrong)}`.padEnd(15),
    `runs ${row.meanRuns.toFixed(1)}`.padEnd(11),
    `builds ${row.meanBuilds.toFixed(1)}`.padEnd(13),
    `time ${row.meanTime.toFixed(1)}`.padEnd(12),
  ];
  const bar =
    row.ok === null
      ? ''
      : `${row.ok ? 'meets' : 'MISSES'} ${row.bar ?? ''}${row.calibration === null ? '' : ` (claimed ≥ 95 %: ${(100 * row.calibration).toFixed(1)} % right)`}`;
  process.stdout.write(`${cells.join(' ')} ${bar}\n`);
}

const { values } = parseArgs({ options: { repositories: { type: 'string', default: '500' }, json: { type: 'boolean', default: false } } });
const rows = cases.flatMap((example) => {
  const caseRows = runCase(example, Number(values.repositories));
  if (!values.json) caseRows.forEach(print);
  return caseRows;
});
if (values.json) process.stdout.write(`${JSON.stringify({ rows }, null, 2)}\n`);
process.exitCode = rows.some((row) => row.ok === false) ? 1 : 0;
