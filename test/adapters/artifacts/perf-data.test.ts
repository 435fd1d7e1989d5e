import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPerfData } from '../../../adapters/artifacts/perf-data.js';
import { readProfileFile } from '../../../adapters/artifacts/profile-file.js';
import { UnreadableInputError } from '../../../core/model/errors.js';

const recording = new URL('../../../fixtures/profiles/perf-data/three-to-one.perf.data', import.meta.url).pathname;

function hasPerf(): boolean {
  try {
    execFileSync('perf', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// What perf itself counts in the recording: 190 samples of 2004008 ns (the program's names are not here, so leaves may be nameless).
it.skipIf(!hasPerf())('reads a recording through perf', async () => {
  const profile = await readProfileFile(recording);
  expect(profile).toMatchObject({ format: 'perf-script', kind: 'cpu', unit: 'nanoseconds', samples: 190 });
  expect(profile.total).toBeCloseTo(190 * 2_004_008, -4);
});

it('says how to get the text where there is no perf', async () => {
  const error: unknown = await readPerfData(recording, {}, 'perf-that-is-nowhere').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UnreadableInputError);
  expect(String(error)).toMatch(/no `perf` on this machine.*perf script --no-inline -F comm,pid/);
});

it.skipIf(!hasPerf())('hands on what perf says of a broken recording', async () => {
  const broken = new URL('../../../fixtures/profiles/broken/perf.data', import.meta.url).pathname;
  const error: unknown = await readProfileFile(broken).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UnreadableInputError);
  expect(String(error)).toMatch(/it said: \S.*perf script --no-inline/);
});

/** The recording as another kernel would have written it, without the build ids that tell kernels apart (bit 2 of the header's features). */
function underAnotherKernel(bytes: Buffer): Buffer {
  const features = bytes.readBigUInt64LE(72);
  const table = Number(bytes.readBigUInt64LE(40) + bytes.readBigUInt64LE(48));
  const sections = features.toString(2).replaceAll('0', '').length;
  const before = (features & 3n).toString(2).replaceAll('0', '').length;
  const copy = Buffer.from(bytes);
  copy.copyWithin(table + 16 * before, table + 16 * (before + 1), table + 16 * sections);
  copy.writeBigUInt64LE(features & ~4n, 72);
  copy.write('9.99.99-elsewhr', copy.indexOf('6.18.44-fc-v657'), 'latin1');
  return copy;
}

it.skipIf(!hasPerf())('gives no addresses of another kernel the names of this one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'perf-data-'));
  try {
    const file = join(folder, 'perf.data');
    await writeFile(file, underAnotherKernel(await readFile(recording)));
    const profile = await readProfileFile(file);
    expect(profile.samples).toBe(190);
    const kernel = profile.frames.filter(({ module }) => module === '[kernel]').map(({ name }) => name);
    expect(kernel).toEqual(['[kernel.kallsyms]']);
    expect(profile.notes.find(({ id }) => id === 'other-kernel')?.detail).toMatch(
      /under the kernel 9\.99\.99-elsewhr, .*Run `perf script`/,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
