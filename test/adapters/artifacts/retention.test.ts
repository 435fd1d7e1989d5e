import { mkdir, mkdtemp, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { artifactDirectory, createArtifactStore } from '../../../adapters/artifacts/artifact-store.js';
import { parseCatalog } from '../../../config/catalog.js';
import { checkArtifacts } from '../../../client/doctor/artifacts-check.js';
import { applyRetention, removedFile, surveyRetention } from '../../../adapters/artifacts/retention.js';
import { listWorkFolders, workDirectory, workFolderName } from '../../../adapters/artifacts/work-folders.js';

const dayMs = 24 * 3_600_000;
const limits = { keepMs: 30 * dayMs, maxBytes: null };
let dataDirectory: string;
beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'retention-'));
});
afterEach(() => rm(dataDirectory, { recursive: true }));

async function age(file: string, days: number): Promise<void> {
  const at = new Date(Date.now() - days * dayMs);
  await utimes(file, at, at);
}

async function leaveFolder(key: string, days: number): Promise<void> {
  const folder = join(workDirectory(dataDirectory), workFolderName(key));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'points.csv'), 'x'.repeat(10));
  await age(join(folder, 'points.csv'), days);
  await age(folder, days);
}

describe('the retention of a data folder', () => {
  it('removes old artifacts and work folders of no open incident, and writes down what it removed', async () => {
    const store = createArtifactStore({ directory: artifactDirectory(dataDirectory) });
    const [old, used, young] = [await store.put('a', 'x', 'old'), await store.put('a', 'x', 'used'), await store.put('a', 'x', 'young')];
    for (const { path } of [old, used]) await age(store.locate(path), 31);
    await leaveFolder('perf-shop-a-1-run-1', 31);
    await leaveFolder('perf-shop-a-2-run-1', 31);
    await leaveFolder('perf-shop-a-3-run-1', 29);
    const inUse = { hashes: new Set([used.sha256]), workflowIds: ['perf-shop-a-2'] };
    const places = { store, dataDirectory };
    const survey = await surveyRetention(places, limits, inUse, Date.now());
    // A look changes nothing.
    expect(await store.list()).toHaveLength(3);
    await applyRetention(places, survey, Date.now());
    expect((await store.list()).map(({ path }) => path).sort()).toEqual([used.path, young.path].sort());
    expect((await listWorkFolders(dataDirectory)).map(({ path }) => path).sort()).toEqual(['perf-shop-a-2-run-1', 'perf-shop-a-3-run-1']);
    const told = (await readFile(removedFile(dataDirectory), 'utf8')).trim().split('\n');
    expect(told.map((line) => JSON.parse(line) as object)).toMatchObject([
      { what: 'artifact', path: old.path, sizeBytes: 3, why: 'age' },
      { what: 'work-folder', path: 'perf-shop-a-1-run-1', sizeBytes: 10, why: 'age' },
    ]);
    await expect(store.read(old)).rejects.toThrow(/its time to be kept is over \(removed\.jsonl tells\)/);
  });

  it('counts what is stored again as new', async () => {
    const store = createArtifactStore({ directory: artifactDirectory(dataDirectory) });
    const { path } = await store.put('a', 'x', 'the same');
    await age(store.locate(path), 31);
    await store.put('a', 'x', 'the same');
    const survey = await surveyRetention({ store, dataDirectory }, limits, { hashes: new Set(), workflowIds: [] }, Date.now());
    expect(survey.artifacts.removals).toEqual([]);
  });

  it('removes nothing that it cannot write down', async () => {
    const store = createArtifactStore({ directory: artifactDirectory(dataDirectory) });
    const { path } = await store.put('a', 'x', 'old');
    await age(store.locate(path), 31);
    const places = { store, dataDirectory };
    const survey = await surveyRetention(places, limits, { hashes: new Set(), workflowIds: [] }, Date.now());
    await mkdir(removedFile(dataDirectory));
    await expect(applyRetention(places, survey, Date.now())).rejects.toThrow(/EISDIR/);
    expect(await store.list()).toHaveLength(1);
  });
});

describe('what doctor says of the room for artifacts', () => {
  const catalogWith = (artifacts: string) =>
    parseCatalog(`version: 1\n${artifacts}services: { shop: { endpoints: { e: { url: "http://127.0.0.1:1/" } } } }\n`, 'responder.yaml');

  it('names how much there is, and what to do when it is more than the catalog allows', async () => {
    const store = createArtifactStore({ directory: artifactDirectory(dataDirectory) });
    const { path } = await store.put('a', 'x', 'large');
    await truncate(store.locate(path), 120_000_000);
    expect(await checkArtifacts(catalogWith(''), dataDirectory)).toMatchObject({
      ...{ id: 'artifacts', status: 'ok', remedy: null },
      found: expect.stringMatching(/^1 artifacts, 0\.1 GB, kept for ever; [\d.]+ GB free$/) as string,
    });
    expect(await checkArtifacts(catalogWith('artifacts: { keep: 30d, max: 130MB }\n'), dataDirectory)).toMatchObject({ status: 'ok' });
    expect(await checkArtifacts(catalogWith('artifacts: { max: 100MB }\n'), dataDirectory)).toMatchObject({
      ...{ id: 'artifacts', found: expect.stringContaining('kept within the limits of artifacts') as string },
      remedy: expect.stringContaining('perf-responder artifacts tells what is left and why') as string,
    });
  });
});
