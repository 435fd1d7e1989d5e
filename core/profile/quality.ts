import type { ProfileCheck, ProfileQuality } from '../model/profile.js';
import type { BusyProfile } from './busy-profile.js';
import { weightMs } from './stack-profile.js';
import { measureShapes, type StackShapes } from './stack-shapes.js';
import { percent } from '../model/figures.js';

/** What the capture knows that the file does not. */
export interface QualityContext {
  /** CPU time of the profiled process or thread in the capture, from the kernel; with the delay of its run queue where the profiler counts that as busy. */
  expectedCpuMs?: number | undefined;
  /** Cores the process may use. */
  usableCores?: number | undefined;
}

type Severity = 'rejected' | 'low-confidence';

interface Judged extends ProfileCheck {
  severity: Severity;
}

/** Below 100 samples the 95 % half-width at a share of 50 % is over 10 points, below 300 over 5.7: too coarse to name one function. */
const rejectBelowSamples = 100;
const lowBelowSamples = 300;
/** Sampling at an even rate jitters by some per cent; below this ratio of effective to counted samples the weights themselves are uneven. */
const evenWeights = 0.9;
/** Shares of nameless leaves: bad captures showed 83–89 %, good ones 0–2 %. */
const warnUnsymbolised = 0.1;
const rejectUnsymbolised = 0.3;
/** JDK Mission Control scores truncation from 1 %; above 5 % inclusive numbers lose their meaning. */
const warnTruncated = 0.05;
const warnOneFrame = 0.3;
/** The kernel as one nameless block is no finding, but what the user's code does is still right; above half it is no longer what matters. */
const warnHiddenKernel = 0.5;
/** Observed ÷ expected CPU outside of this: wrong process or thread, or lost samples. */
const cpuAgreement = [0.7, 1.3] as const;
/** The profiler's own work is a twentieth of a core; differences as small as that say nothing. */
const cpuNoiseCores = 0.05;

/** The bad-profile gate: every test with its numbers. A rejected profile is still summarised, but nothing may be claimed from it. */
export function judgeQuality(busy: BusyProfile, context: QualityContext): ProfileQuality {
  const shapes = measureShapes(busy);
  const judged = [
    samplesCheck(busy),
    symbolsCheck(shapes.unsymbolised),
    ...(shapes.hiddenKernel > 0
      ? [
          limitCheck(
            'kernel-symbols',
            shapes.hiddenKernel,
            warnHiddenKernel,
            'of the leaf weight is the kernel, whose names are hidden from the profiler',
            'sysctl kernel.kptr_restrict=0 and capture as root',
          ),
        ]
      : []),
    jitCheck(shapes),
    limitCheck(
      'truncated-stacks',
      shapes.truncated,
      warnTruncated,
      'of the weight is in stacks that were cut off or have no root',
      'raise the stack depth',
    ),
    ...(shapes.isOneFrameTold
      ? [
          limitCheck(
            'one-frame-stacks',
            shapes.oneFrame,
            warnOneFrame,
            'of the weight is in stacks of one frame',
            'the program has no frame pointers: unwind with DWARF',
          ),
        ]
      : []),
    ...cpuChecks(busy, context),
    ...noteChecks(busy),
    idleCheck(busy),
  ];
  const failed = judged.filter((check) => !check.ok);
  const verdict = failed.some((check) => check.severity === 'rejected') ? 'rejected' : failed.length > 0 ? 'low-confidence' : 'good';
  return { verdict, checks: judged.map(({ id, ok, detail }) => ({ id, ok, detail })) };
}

function samplesCheck(busy: BusyProfile): Judged {
  const { samples, effectiveSamples } = busy;
  if (samples === null || effectiveSamples === null) {
    return {
      id: 'samples',
      ok: false,
      severity: 'low-confidence',
      detail: `the number of samples is unknown (unit ${busy.profile.unit}), so shares have no interval`,
    };
  }
  const telling = Math.floor(effectiveSamples + 1e-6);
  const isUneven = telling < evenWeights * samples;
  const counted = isUneven ? `${samples} samples, whose weights differ so much that they tell as much as ${telling}` : `${samples} samples`;
  const need =
    telling < rejectBelowSamples ? `at least ${rejectBelowSamples} are needed` : `${lowBelowSamples} are needed for good confidence`;
  const ok = telling >= lowBelowSamples;
  return {
    id: 'samples',
    ok,
    severity: telling < rejectBelowSamples ? 'rejected' : 'low-confidence',
    detail: ok ? counted : `only ${counted}; ${need}: capture longer or under more load`,
  };
}

function symbolsCheck(share: number): Judged {
  const detail = `${percent(share)} of the leaf weight has no function name`;
  return {
    id: 'symbols',
    ok: share <= warnUnsymbolised,
    severity: share > rejectUnsymbolised ? 'rejected' : 'low-confidence',
    detail: share <= warnUnsymbolised ? detail : `${detail} (limit ${percent(warnUnsymbolised)}): rank modules only, and install symbols`,
  };
}

function jitCheck(shapes: StackShapes): Judged {
  const isMissing = shapes.jitUnnamed > rejectUnsymbolised || (shapes.interpreter > 0.5 && !shapes.hasScriptName);
  return {
    id: 'jit-map',
    ok: !isMissing,
    severity: 'rejected',
    detail: isMissing
      ? `compiled code of a runtime is nameless (${percent(Math.max(shapes.jitUnnamed, shapes.interpreter))}): start it with a perf map (node --perf-basic-prof --interpreted-frames-native-stack) or use the runtime's own profiler`
      : 'no nameless compiled code',
  };
}

function limitCheck(id: string, share: number, limit: number, what: string, remedy: string): Judged {
  const ok = share <= limit;
  return { id, ok, severity: 'low-confidence', detail: `${percent(share)} ${what}${ok ? '' : ` (limit ${percent(limit)}): ${remedy}`}` };
}

function cpuChecks(busy: BusyProfile, context: QualityContext): Judged[] {
  const { profile } = busy;
  const busyMs = weightMs(profile, busy.total);
  const checks: Judged[] = [];
  if (profile.kind !== 'cpu' || busyMs === null) return checks;
  if (context.expectedCpuMs !== undefined) {
    const ratio = busyMs / context.expectedCpuMs;
    const isNoise = Math.abs(busyMs - context.expectedCpuMs) <= cpuNoiseCores * (profile.durationMs ?? 0);
    const ok = isNoise || (ratio >= cpuAgreement[0] && ratio <= cpuAgreement[1]);
    const detail = `the profile holds ${busyMs.toFixed(0)} ms of CPU, the kernel counted ${context.expectedCpuMs.toFixed(0)} ms`;
    checks.push({
      id: 'cpu-agreement',
      ok,
      severity: 'low-confidence',
      detail: ok ? detail : `${detail}: wrong process or thread, lost samples, or a process that waited for a CPU`,
    });
  }
  if (profile.durationMs !== null && profile.durationMs > 0) checks.push(kindCheck(busyMs / profile.durationMs, context.usableCores));
  return checks;
}

/** More CPU seconds a second than there are cores is wall-clock or off-CPU time under a wrong name. Without a count of cores: 1024. */
function kindCheck(cores: number, usableCores: number | undefined): Judged {
  const limit = (usableCores ?? 1024) * 1.1;
  const ok = cores <= limit;
  const detail = `${cores.toFixed(2)} cores busy over the capture`;
  return {
    id: 'kind',
    ok,
    severity: 'rejected',
    detail: ok ? detail : `${detail}, more than there are: this is no CPU profile; give --kind wall or off-cpu`,
  };
}

/** What readers note that lowers the confidence: data that was there and is not in the ranking, weights that are none, pictures that may deceive. */
const doubtful: ReadonlySet<string> = new Set(['malformed-lines', 'left-out', 'uneven-weights', 'lossy', 'orientation']);

function noteChecks(busy: BusyProfile): Judged[] {
  return busy.profile.notes.map((note) => ({
    id: note.id,
    ok: !doubtful.has(note.id),
    severity: 'low-confidence',
    detail: note.detail,
  }));
}

function idleCheck(busy: BusyProfile): Judged {
  const all = busy.total + (busy.idleWeight ?? 0);
  const detail =
    busy.idleWeight === null ? 'the format has no idle marks' : `${percent(all > 0 ? busy.idleWeight / all : 0)} of the capture was idle`;
  return { id: 'idle', ok: busy.total > 0, severity: 'rejected', detail: busy.total > 0 ? detail : `${detail}: nothing ran` };
}
