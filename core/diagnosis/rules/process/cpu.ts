import { wilsonInterval } from '../../../model/proportion.js';
import type { MissingEvidence } from '../../../model/observation.js';
import type { CauseLocation } from '../../../model/cause.js';
import type { Frame, ProfileCategory, ProfileSummary } from '../../../model/profile.js';
import type { Facts } from '../../facts.js';
import { saturated } from '../../account/cpu-facts.js';
import type { EvidencePattern } from '../../confidence.js';
import type { Part } from '../../forecast/forecast.js';
import { percent } from '../../figures.js';
import { minimumShare, type RuleContext } from '../../rule.js';

/** The profile if it can bear a claim: a CPU profile that its quality gate did not reject, of a service that is really busy. */
export function cpuProfile(context: RuleContext): ProfileSummary | null {
  const { profile } = context.input;
  if (profile === null || profile.quality.verdict === 'rejected') return null;
  if (profile.kind !== 'cpu' && profile.kind !== 'unknown') return null;
  return isBusy(context) && isOfProcess(profile, context.facts) ? profile : null;
}

/**
 * A profile is idle for as long as its thread is. In every recorded window of a busy service it was busy for at least 0.97 of the CPU time that the kernel
 * counted, and longer if the thread had to wait for a CPU. With less than half of it, it is of another process, thread or time.
 */
const seenInProfile = 0.5;
/** Below a quarter of a core the kernel's own work for the process, which a profile calls idle, is a large part of its CPU. */
const busyEnough = 0.25;

/** Does a profile show the work for which the process burnt its CPU? One that does not tell idle time is believed. */
export function isOfProcess({ idleShare }: ProfileSummary, { cpu }: Facts): boolean {
  if (idleShare === null || cpu === null || cpu.utilization < busyEnough) return true;
  return 1 - idleShare >= seenInProfile * cpu.utilization;
}

/**
 * 40 % of a process that is 1 % busy is nothing. Frames count only if CPU, or queueing for it, holds the latency. Requests in front of a process that could not
 * be observed may queue for workers that wait, so its profile must not have been idle.
 */
export function isBusy(context: RuleContext): boolean {
  const { cpu } = context.facts;
  if (cpu === null && (context.input.profile?.idleShare ?? 0) > 1 - saturated) return false;
  return context.sides.application >= minimumShare || (cpu !== null && cpu.saturation >= saturated);
}

/** Part of the latency that the service's CPU explains, including the queue in front of it. */
export function applicationShare(context: RuleContext): number {
  return context.sides.application;
}

/**
 * For a busy service whose queue could not be seen: how much of the latency this part (0..1) of its CPU holds is unknown, so it is not ruled out, and the place
 * is named in what is missing. Null if the account knows enough.
 */
export function unseenQueue({ facts, sides }: RuleContext, part: number, what: string): MissingEvidence | null {
  const { cpu } = facts;
  if (cpu === null || cpu.saturation < saturated || (sides.application + sides.unattributed) * part < minimumShare) return null;
  return {
    id: 'queue-for-cpu',
    what: `whether the requests queue for the CPU of the service, ${percent(part)} of which ${what} burns`,
    why: `the threads that serve requests are busy or ready for ${percent(Math.min(1, cpu.saturation))} of the time, but ${percent(sides.unattributed)} of the mean latency was seen nowhere`,
    remedy: 'let the sockets of the service be looked at (what kept them from it is told beside this), and triage again',
  };
}

export function categoryShare(profile: ProfileSummary, ...wanted: ProfileCategory[]): number {
  return profile.categories.filter((entry) => wanted.includes(entry.category)).reduce((sum, entry) => sum + entry.share, 0);
}

/** Share of a kind of work that no function of the application called: libraries do it by themselves, after something that they awaited. */
export function unownedShare(profile: ProfileSummary, wanted: ProfileCategory): number {
  const owned = callersOf(profile, wanted).reduce((sum, { share }) => sum + share, 0);
  return Math.max(0, categoryShare(profile, wanted) - owned);
}

/** How functions without a name are written. Only their lines tell two of them in one file apart. */
const nameless: ReadonlySet<string> = new Set(['', '(anonymous)', '<anonymous>', '<lambda>']);

/** Two frames are the same function if name and file agree. The line counts only for functions without a name: some profilers give the line of the sample. */
export function functionKey({ name, module, line }: Frame): string {
  return `${name}\u0000${module}${nameless.has(name) ? `\u0000${line ?? 0}` : ''}`;
}

/** Application frames with the share of the profile that burns directly under them in the given categories, heaviest first. */
export function callersOf(profile: ProfileSummary, ...wanted: ProfileCategory[]): { frame: Frame; share: number }[] {
  const merged = new Map<string, { frame: Frame; share: number }>();
  for (const category of profile.categories.filter((entry) => wanted.includes(entry.category))) {
    for (const caller of category.callers) {
      const key = functionKey(caller.frame);
      const known = merged.get(key);
      merged.set(key, { frame: caller.frame, share: (known?.share ?? 0) + caller.share });
    }
  }
  return [...merged.values()].sort((a, b) => b.share - a.share || a.frame.name.localeCompare(b.frame.name));
}

/** If a profile does not tell its samples, assume the fewest with which it may be ranked at all (quality gate). */
const fewestSamples = 100;

/**
 * A share of the samples as what goes when that work goes: by its 95 % interval, and with the part of the collector that it
 * feeds, in proportion to its part of all other work (`collector` 0: it is in the share already).
 */
export function avoidableCpu(profile: ProfileSummary, share: number, collector = categoryShare(profile, 'gc')): Part {
  const samples = Math.max(1, profile.samples ?? fewestSamples);
  const [least, most] = wilsonInterval(share * samples, samples);
  const fed = collector < 1 ? (collector * share) / (1 - collector) : 0;
  return [Math.min(least, share), Math.min(1, share + fed), Math.min(1, most + fed)];
}

export interface OwnWork {
  frame: Frame;
  /** 0..1 of the profile, what it calls in `library` included. */
  share: number;
  /** The dependency without a category in which most of it burns, if more than in the function itself. */
  library: string | null;
}

/** Application functions by what they burn themselves and in the dependencies that they call: these do nothing that they were not asked for. */
export function ownWork(profile: ProfileSummary, ...own: ProfileCategory[]): OwnWork[] {
  const work = new Map<string, OwnWork>();
  for (const { frame, share } of callersOf(profile, ...own)) {
    const known = work.get(functionKey(frame));
    work.set(functionKey(frame), { frame, share: (known?.share ?? 0) + share, library: null });
  }
  for (const { name, caller, share } of profile.libraries ?? []) {
    const known = work.get(functionKey(caller)) ?? { frame: caller, share: 0, library: null };
    work.set(functionKey(caller), { ...known, share: known.share + share, library: share > known.share ? name : known.library });
  }
  return [...work.values()].sort((a, b) => b.share - a.share || a.frame.name.localeCompare(b.frame.name));
}

export function frameText(frame: Frame): string {
  return frame.module === '' ? frame.name : `${frame.name} (${fileOf(frame.module)}${frame.line === null ? '' : `:${frame.line}`})`;
}

export function frameLocation(frame: Frame | null | undefined): CauseLocation {
  if (frame === null || frame === undefined) return {};
  return {
    frame: frame.name,
    ...(frame.module === '' ? {} : { file: fileOf(frame.module) }),
    ...(frame.line === null ? {} : { line: frame.line }),
  };
}

function fileOf(module: string): string {
  return module.replace(/^file:\/\//, '');
}

export function profilePattern({ quality }: ProfileSummary): EvidencePattern {
  return quality.verdict === 'good' ? 'profile-leads' : 'profile-tie';
}
