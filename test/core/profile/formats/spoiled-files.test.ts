import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { UnreadableInputError } from '../../../../core/model/errors.js';
import { summarizeProfile } from '../../../../core/profile/summarize.js';
import { profileOf } from '../profiles.js';

const folder = new URL('../../../../fixtures/profiles/', import.meta.url);
const perFile = 12;

/** Numerical Recipes' generator: the same damage on every machine. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

/** Cut off, a few bytes changed near the head, many anywhere, or a piece copied to another place. */
function spoiled(original: Uint8Array, next: (below: number) => number): Uint8Array {
  const bytes = Uint8Array.from(original);
  const way = next(4);
  if (way === 0) return bytes.subarray(0, next(bytes.length));
  for (let left = 1 + next(way === 1 ? 3 : 30); left > 0; left--) {
    const at = next(way === 1 ? Math.min(400, bytes.length) : bytes.length);
    if (way === 3) bytes.copyWithin(at, next(bytes.length), next(bytes.length));
    else bytes[at] = next(3) === 0 ? 255 : next(256);
  }
  return bytes;
}

it.each([
  'jfr/jdk17.jfr',
  'jfr/async-profiler-4.5-cpu-wall-alloc-lock.jfr',
  'flame-graph-svg/inferno-0.12.8.svg',
  'flame-graph-svg/flamegraph-pl.svg',
  'async-profiler-html/2.9-cpu.html',
  'async-profiler-html/4.5-cpu.html',
  'python/cprofile.prof',
  'python/pyinstrument.json',
  'python/memray-stats.json',
  'python/memray-stats.txt',
  'goroutine-dump/go1.26-debug1.txt',
  'goroutine-dump/go1.26-debug2.txt',
  'otlp-profiles/async-profiler-4.5.otlp',
  'stackprof/cpu.dump',
  'stackprof/cpu.json',
  'callgrind/callgrind.out',
  'bpftrace/ustack.txt',
  'v8-log/node20-preprocessed.json',
  'hermes/three-to-one.json',
  'trace-events/begin-end-and-complete.json',
])('%s, spoiled, is read or refused, and nothing else', async (file) => {
  const packed = readFileSync(new URL(file, folder));
  const original = packed[0] === 0x1f ? gunzipSync(packed) : packed;
  const next = generator(file.length * 7919);
  for (let run = 0; run < perFile; run++) {
    const bytes = spoiled(original, next);
    try {
      summarizeProfile(await profileOf(bytes));
    } catch (error) {
      expect(error, `${file}, run ${run}`).toBeInstanceOf(UnreadableInputError);
    }
  }
});

it('refuses descriptions that promise more than there is, without making room for it', async () => {
  // A dict of Python with a string of 4 GB, and a StackProf array of a billion entries.
  const python = Uint8Array.from([0x7b, 0x29, 3, 0x75, 255, 255, 255, 255]);
  const ruby = Uint8Array.from([4, 8, 0x7b, 6, 0x3a, 8, 0x72, 0x61, 0x77, 0x5b, 4, 255, 255, 255, 63]);
  await expect(profileOf(python)).rejects.toThrow(/pstats: expected 4294967295 more bytes/);
  await expect(profileOf(ruby)).rejects.toThrow(/stackprof: expected/);
});

it('refuses a recording of JFR that was cut off', async () => {
  const jfr = readFileSync(new URL('jfr/jdk17.jfr', folder));
  await expect(profileOf(Uint8Array.from(jfr).subarray(0, 1000))).rejects.toThrow(/jfr: expected a chunk of \d+ bytes, got 1000/);
});
