import { readFile, readdir } from 'node:fs/promises';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { recordedStories } from '../support/recorded-stories.js';
import { bundleWorkflows } from '../support/temporal.js';

const folder = new URL('../../fixtures/histories/', import.meta.url);
const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).map((name) => name.replace('.json', ''));

interface RecordedHistory {
  events: {
    workflowExecutionStartedEventAttributes?: { workflowId: string };
    activityTaskScheduledEventAttributes?: { activityType: { name: string } };
  }[];
}

let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  workflowBundle = await bundleWorkflows();
});

const read = async (name: string): Promise<RecordedHistory> =>
  JSON.parse(await readFile(new URL(`${name}.json`, folder), 'utf8')) as RecordedHistory;
function replay(history: RecordedHistory): Promise<void> {
  const workflowId = history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId;
  return Worker.runReplayHistory({ workflowBundle }, history, workflowId);
}

describe('recorded histories', () => {
  it('exist for every branch', () => {
    expect(names).toEqual(expect.arrayContaining(recordedStories.map(({ name }) => name)));
  });

  it.each(names)('%s replays', async (name) => {
    await replay(await read(name));
  });

  it.each(['db-bound', 'cancelled'])('%s fails when it is spoiled, so the others mean something', async (name) => {
    const history = await read(name);
    const scheduled = history.events.find((event) => event.activityTaskScheduledEventAttributes?.activityType.name === 'runLoad');
    if (scheduled?.activityTaskScheduledEventAttributes)
      scheduled.activityTaskScheduledEventAttributes.activityType.name = 'captureProfile';
    await expect(replay(history)).rejects.toThrow(/TMPRL1100/);
  });
});
