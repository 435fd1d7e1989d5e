import { foldedMark } from '../formats/folded/folded-header.js';
import type { StackProfile } from '../stack-profile.js';
import { writeFrame } from './folded-frame.js';
import { idleFrame, weightedStacks } from './stacks.js';

/**
 * Folded stacks, as flamegraph.pl, inferno and speedscope read them. Comments on top tell what the format has no place for; those programs pass them
 * over.
 */
export function* toFolded(profile: StackProfile): Generator<string> {
  yield `${foldedMark}\n# kind: ${profile.kind}\n# unit: ${profile.unit}\n`;
  if (profile.durationMs !== null) yield `# duration: ${profile.durationMs} ms\n`;
  if (profile.samples !== null && profile.effectiveSamples !== null && profile.total > 0)
    yield `# samples: ${profile.samples} (effective ${profile.effectiveSamples} of ${profile.total})\n`;
  if (profile.hotLines.size > 0) yield '# lines inside functions are left out: folded text has no place for them\n';
  yield* counts(profile);
  const names = profile.frames.map(writeFrame);
  if (profile.idleWeight !== null) {
    yield '# idle: apart\n';
    if (profile.idleWeight > 0) yield `${writeFrame(idleFrame)} ${profile.idleWeight}\n`;
  }
  for (const { frames, weight } of weightedStacks(profile)) {
    const stack = frames.map((frame) => names[frame] ?? '').join(';');
    // A line that begins with `#` is a comment.
    yield `${stack.startsWith('#') ? `%23${stack.slice(1)}` : stack} ${weight}\n`;
  }
}

/** More would make one comment of megabytes; the samples are then shared out by weight. */
const maxCounted = 200_000;

/** Samples of each stack, where they do not follow from its weight. */
function* counts(profile: StackProfile): Generator<string> {
  if (profile.samplesOf === null || profile.unit === 'samples') return;
  const samples = [...weightedStacks(profile)].map((stack) => stack.samples ?? 0);
  if (samples.length > 0 && samples.length <= maxCounted) yield `# counts: ${samples.join(',')}\n`;
}
