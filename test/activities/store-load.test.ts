/** A load is held once, whatever happens to its files. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/create-activities.js';
import { fakeDependencies, finishedLoad, loadRequest, slowResult, type FakeDependencies } from '../support/stories/fake-dependencies.js';
import { inActivity, quietEnvironment } from '../support/in-activity.js';

/** k6 that leaves one file in its folder, and counts how often it ran. */
async function dependenciesWithK6(change: Partial<FakeDependencies> = {}) {
  const runs: string[] = [];
  const deps = await fakeDependencies({
    runLoad: async ({ workDir, onTurn }) => {
      onTurn();
      runs.push(workDir);
      await mkdir(workDir, { recursive: true });
      const path = join(workDir, 'load-summary.json');
      await writeFile(path, '{"requests": 1500}');
      return { ...finishedLoad(slowResult), artifacts: [{ name: 'load-summary.json', path, kind: 'load-summary' }] };
    },
    ...change,
  });
  return { deps, runs, activities: createActivities(deps) };
}

const full = (): Promise<never> => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC', path: '/data/artifacts/ab' }));

describe('a load that was held', () => {
  it('is not held again by a try after one that died before it could tell', async () => {
    const { runs, activities } = await dependenciesWithK6();
    const first = await inActivity(() => activities.runLoad(loadRequest), quietEnvironment());
    const second = await inActivity(() => activities.runLoad(loadRequest), quietEnvironment({ attempt: 2 }));
    expect(second).toEqual(first);
    expect(runs).toHaveLength(1);
  });

  it('keeps its files until they are stored, and is stored again without a load', async () => {
    const store = { isFull: true };
    const { deps, runs, activities } = await dependenciesWithK6();
    const real = { ...deps.artifacts };
    deps.artifacts.putFile = (...args) => (store.isFull ? full() : real.putFile(...args));
    const { kept } = await inActivity(() => activities.runLoad(loadRequest), quietEnvironment());
    if (kept === null) throw new Error('k6 left a file');
    const request = { folder: kept.folder, files: kept.files, artifactPrefix: 'rerun-1-' };
    const failed: unknown = await inActivity(() => activities.storeLoad(request), quietEnvironment()).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      nonRetryable: false,
      message: 'cannot write /data/artifacts/ab: the disk is full: free some space, or set another data folder',
    });
    store.isFull = false;
    const stored = await inActivity(() => activities.storeLoad(request), quietEnvironment({ attempt: 2 }));
    expect(stored).toMatchObject([{ name: 'rerun-1-load-summary.json', sizeBytes: 18 }]);
    // A try that was told too late finds what was stored.
    expect(await inActivity(() => activities.storeLoad(request), quietEnvironment({ attempt: 3 }))).toEqual(stored);
    expect(runs).toHaveLength(1);
    expect(await readdir(deps.workDirectory(kept.folder))).not.toContain('load-summary.json');
  });

  it.each([
    ['ENOSPC', 'the disk is full'],
    ['EROFS', 'the file system is read-only'],
    ['EACCES', 'permission denied'],
  ])('ends in one clear message when the disk says %s to the end', async (code, told) => {
    const { deps, activities } = await dependenciesWithK6();
    deps.artifacts.putFile = () => Promise.reject(Object.assign(new Error('x'), { code, path: '/data' }));
    const request = { folder: 'f', files: [{ name: 'a.json', kind: 'log' }], artifactPrefix: '' };
    const failure: unknown = await inActivity(() => activities.storeLoad(request), quietEnvironment({ attempt: 5 })).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ nonRetryable: true, message: expect.stringContaining(told) as string });
  });
});

describe('an activity under which worker after worker dies', () => {
  it('is given up before it takes the responder with it', async () => {
    const { runs, activities } = await dependenciesWithK6();
    const failure: unknown = await inActivity(() => activities.runLoad(loadRequest), quietEnvironment({ attempt: 26 })).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ nonRetryable: true, message: expect.stringContaining('25 workers died') as string });
    expect(runs).toEqual([]);
  });
});
