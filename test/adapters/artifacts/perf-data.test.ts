import { execFileSync } from 'node:child_process';
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
