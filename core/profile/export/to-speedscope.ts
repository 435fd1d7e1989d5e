import type { ProfileExtension } from '../formats/speedscope/speedscope-extension.js';
import type { StackProfile } from '../stack-profile.js';
import { idleFrame, weightedStacks } from './stacks.js';

const units: ReadonlySet<string> = new Set(['nanoseconds', 'microseconds', 'milliseconds', 'seconds', 'bytes']);

/** JSON of https://www.speedscope.app in pieces, with a field of our own for what the format has no place for. */
export function* toSpeedscope(profile: StackProfile, name: string): Generator<string> {
  const frames = [...profile.frames, idleFrame].map((frame) => ({
    name: frame.name,
    // Without a file the reader would look for one in the name.
    file: frame.module,
    ...(frame.line === null ? {} : { line: frame.line }),
  }));
  const weights: number[] = [];
  const samples: number[] = [];
  const lines: [record: number, line: number, weight: number][] = [];
  yield `{"$schema":"https://www.speedscope.app/file-format-schema.json","exporter":"perf-responder","name":${JSON.stringify(name)},"activeProfileIndex":0,`;
  yield `"shared":{"frames":${JSON.stringify(frames)}},"profiles":[{"type":"sampled","name":${JSON.stringify(name)},`;
  const all = profile.total + (profile.idleWeight ?? 0);
  yield `"unit":"${units.has(profile.unit) ? profile.unit : 'none'}","startValue":0,"endValue":${all},"samples":[`;
  let isFirst = true;
  const record = (stack: readonly number[], weight: number, count: number): string => {
    weights.push(weight);
    samples.push(count);
    const separator = isFirst ? '' : ',';
    isFirst = false;
    return `${separator}${JSON.stringify(stack)}`;
  };
  if (profile.idleWeight !== null && profile.idleWeight > 0) yield record([frames.length - 1], profile.idleWeight, 0);
  for (const stack of weightedStacks(profile)) {
    for (const { line, weight } of stack.lines) lines.push([weights.length, line, weight]);
    yield record(stack.frames, stack.weight, stack.samples ?? 0);
  }
  const { kind, unit, durationMs, effectiveSamples, idleWeight } = profile;
  const extension: ProfileExtension = {
    kind,
    unit,
    durationMs,
    samples: profile.samplesOf === null ? null : samples,
    effectiveSamples,
    idleWeight,
    ...(lines.length === 0 ? {} : { lines }),
  };
  yield `],"weights":${JSON.stringify(weights)}}],"perfResponder":${JSON.stringify(extension)}}\n`;
}
