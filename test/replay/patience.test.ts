/** How long each step of the recorded stories may wait for a worker that is away, as the server was told. */
import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../fixtures/histories/', import.meta.url);

interface Scheduled {
  activityType: { name: string };
  scheduleToCloseTimeout?: string;
  scheduleToStartTimeout?: string;
  retryPolicy?: { maximumAttempts?: number };
}

/** What belongs to its moment: a capture to its window, a last word to an end that must not hang. They are given up early on purpose. */
const ofTheirMoment = new Set(['captureProfile', 'observeService', 'observeDatabases', 'notify', 'notifyBisectEnd', 'buildCommit']);
/** Steps of the first five minutes and the words of an update: somebody waits for them now, and later they would be old. */
for (const name of ['lookAtServices', 'readChanges', 'proposeMitigations', 'draftUpdate', 'lintUpdate']) ofTheirMoment.add(name);
/** Whether a step of a runbook is tried again is decided by its probe or by a person, never by a retry; so are a probe and a simulation that go on failing. */
const decidedByPeople = new Set(['performAction', 'prepareAction', 'simulateAction']);
const minutesOf = (duration: string | undefined): number =>
  duration === undefined || duration === '0s' ? Infinity : Number.parseFloat(duration) / 60;

const scheduled = new Map<string, Scheduled[]>();
for (const name of (await readdir(folder)).filter((file) => file.endsWith('.json'))) {
  const { events } = JSON.parse(await readFile(new URL(name, folder), 'utf8')) as {
    events: { activityTaskScheduledEventAttributes?: Scheduled }[];
  };
  for (const { activityTaskScheduledEventAttributes: one } of events)
    if (one !== undefined) scheduled.set(one.activityType.name, [...(scheduled.get(one.activityType.name) ?? []), one]);
}

describe('without any worker for a quarter of an hour', () => {
  const waiting = [...scheduled].filter(([name]) => !ofTheirMoment.has(name));

  it('is what these histories can tell of every step', () => {
    const steps = [
      'resolveTarget',
      'runLoad',
      'storeLoad',
      'decideBranch',
      'scanQueries',
      'localize',
      'writeReport',
      'planRemedy',
      'applyRemedy',
      'compareRuns',
    ];
    expect(waiting.map(([name]) => name)).toEqual(expect.arrayContaining([...steps, 'describeHandOff', 'keepHealthyRun']));
  });

  it.each(waiting)('%s is still wanted', (_name, tasks) => {
    for (const { scheduleToCloseTimeout, scheduleToStartTimeout } of tasks) {
      expect(minutesOf(scheduleToCloseTimeout)).toBeGreaterThan(15);
      expect(minutesOf(scheduleToStartTimeout)).toBeGreaterThan(15);
    }
  });

  it.each(
    waiting.filter(([name]) => name !== 'runLoad' && !decidedByPeople.has(name) && !name.endsWith('Commit') && name !== 'compareProfiles'),
  )('%s is not given up because workers died under it', (_name, tasks) => {
    for (const { retryPolicy } of tasks) expect(retryPolicy?.maximumAttempts ?? 0).toBe(0);
  });
});
