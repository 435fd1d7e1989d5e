import type { ProfileCheck, ProfileQuality } from '../model/profile.js';
import type { BusyProfile } from './busy-profile.js';
import { isUnsymbolised } from './frame-name.js';
import { weightMs } from './stack-profile.js';

/** What the capture knows that the file does not. */
export interface QualityContext {
  /** CPU time of the profiled process or thread in the capture, from the kernel. */
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
/** Shares of nameless leaves: bad captures showed 83–89 %, good ones 0–2 %. */
const warnUnsymbolised = 0.1;
const rejectUnsymbolised = 0.3;
/** JDK Mission Control scores truncation from 1 %; above 5 % inclusive numbers lose their meaning. */
const warnTruncated = 0.05;
const warnOneFrame = 0.3;
/** Observed ÷ expected CPU outside of this: wrong process or thread, or lost samples. */
const cpuAgreement = [0.7, 1.3] as const;
/** perf stops at 127 frames. */
const depthCap = 127;

/** The bad-profile gate: every test with its numbers. A rejected profile is still summarised, but nothing may be claimed from it. */
export function judgeQuality(busy: BusyProfile, context: QualityContext): ProfileQuality {
  const shapes = measureShapes(busy);
  const judged = [
    samplesCheck(busy),
    symbolsCheck(shapes.unsymbolised),
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
  const { samples } = busy;
  if (samples === null) {
    return {
      id: 'samples',
      ok: false,
      severity: 'low-confidence',
      detail: `the number of samples is unknown (unit ${busy.profile.unit}), so shares have no interval`,
    };
  }
  const need =
    samples < rejectBelowSamples ? `at least ${rejectBelowSamples} are needed` : `${lowBelowSamples} are needed for good confidence`;
  return {
    id: 'samples',
    ok: samples >= lowBelowSamples,
    severity: samples < rejectBelowSamples ? 'rejected' : 'low-confidence',
    detail: samples >= lowBelowSamples ? `${samples} samples` : `only ${samples} samples; ${need}: capture longer or under more load`,
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

function jitCheck(shapes: Shapes): Judged {
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
  if (context.expectedCpuMs !== undefined && context.expectedCpuMs > 0) {
    const ratio = busyMs / context.expectedCpuMs;
    const ok = ratio >= cpuAgreement[0] && ratio <= cpuAgreement[1];
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

function noteChecks(busy: BusyProfile): Judged[] {
  return busy.profile.notes.map((note) => ({
    id: note.id,
    ok: note.id !== 'malformed-lines',
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

interface Shapes {
  unsymbolised: number;
  truncated: number;
  oneFrame: number;
  isOneFrameTold: boolean;
  jitUnnamed: number;
  interpreter: number;
  hasScriptName: boolean;
}

/** Shares of the busy weight by the shape of the stack it is in. */
function measureShapes(busy: BusyProfile): Shapes {
  const { profile } = busy;
  const count = profile.parents.length;
  const depth = new Uint16Array(count);
  const interpreted = new Uint8Array(count);
  const rootFrame = new Int32Array(count);
  const traits = profile.frames.map((frame) => ({
    isUnsymbolised: isUnsymbolised(frame),
    isMarker: /^\[?\(?truncated\b|^break_no_frame|^\[truncated/i.test(frame.name),
    isJit:
      /perf-\d+\.map|^\/\/anon|memfd:|^\[anon|^\[JIT\]/.test(frame.module) || /^\[(?:perf-\d+\.map|\/\/anon|anon|JIT)/.test(frame.name),
    isInterpreter: /InterpreterEntryTrampoline/.test(frame.name),
    isProcess: frame.module === '[process]',
  }));
  const traitOf = (node: number): (typeof traits)[number] | undefined => traits[profile.frameOf[node] ?? -1];
  for (let node = 1; node < count; node++) {
    const parent = profile.parents[node] ?? 0;
    const isProcess = traitOf(node)?.isProcess === true;
    depth[node] = isProcess ? 0 : Math.min(65_535, (depth[parent] ?? 0) + 1);
    interpreted[node] = traitOf(node)?.isInterpreter === true ? 1 : (interpreted[parent] ?? 0);
    rootFrame[node] = depth[node] === 1 ? node : (rootFrame[parent] ?? 0);
  }
  const sums = { unsymbolised: 0, truncated: 0, oneFrame: 0, jitUnnamed: 0, interpreter: 0 };
  busy.forEachLeafNode((node, weight) => {
    const leaf = traitOf(node);
    const root = traitOf(rootFrame[node] ?? 0);
    const levels = depth[node] ?? 0;
    if (leaf?.isUnsymbolised === true) sums.unsymbolised += weight;
    if (leaf?.isUnsymbolised === true && leaf.isJit) sums.jitUnnamed += weight;
    if (levels >= depthCap || root?.isMarker === true || (levels > 1 && root?.isUnsymbolised === true)) sums.truncated += weight;
    if (levels <= 1) sums.oneFrame += weight;
    if (interpreted[node] === 1) sums.interpreter += weight;
  });
  const shareOf = (weight: number): number => (busy.total > 0 ? weight / busy.total : 0);
  return {
    unsymbolised: shareOf(sums.unsymbolised),
    truncated: shareOf(sums.truncated),
    oneFrame: shareOf(sums.oneFrame),
    // V8 always knows the whole stack; native code and the collector have none there.
    isOneFrameTold: profile.format !== 'cpuprofile' && profile.format !== 'chrome-trace',
    jitUnnamed: shareOf(sums.jitUnnamed),
    interpreter: shareOf(sums.interpreter),
    hasScriptName: profile.frames.some((frame) => /\.[cm]?[jt]s$/.test(frame.module)),
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
