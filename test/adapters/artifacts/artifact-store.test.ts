import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createArtifactStore } from '../../../adapters/artifacts/artifact-store.js';
import { RefusedError, UnreadableInputError } from '../../../core/model/errors.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'artifacts-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('the artifact store', () => {
  it('gives back what was stored, named by its hash', async () => {
    const store = createArtifactStore({ directory });
    const ref = await store.put('report.md', 'report', 'wörds');
    expect(ref).toMatchObject({
      name: 'report.md',
      kind: 'report',
      sizeBytes: 6,
      path: `${ref.sha256.slice(0, 2)}/${ref.sha256}-report.md`,
    });
    expect((await store.read(ref)).toString()).toBe('wörds');
  });

  it('stores the same thing once, also when several write it at the same time, and leaves nothing else behind', async () => {
    const store = createArtifactStore({ directory });
    const refs = await Promise.all(Array.from({ length: 8 }, () => store.put('a.json', 'profile', '{}')));
    expect(new Set(refs.map(({ path }) => path)).size).toBe(1);
    const files = await readdir(join(directory, refs[0]?.path.slice(0, 2) ?? ''));
    expect(files).toEqual([`${refs[0]?.sha256 ?? ''}-a.json`]);
  });

  it('takes a file under the same reference as its bytes', async () => {
    const store = createArtifactStore({ directory });
    const file = join(directory, 'k6.json');
    await writeFile(file, 'points');
    expect(await store.putFile('k6.json', 'load', file)).toEqual(await store.put('k6.json', 'load', 'points'));
  });

  it.each(['../evil', 'a/b', '.hidden', '', 'x'.repeat(200), 'nul\0'])('refuses the name %j', async (name) => {
    await expect(createArtifactStore({ directory }).put(name, 'report', '')).rejects.toThrow(RefusedError);
  });

  it.each(['../../etc/passwd', 'ab/../../etc/passwd', '/etc/passwd', `ab/${'a'.repeat(64)}-../x`, `cd/${'a'.repeat(64)}-x`])(
    'reads nothing at %j',
    async (path) => {
      await expect(createArtifactStore({ directory }).read({ path })).rejects.toThrow(/artifact path .* expected/);
    },
  );

  it('refuses what is over the cap', async () => {
    await expect(createArtifactStore({ directory, maxBytes: 3 }).put('a', 'log', 'four')).rejects.toThrow(/at most 3 bytes, got 4/);
  });

  it('notices bytes that changed, and says when something is not there', async () => {
    const store = createArtifactStore({ directory });
    const ref = await store.put('a.json', 'profile', '{}');
    await writeFile(store.locate(ref.path), '[]');
    await expect(store.read(ref)).rejects.toThrow(/not those that were stored/);
    await rm(store.locate(ref.path));
    await expect(store.read(ref)).rejects.toThrow(UnreadableInputError);
  });

  it('replaces what a crash left broken, and lets nobody else read', async () => {
    const store = createArtifactStore({ directory });
    const ref = await store.put('a.json', 'profile', '{"whole":1}');
    for (const broken of ['', '{"whole":2}']) {
      await writeFile(store.locate(ref.path), broken);
      await store.put('a.json', 'profile', '{"whole":1}');
      expect((await store.read(ref)).toString()).toBe('{"whole":1}');
    }
    expect((await stat(store.locate(ref.path))).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, ref.path.slice(0, 2)))).mode & 0o777).toBe(0o700);
  });
});
