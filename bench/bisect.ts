/** `npm run bench:bisect [-- --repositories 500 --json]`: how often the search is right, and at what cost, beside its peers in the same run. */
import { parseArgs } from 'node:util';
import { createRepository, type Scenario } from './bisect/noise.js';
import { ours, pinpoint, thresholdBisect, type Method } from './bisect/peers.js';

interface Row {
  scenario: string;
  method: string;
  right: number;
  wrong: number;
  noAnswer: number;
  repositories: number;
  meanRuns: number;
  meanBuilds: number;
  /** Of the answers claimed at 95 % or more, the share that is right; null when the method claims nothing. */
  calibration: number | null;
  /** The bar this row must meet, and whether it does; null for peers. */
  bar: string | null;
  ok: boolean | null;
}

interface Case {
  name: string;
  scenario: Scenario;
  bar: string;
  meets: (row: Row) => boolean;
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
];

const methods: { name: string; run: Method; share: number }[] = [
  { name: 'perf-responder', run: ours, share: 1 },
  { name: 'git bisect run', run: thresholdBisect(1), share: 1 },
  { name: 'median of 5', run: thresholdBisect(5), share: 1 },
  // Rank tests over hundreds of values are slow; a fifth of the repositories is enough to see the order of magnitude.
  { name: 'Pinpoint rules', run: pinpoint, share: 0.2 },
];

function runCase(example: Case, method: (typeof methods)[number], repositories: number): Row {
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
  if (claimed > 0) row.calibration = claimedRight / claimed;
  return method.run === ours ? { ...row, bar: example.bar, ok: example.meets(row) } : row;
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
  ];
  const bar =
    row.ok === null
      ? ''
      : `${row.ok ? 'meets' : 'MISSES'} ${row.bar ?? ''}${row.calibration === null ? '' : ` (claimed ≥ 95 %: ${(100 * row.calibration).toFixed(1)} % right)`}`;
  process.stdout.write(`${cells.join(' ')} ${bar}\n`);
}

const { values } = parseArgs({ options: { repositories: { type: 'string', default: '500' }, json: { type: 'boolean', default: false } } });
const rows = cases.flatMap((example) =>
  methods.map((method) => {
    const row = runCase(example, method, Number(values.repositories));
    if (!values.json) print(row);
    return row;
  }),
);
if (values.json) process.stdout.write(`${JSON.stringify({ rows }, null, 2)}\n`);
process.exitCode = rows.some((row) => row.ok === false) ? 1 : 0;
