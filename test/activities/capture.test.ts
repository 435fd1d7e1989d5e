import { inActivity } from '../support/in-activity.js';
import { describe, expect, it } from 'vitest';
import type { CaptureRequest } from '../../activities/contract.js';
import { createActivities } from '../../activities/create-activities.js';
import type { CaptureOrder } from '../../activities/dependencies.js';
import { EvidenceUnavailableError } from '../../core/model/errors.js';
import { fakeDependencies, smallProfile } from '../support/fake-dependencies.js';

const request: CaptureRequest = { ownerId: 'i-1', endpoint: 'shop/orders', delayMs: 500, durationMs: 10_000, options: {} };
const noCaptures = { profile: never, service: never, databases: never, scan: never };

function never(): never {
  throw new Error('this test does not expect that');
}

describe('captureProfile', () => {
  it('stores summary, flame graph and raw capture, and returns words and references only', async () => {
    const orders: CaptureOrder[] = [];
    const profile = (order: CaptureOrder) => {
      orders.push(order);
      return Promise.resolve(smallProfile);
    };
    const deps = await fakeDependencies({ captures: { ...noCaptures, profile } });
    const capture = await inActivity(() => createActivities(deps).captureProfile(request));
    expect(capture.headline).toBe('100 samples, top leaf fib 61 %');
    expect(capture.artifacts.map(({ name }) => name)).toEqual(['profile-summary.json', 'flame.json', 'profile.cpuprofile']);
    expect(orders[0]).toMatchObject({ delayMs: 500, durationMs: 10_000, file: null });
    const [summary] = capture.artifacts;
    expect(summary && JSON.parse((await deps.artifacts.read(summary)).toString())).toEqual(smallProfile.summary);
  });

  it('hands over a profile that the user gave', async () => {
    const files: (string | null)[] = [];
    const profile = ({ file }: CaptureOrder) => {
      files.push(file);
      return Promise.resolve(smallProfile);
    };
    const deps = await fakeDependencies({ captures: { ...noCaptures, profile } });
    await inActivity(() =>
      createActivities(deps).captureProfile({
        ...request,
        options: { profileFile: '/tmp/p.folded' },
      }),
    );
    expect(files).toEqual(['/tmp/p.folded']);
  });

  it('fails for good with the missing evidence inside when the profiler is not allowed', async () => {
    const missing = { id: 'inspector', what: 'a CPU profile', why: 'SIGUSR1 is blocked', remedy: 'Start without --disable-sigusr1' };
    const deps = await fakeDependencies({
      captures: { ...noCaptures, profile: () => Promise.reject(new EvidenceUnavailableError(missing)) },
    });
    const failing = inActivity(() => createActivities(deps).captureProfile(request));
    await expect(failing).rejects.toMatchObject({ type: 'EvidenceUnavailableError', nonRetryable: true, details: [missing] });
  });
});

describe('observeService', () => {
  it('says what was missing when nothing could be observed', async () => {
    const missing = { id: 'process', what: 'the process of the service', why: 'no listener on 8080', remedy: 'Start it' };
    const service = () => Promise.resolve({ process: null, wire: null, missing: [missing] });
    const deps = await fakeDependencies({ captures: { ...noCaptures, service } });
    const capture = await inActivity(() => createActivities(deps).observeService(request));
    expect(capture).toMatchObject({ headline: 'nothing could be observed (the process of the service)', missing: [missing] });
  });
});
