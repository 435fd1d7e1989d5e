/** Which machines measure, and what each of them has built. */
import type { Cost, Seat } from '../../core/bisect/search-state.js';
import type { BisectState } from './state.js';

/** How long a machine that did not take its work is left alone: the server lists its last poll for about a minute longer. */
const absenceMs = 300_000;

/** Infinity would not survive a continued history, which is JSON. */
const never = Number.MAX_SAFE_INTEGER;

/** The machines to measure on now. If none of the known ones is present, whoever serves the queue next takes the place of the last one. */
export function measuringHosts(state: BisectState): string[] {
  const present = state.hosts.filter((host) => (state.absentUntilMs[host] ?? 0) <= Date.now());
  return present.length > 0 ? present : [state.progress.measurements.at(-1)?.host ?? 'any'];
}

export function markAbsent(state: BisectState, host: string): void {
  state.absentUntilMs[host] = Date.now() + absenceMs;
}

/** The machine is not used again in this search. */
export function exclude(state: BisectState, host: string): void {
  state.absentUntilMs[host] = never;
}

/** Every machine that has worktrees of this search. */
export function hostsUsed({ progress }: Pick<BisectState, 'progress'>): string[] {
  return [...new Set([...progress.measurements, ...progress.prebuilt].map((entry) => entry.host))].sort();
}

export function seatOf(state: BisectState, host: string, commits: readonly string[]): Seat {
  const hosts = measuringHosts(state);
  const { measurements, prebuilt } = state.progress;
  const done = [...measurements.filter((entry) => entry.ok || entry.reason !== 'build-failed'), ...prebuilt.filter(({ ok }) => ok)];
  const ids = new Set(done.filter((entry) => entry.host === host).map((entry) => entry.commit));
  const built = commits.flatMap((commit, index) => (ids.has(commit) ? [index] : []));
  return { host, rank: Math.max(0, hosts.indexOf(host)), hosts: hosts.length, built };
}

export function costOf({ plan, progress }: BisectState): Cost {
  const mean = (values: number[]): number => (values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length);
  const builds = [...progress.measurements, ...progress.prebuilt].flatMap((entry) => entry.buildMs ?? []);
  const runs = progress.measurements.flatMap((entry) => (entry.ok ? [entry.runMs] : []));
  return { runMs: mean(runs), buildMs: plan.hasBuild ? mean(builds) : 0 };
}
