import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHealthyRunStore } from '../../../adapters/git/healthy-runs.js';
import type { HealthyRun } from '../../../core/model/comparison.js';
import { loadRequest, slowResult } from '../../support/stories/fake-dependencies.js';

const run: HealthyRun = { load: slowResult, startedAt: '2026-11-24T10:00:00.000Z', source: 'resolved re-run', incidentId: 'i-1' };
const { plan } = loadRequest;
let directory = '';

beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'healthy-runs-'))));
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('the store of healthy runs', () => {
  it('gives back what a comparison needs, and only for the same endpoint and load', async () => {
    const store = createHealthyRunStore(directory);
    expect(await store.recall('shop/orders', plan)).toEqual([]);
    await store.replace('shop/orders', plan, [run]);
    const again = createHealthyRunStore(directory);
    expect(await again.recall('shop/orders', plan)).toMatchObject([
      { ...run, load: { latencyMs: { p95: 812 }, subWindows: slowResult.subWindows } },
    ]);
    expect(await again.recall('shop/search', plan)).toEqual([]);
    expect(await again.recall('shop/orders', { ...plan, rate: 51 })).toEqual([]);
  });

  it('starts anew where its file is damaged, and leaves no temporary file', async () => {
    const store = createHealthyRunStore(directory);
    await store.replace('shop/orders', plan, [run]);
    const files = await readdir(directory);
    expect(files).toHaveLength(1);
    await writeFile(join(directory, files[0] ?? ''), '{"version": 1, "runs": [{}]');
    expect(await store.recall('shop/orders', plan)).toEqual([]);
    await store.replace('shop/orders', plan, [run]);
    expect(await store.recall('shop/orders', plan)).toHaveLength(1);
  });
});
