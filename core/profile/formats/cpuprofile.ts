import { UnreadableInputError } from '../../model/errors.js';
import { createProfileBuilder } from '../profile-builder.js';
import type { StackProfile } from '../stack-profile.js';
import type { Detection, ProfileFormat, ProfileHead, ReadOptions } from './format.js';
import { parseV8Profile, type V8Profile } from './v8-profile.js';
import { addV8Profile } from './v8-tree.js';
import { readJson } from './whole-file.js';

export const cpuprofile: ProfileFormat = {
  id: 'cpuprofile',
  expects: "V8's .cpuprofile (JSON with nodes, samples and timeDeltas; the older `head` too)",
  detect,
  read: async (source, options) => profileOfV8(parseV8Profile(await readJson(source, 'cpuprofile')), options),
};

function detect(head: ProfileHead): Detection {
  if (!/^\s*\{/.test(head.text) || /"traceEvents"|"\$schema"/.test(head.text)) return 'no';
  if (/"callFrame"\s*:/.test(head.text) && /"nodes"\s*:/.test(head.text)) return 'yes';
  if (/"head"\s*:\s*\{/.test(head.text) && /"functionName"\s*:/.test(head.text)) return 'yes';
  return /\.cpuprofile$/.test(head.fileName) ? 'yes' : head.isComplete ? 'no' : 'maybe';
}

/** A parsed V8 profile in the common model; weights are microseconds of the JavaScript thread. */
export function profileOfV8(profile: V8Profile, options: ReadOptions = {}): StackProfile {
  const builder = createProfileBuilder();
  addV8Profile(profile, builder);
  const made = builder.finish({
    format: 'cpuprofile',
    kind: options.kind ?? 'cpu',
    unit: 'microseconds',
    durationMs: Math.max(0, profile.endTime - profile.startTime) / 1000,
    samplesKnown: true,
  });
  if (made.total === 0 && made.idleWeight === null) {
    throw new UnreadableInputError('cpuprofile: expected samples, got none. Was the profiler started and the process running JavaScript?');
  }
  return made;
}
