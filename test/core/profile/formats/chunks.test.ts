import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readProfileFile } from '../../../../adapters/artifacts/profile-file.js';
import { readProfile } from '../../../../core/profile/read-profile.js';
import type { StackProfile } from '../../../../core/profile/stack-profile.js';

const fixtures = new URL('../../../../fixtures/profiles/', import.meta.url);
const texts = [
  'perf-script/node-perf-basic-prof.txt',
  'perf-script/go-cpu-clock.txt',
  'folded/py-spy-raw.txt',
  'folded/simple-crlf.folded',
];

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
  await Promise.resolve();
}

/** Chunks whose memory is overwritten as soon as the reader gives them back, as a file's is by the next chunk. */
function piecesThatSpoil(bytes: Uint8Array, sizes: readonly number[]) {
  let returned = 0;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0, piece = 0; at < bytes.length; piece++) {
      const size = sizes[piece % sizes.length] ?? 1;
      yield bytes.slice(at, at + size);
      at += size;
      await Promise.resolve();
    }
  }
  return {
    source: pieces(),
    giveBack: (chunk: Uint8Array) => {
      new Uint8Array(chunk.buffer).fill(0x78);
      returned++;
    },
    returned: () => returned,
  };
}

const contents = ({ frames, parents, frameOf, self, total, samples, notes, kind, unit, durationMs }: StackProfile) => ({
  frames,
  parents: Array.from(parents),
  frameOf: Array.from(frameOf),
  self: Array.from(self),
  total,
  samples,
  notes,
  kind,
  unit,
  durationMs,
});

describe('lines that come in chunks', () => {
  it.each(texts)('%s says the same in chunks of any size, when their memory is used again', async (name) => {
    const bytes = new Uint8Array(readFileSync(new URL(name, fixtures)));
    const whole = contents(await readProfile(inOnePiece(bytes), { fileName: name }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 50, max: 20_000 }), { minLength: 1, maxLength: 5 }), async (sizes) => {
        const { source, giveBack, returned } = piecesThatSpoil(bytes, sizes);
        expect(contents(await readProfile(source, { fileName: name, giveBack }))).toEqual(whole);
        expect(returned()).toBeGreaterThan(0);
      }),
      { numRuns: 10 },
    );
  });

  it('a file of several chunks is read as in one piece', async () => {
    const text = readFileSync(new URL('perf-script/node-perf-basic-prof.txt', fixtures), 'utf8');
    const long = text.repeat(Math.ceil(1_400_000 / text.length));
    const folder = await mkdtemp(join(tmpdir(), 'chunks-'));
    try {
      const path = join(folder, 'perf.txt');
      await writeFile(path, long);
      const whole = await readProfile(inOnePiece(new TextEncoder().encode(long)), { fileName: path });
      expect(contents(await readProfileFile(path))).toEqual(contents(whole));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
