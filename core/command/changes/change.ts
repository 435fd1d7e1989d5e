/** What `POST /changes` takes. */
export const reportedKinds = ['deploy', 'config', 'flag', 'migration', 'infra', 'scaling'] as const;
/** What sources find beside that: a commit is no deployment yet, a restart brings whatever lay on the disk. */
export type ChangeKind = (typeof reportedKinds)[number] | 'commit' | 'restart';

export interface Change {
  /** ISO 8601 in UTC. A roll-out that takes time counts from its first step. */
  at: string;
  /** Null: of what all services share. */
  service: string | null;
  kind: ChangeKind;
  /** A version, a commit, a revision: what names it where it was made. */
  ref: string;
  title: string;
  by: string | null;
  /** Which source of ours found it: `git`, `hook` … */
  source: string;
  /** Whether the catalog or the change itself names a way back. */
  revertible: boolean;
  /** Runbook that takes it back, where whoever told of it named one. */
  rollback?: string;
}

export type ChangeVerdict = 'suspected' | 'confirmed' | 'ruled-out-by-time';

export interface JudgedChange extends Change {
  verdict: ChangeVerdict;
  why: string;
  /** 0..1, only for the order: how well time, place and kind fit. */
  score: number;
}

/** What a change is judged against. */
export interface Onset {
  atMs: number;
  /** How far the onset may be off, clocks of the sources included. */
  uncertaintyMs: number;
  /** Affected services. */
  services: readonly string[];
  /** Services that an affected one calls. */
  dependencies: readonly string[];
}

/** Faults of a change mostly show within a quarter of an hour (knowledge of incident command, §4); a longer lag makes it less likely, never impossible. */
const lagMs = 15 * 60_000;
const kindWeights: Readonly<Record<ChangeKind, number>> = {
  deploy: 1,
  config: 1,
  flag: 1,
  migration: 1,
  infra: 0.8,
  scaling: 0.6,
  restart: 0.6,
  // When a commit was made says little of when it was deployed.
  commit: 0.3,
};

function scopeOf(change: Change, onset: Onset): { weight: number; words: string } {
  if (change.service === null) return { weight: 0.4, words: 'on what services share' };
  if (onset.services.includes(change.service)) return { weight: 1, words: `on ${change.service} itself` };
  if (onset.dependencies.includes(change.service)) return { weight: 0.6, words: `on ${change.service}, which it depends on` };
  return { weight: 0.1, words: `on ${change.service}, which nothing ties to it` };
}

function span(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  return minutes < 1 ? `${Math.round(Math.abs(ms) / 1000)} s` : minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/**
 * A change after the onset cannot have caused it. One before it is suspected and no more: being near in time is no proof; a reversal, a mechanism or
 * the bisector confirms.
 */
export function judgeChange(change: Change, onset: Onset): JudgedChange {
  const lag = onset.atMs - Date.parse(change.at);
  if (lag < -onset.uncertaintyMs) {
    return { ...change, verdict: 'ruled-out-by-time', why: `${span(lag)} after the onset: it cannot have caused it`, score: 0 };
  }
  const scope = scopeOf(change, onset);
  const score = Math.exp(-Math.max(lag, 0) / lagMs) * scope.weight * kindWeights[change.kind];
  const when = lag < 0 ? `${span(lag)} after the onset, within its uncertainty` : `${span(lag)} before the onset`;
  return { ...change, verdict: 'suspected', why: `${when}, ${scope.words}; near in time is no proof`, score };
}

/** The most suspected first; those that time rules out last, in their order. */
export function judgeChanges(changes: readonly Change[], onset: Onset): JudgedChange[] {
  return changes.map((change) => judgeChange(change, onset)).sort((a, b) => b.score - a.score || Date.parse(a.at) - Date.parse(b.at));
}
