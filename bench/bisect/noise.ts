/** Seeded generator (mulberry32): benchmarks must give the same numbers twice. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export interface Repository {
  commits: number;
  /** Index of the culprit; null = no regression. */
  culprit: number | null;
  /** Step in deviations of one run. */
  effect: number;
  untestable: number[];
  /** Measures a commit once on one of the hosts: log metric with noise, drift and outliers as configured. */
  measure: (commit: number, host?: number) => number;
  hosts: number;
  runs: () => number;
  builds: () => number;
}

export interface Scenario {
  commits: number;
  effect: number;
  hasRegression: boolean;
  /** Random walk of the machine per run, in deviations; outlier probability (+3…9 deviations); share of commits that do not build. */
  drift: number;
  outliers: number;
  unbuildable: number;
  /** Machines that measure at the same time, of different speed; 1 by default. */
  hosts?: number;
}

/** How far machines are apart, in deviations of one run: far more than any step. */
const hostSpread = 20;
const deviation = 0.05;

export function createRepository(scenario: Scenario, seed: number): Repository {
  const random = createRandom(seed);
  const culprit = scenario.hasRegression ? 1 + Math.floor(random() * (scenario.commits - 1)) : null;
  const untestable: number[] = [];
  for (let commit = 1; commit < scenario.commits - 1; commit += 1) {
    if (random() < scenario.unbuildable) untestable.push(commit);
  }
  if (scenario.unbuildable > 0 && culprit !== null && culprit < scenario.commits - 1 && !untestable.includes(culprit))
    untestable.push(culprit);
  const { hosts = 1 } = scenario;
  const levels = Array.from({ length: hosts }, (_, host) => (host === 0 ? 0 : hostSpread * gaussian(random)));
  let runs = 0;
  const built = new Set<string>();
  const measure = (commit: number, host = 0): number => {
    runs += 1;
    built.add(`${commit} ${host}`);
    const level = (levels[host] ?? 0) + scenario.drift * gaussian(random);
    levels[host] = level;
    const outlier = random() < scenario.outliers ? 3 + 6 * random() : 0;
    const step = culprit !== null && commit >= culprit ? scenario.effect : 0;
    return 5 + deviation * (level + step + gaussian(random) + outlier);
  };
  return {
    commits: scenario.commits,
    culprit,
    effect: scenario.effect,
    untestable,
    measure,
    hosts,
    runs: () => runs,
    builds: () => built.size,
  };
}
