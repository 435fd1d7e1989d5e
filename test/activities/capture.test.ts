import { inActivity } from '../support/in-activity.js';
import { describe, expect, it } from 'vitest';
import type { CaptureRequest } from '../../activities/contract.js';
import { createActivities } from '../../activities/create-activities.js';
import type { CaptureAdapter, Captured, CaptureOrder } from '../../activities/dependencies.js';
import type { CaptureKind } from '../../core/evidence/capture-kind.js';
import { filled } from '../../core/evidence/document.js';
import { flameDocument, profileDocument, profileKind } from '../../core/evidence/kinds/profile.js';
import { serviceDocument, serviceKind } from '../../core/evidence/kinds/service.js';
import { EvidenceUnavailableError } from '../../core/model/errors.js';
import { fakeDependencies, smallProfile } from '../support/stories/fake-dependencies.js';

const request: CaptureRequest = { ownerId: 'i-1', endpoint: 'shop/orders', delayMs: 500, durationMs: 10_000, options: {} };

const adapter = (kind: CaptureKind, take: CaptureAdapter['take']): CaptureAdapter => ({ kind, take });
const profiler = (take: CaptureAdapter['take']) => [adapter(profileKind, take)];

const smallCapture: Captured = {
  documents: [filled(profileDocument, smallProfile.summary), filled(flameDocument, smallProfile.flame)],
  raw: [{ name: 'profile.cpuprofile', artifactKind: 'profile', content: '{}' }],
  missing: [],
};

describe('captureProfile', () => {
  it('stores summary, flame graph and raw capture, and returns words and references only', async () => {
    const orders: CaptureOrder[] = [];
    const profile = (order: CaptureOrder) => {
      orders.push(order);
      return Promise.resolve(smallCapture);
    };
    const deps = await fakeDependencies({ captures: profiler(profile) });
    const capture = await inActivity(() => createActivities(deps).captureProfile(request));
    expect(capture.headline).toBe('100 samples, top leaf fib 61 %');
    expect(capture.artifacts.map(({ name }) => name)).toEqual(['profile-summary.json', 'flame.json', 'profile.cpuprofile']);
    expect(orders[0]).toMatchObject({ delayMs: 500, durationMs: 10_000, options: {} });
    const [summary] = capture.artifacts;
    expect(summary && JSON.parse((await deps.artifacts.read(summary)).toString())).toEqual(smallProfile.summary);
  });

  it('hands over a profile that the user gave', async () => {
    const files: (string | undefined)[] = [];
    const profile = ({ options }: CaptureOrder) => {
      files.push(options.profileFile);
      return Promise.resolve(smallCapture);
    };
    const deps = await fakeDependencies({ captures: profiler(profile) });
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
      captures: profiler(() => Promise.reject(new EvidenceUnavailableError(missing))),
    });
    const failing = inActivity(() => createActivities(deps).captureProfile(request));
    await expect(failing).rejects.toMatchObject({ type: 'EvidenceUnavailableError', nonRetryable: true, details: [missing] });
  });
});

describe('observeService', () => {
  it('says what was missing when nothing could be observed', async () => {
    const missing = { id: 'process', what: 'the process of the service', why: 'no listener on 8080', remedy: 'Start it' };
    const observation = { process: null, wire: null, missing: [missing] };
    const service = () => Promise.resolve({ documents: [filled(serviceDocument, observation)], raw: [], missing: [missing] });
    const deps = await fakeDependencies({ captures: [adapter(serviceKind, service)] });
    const capture = await inActivity(() => createActivities(deps).observeService(request));
    expect(capture).toMatchObject({ headline: 'nothing could be observed (the process of the service)', missing: [missing] });
  });
});

describe('capture', () => {
  it('refuses a kind that this worker does not know, and names those that it knows', async () => {
    const deps = await fakeDependencies({ captures: profiler(() => Promise.resolve(smallCapture)) });
    await expect(inActivity(() => createActivities(deps).capture('heap', request))).rejects.toMatchObject({
      type: 'RefusedError',
      nonRetryable: true,
      message: expect.stringContaining('capture heap: expected one of profile') as string,
    });
  });

  it('takes a kind by its id', async () => {
    const deps = await fakeDependencies({ captures: profiler(() => Promise.resolve(smallCapture)) });
    const capture = await inActivity(() => createActivities(deps).capture('profile', request));
    expect(capture).toMatchObject({ headline: '100 samples, top leaf fib 61 %' });
  });

  it('keeps what does not look like its documents out of the evidence', async () => {
    const broken = { ...smallCapture, documents: [{ name: 'profile-summary.json', artifactKind: 'profile', value: { leaves: 'many' } }] };
    const deps = await fakeDependencies({ captures: profiler(() => Promise.resolve(broken)) });
    await expect(inActivity(() => createActivities(deps).capture('profile', request))).rejects.toMatchObject({
      type: 'UnreadableInputError',
    });
  });
});
