/** One valid k6 run of one commit: natural logarithm of the metric (p95 and so on). Order is order in time. */
export interface Run {
  commit: number;
  logMetric: number;
  /** Name of the machine it ran on. */
  host: string;
}

/** What time a next measurement takes. All zero: nothing known, every commit costs the same. */
export interface Cost {
  /** Means of this search so far: a run without its build, and a build. */
  runMs: number;
  buildMs: number;
}

/** The whole state of a search. Index 0 is the good end, `commits - 1` the bad end. */
export interface Search {
  commits: number;
  runs: readonly Run[];
  /** Commits that cannot be built, started or judged: never measured, never called good or bad. */
  untestable: readonly number[];
  /** Weight per commit from what it touches; 1 = nothing known. Never 0. */
  prior: readonly number[];
  /** Smallest ratio bad ÷ good that is worth a search. */
  minEffect: number;
  cost: Cost;
}

/** Where the next run is to happen: one machine of those that measure at the same time. */
export interface Seat {
  host: string;
  /** Place of this host among the measuring ones, from 0: they look at different parts of the range. */
  rank: number;
  hosts: number;
  /** Commits that are built on this host. */
  built: readonly number[];
}

export interface Bracket {
  /** bad ÷ good with a 95 % interval, and the smallest ratio that these runs could have shown. */
  ratio: number;
  ci: [number, number];
  minDetectable: number;
  runs: number;
}

/** Culprit ÷ parent with a 95 % interval. */
export interface Effect {
  ratio: number;
  ci: [number, number];
}

export type MeasureReason = 'bracket' | 'search' | 'anchor' | 'verify';

export type SearchStep =
  | { kind: 'measure'; commit: number; reason: MeasureReason }
  | { kind: 'no-step'; bracket: Bracket; conclusive: boolean }
  | {
      kind: 'found';
      from: number;
      to: number;
      posterior: number;
      effect: Effect;
      /** The same from the runs of culprit and parent alone: what a second culprit elsewhere cannot touch. */
      adjacent: Effect;
      /** Null when people vouched for an end that was never measured. */
      bracket: Bracket | null;
      byCommit: number[];
    };
