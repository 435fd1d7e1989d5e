import type { ProfileCategory, ProfileQuality } from '../../model/profile.js';
import { busyProfile, type BusyProfile } from '../busy-profile.js';
import { judgeQuality } from '../quality.js';
import { rankLeaves } from '../rank/rank-leaves.js';
import { weightMs, type StackProfile } from '../stack-profile.js';

/** What the two sides are compared by; captures of different lengths and sampling rates must never be compared by their raw weights. */
export type DiffBasis = 'milliseconds-per-second' | 'bytes-per-second' | 'share';

export interface DiffSide {
  format: string;
  total: number;
  samples: number | null;
  durationMs: number | null;
  /** Of the whole, in the unit of the basis: 1 for shares. */
  rate: number;
  quality: ProfileQuality['verdict'];
}

export interface FunctionDiff {
  frame: string;
  module: string;
  category: ProfileCategory;
  before: FunctionRate;
  after: FunctionRate;
  /** After − before, in the unit of the basis, with its 95 % interval; null when the samples are unknown. */
  change: number;
  ci: [number, number] | null;
  verdict: 'grew' | 'shrank' | 'unclear';
}

interface FunctionRate {
  selfShare: number;
  rate: number;
}

/** The document of `analyze profile A --diff B --json`. */
export interface ProfileDiff {
  basis: DiffBasis;
  before: DiffSide;
  after: DiffSide;
  /** Largest change first, whatever its sign. */
  functions: FunctionDiff[];
}

/** What is comparable of a profile. */
export interface Comparable {
  busy: BusyProfile;
  /** Rate of a weight. */
  rateOf: (weight: number) => number;
}

/** Compares two captures function by function, by self weight. Idle time is no part of either. */
export function diffProfiles(beforeProfile: StackProfile, afterProfile: StackProfile): ProfileDiff {
  const { basis, before, after } = comparable(beforeProfile, afterProfile);
  const functions = new Map<string, FunctionDiff>();
  const sides: readonly ['before' | 'after', Comparable][] = [
    ['before', before],
    ['after', after],
  ];
  for (const [side, { busy, rateOf }] of sides) {
    for (const leaf of rankLeaves(busy)) {
      const key = functionKey(leaf.frame, leaf.module, before.busy.profile.format === after.busy.profile.format);
      const known = functions.get(key) ?? emptyDiff(leaf);
      functions.set(key, known);
      known[side].selfShare += leaf.selfShare;
      known[side].rate += rateOf(leaf.self);
    }
  }
  for (const row of functions.values()) judge(row, before, after);
  return {
    basis,
    before: sideOf(before),
    after: sideOf(after),
    functions: [...functions.values()].sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || a.frame.localeCompare(b.frame)),
  };
}

/** Formats write the file of a function differently; between two of them only the name can be compared. */
export function functionKey(name: string, module: string, isOneFormat: boolean): string {
  return isOneFormat ? `${name}\u0000${module}` : name;
}

/** CPU time a second where both sides tell time and length, bytes a second likewise, else shares of the whole. */
export function comparable(
  beforeProfile: StackProfile,
  afterProfile: StackProfile,
): { basis: DiffBasis; before: Comparable; after: Comparable } {
  const [before, after] = [busyProfile(beforeProfile), busyProfile(afterProfile)];
  const perSecond = (busy: BusyProfile, weight: number, isTime: boolean): number | null => {
    const { durationMs } = busy.profile;
    const amount = isTime ? weightMs(busy.profile, weight) : busy.profile.unit === 'bytes' ? weight : null;
    return amount === null || durationMs === null || durationMs <= 0 ? null : (amount / durationMs) * 1000;
  };
  for (const isTime of [true, false]) {
    if (perSecond(before, 1, isTime) === null || perSecond(after, 1, isTime) === null) continue;
    const side = (busy: BusyProfile): Comparable => ({ busy, rateOf: (weight) => perSecond(busy, weight, isTime) ?? 0 });
    return { basis: isTime ? 'milliseconds-per-second' : 'bytes-per-second', before: side(before), after: side(after) };
  }
  const byShare = (busy: BusyProfile): Comparable => ({ busy, rateOf: (weight) => (busy.total > 0 ? weight / busy.total : 0) });
  return { basis: 'share', before: byShare(before), after: byShare(after) };
}

function emptyDiff({ frame, module, category }: { frame: string; module: string; category: ProfileCategory }): FunctionDiff {
  const none = { selfShare: 0, rate: 0 };
  return { frame, module, category, before: { ...none }, after: { ...none }, change: 0, ci: null, verdict: 'unclear' };
}

function sideOf({ busy, rateOf }: Comparable): DiffSide {
  const { profile, total, samples } = busy;
  return {
    format: profile.format,
    total,
    samples,
    durationMs: profile.durationMs,
    rate: rateOf(total),
    quality: judgeQuality(busy, {}).verdict,
  };
}

const z95 = 1.96;
/** Hundreds of functions are compared at once: at this many standard errors one in a thousand of unchanged ones is called changed. */
const zVerdict = 3.29;

function judge(row: FunctionDiff, before: Comparable, after: Comparable): void {
  row.change = row.after.rate - row.before.rate;
  const variance = (varianceOf(row.before.rate, before) ?? NaN) + (varianceOf(row.after.rate, after) ?? NaN);
  if (Number.isNaN(variance)) return;
  const error = Math.sqrt(variance);
  row.ci = [row.change - z95 * error, row.change + z95 * error];
  if (Math.abs(row.change) > zVerdict * error) row.verdict = row.change > 0 ? 'grew' : 'shrank';
}

/** Samples of a function are counted events: a count k of weight u each has the variance u²·k; one is added, so that nothing seen is not certainty. */
function varianceOf(rate: number, { busy, rateOf }: Comparable): number | null {
  const { effectiveSamples, total } = busy;
  if (effectiveSamples === null || effectiveSamples <= 0) return null;
  const each = rateOf(total) / effectiveSamples;
  return each * rate + each * each;
}
