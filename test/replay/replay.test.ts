import { readFile, readdir } from 'node:fs/promises';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BisectAnswer } from '../../core/model/bisect.js';
import type { TriageMilestone } from '../../core/model/timeline.js';
import type { WindowEnding } from '../../workflows/kernel/hold-window.js';
import type { Localization } from '../../workflows/kernel/localize.js';
import type { Verification } from '../../workflows/kernel/verify.js';
import type { RunResult } from '../../core/command/runbook/run-state.js';
import type { IncidentStatus } from '../../core/command/incident/incident-status.js';
import { recordedIncidents } from '../support/stories/recorded-incidents.js';
import { recordedRuns } from '../support/stories/recorded-runs.js';
import { recordedSearches } from '../support/stories/recorded-searches.js';
import { recordedStories } from '../support/stories/recorded-stories.js';
import { recordedWaits, waitsOfIncidents } from '../support/stories/recorded-waits.js';
import { bundleWorkflows } from '../support/temporal.js';

const folder = new URL('../../fixtures/histories/', import.meta.url);
const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).map((name) => name.replace('.json', ''));

/** Which recording shows it. A new ending or milestone does not compile before it has one. */
const storyOf: Record<
  | WindowEnding['kind']
  | Localization['kind']
  | Exclude<Verification['kind'], 'not-compared'>
  | TriageMilestone['kind']
  | BisectAnswer['outcome']
  | `run ${RunResult}`
  | `command ${Extract<IncidentStatus, 'closed' | 'cancelled' | 'merged'> | 'continued'}`,
  string
> = {
  captured: 'db-bound',
  'cut-short': 'outage',
  unwanted: 'not-reproduced',
  refused: 'load-refused',
  failed: 'load-failed',
  stopped: 'load-closed',
  localized: 'db-bound',
  broke: 'analysis-broke',
  compared: 'db-bound',
  accepted: 'db-bound',
  confirmation: 'db-bound',
  diagnosis: 'db-bound',
  'report-ready': 'db-bound',
  rerun: 'mixed',
  acknowledged: 'remedy-rejected',
  escalated: 'escalated',
  'remedy-proposed': 'remedy-approved',
  'remedy-decided': 'remedy-approved',
  'remedy-expired': 'remedy-expired',
  'remedy-applied': 'remedy-approved',
  'handed-off': 'hand-off',
  'bisect-answer': 'hand-off',
  ended: 'db-bound',
  culprit: 'search-culprit',
  range: 'search-range',
  'no-regression': 'search-no-regression',
  'not-in-code': 'search-not-in-code',
  inconclusive: 'search-load-failed',
  'run success': 'run-success',
  'run failed': 'run-failed',
  'run rolled-back': 'run-rolled-back',
  'run aborted': 'run-aborted',
  'run dry-run': 'run-dry-run',
  'command closed': 'command-closed',
  'command cancelled': 'command-cancelled',
  'command merged': 'command-merged-away',
  'command continued': 'command-continued',
};

/** Names that the bundle exports: the types of workflows. */
async function workflowTypes(): Promise<string[]> {
  const source = await readFile(new URL('../../workflows/index.ts', import.meta.url), 'utf8');
  return [...source.matchAll(/export \{ ([^}]+) \}/g)].flatMap(([, names = '']) => names.split(',').map((name) => name.trim()));
}

/** Names of the signals and updates that the workflows define. */
async function messagesInSources(): Promise<string[]> {
  const root = new URL('../../workflows/', import.meta.url);
  const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('messages.ts'));
  const sources = await Promise.all(files.map((name) => readFile(new URL(name, root), 'utf8')));
  return sources.flatMap((source) => [...source.matchAll(/\bdefine(?:Signal|Update)<[^(]*>\('([^']+)'\)/g)].map(([, name = '']) => name));
}

/** Ids of `patched('…')` in the workflows. */
async function patchesInSources(): Promise<string[]> {
  const root = new URL('../../workflows/', import.meta.url);
  const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const sources = await Promise.all(files.map((name) => readFile(new URL(name, root), 'utf8')));
  return [...new Set(sources.flatMap((source) => [...source.matchAll(/\bpatched\('([^']+)'\)/g)].map(([, id = '']) => id)))];
}

interface RecordedHistory {
  events: {
    markerRecordedEventAttributes?: { details?: Record<string, { payloads?: { data?: string }[] }> };
    workflowExecutionStartedEventAttributes?: { workflowId: string; workflowType: { name: string } };
    activityTaskScheduledEventAttributes?: { activityType: { name: string } };
    workflowExecutionUpdateAcceptedEventAttributes?: { acceptedRequest?: { input?: { name?: string } } };
    workflowExecutionSignaledEventAttributes?: { signalName: string };
    timerStartedEventAttributes?: { timerId: string };
    timerFiredEventAttributes?: { timerId: string };
    userMetadata?: { summary?: { data?: string } };
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
    const wanted = [
      ...recordedStories.map(({ name }) => name),
      ...recordedSearches.map(({ name }) => `search-${name}`),
      ...Object.keys(recordedRuns).map((name) => `run-${name}`),
      ...[...Object.keys(recordedIncidents), ...Object.keys(recordedWaits), 'continued', 'carried-on'].map((name) => `command-${name}`),
    ];
    expect(names).toEqual(expect.arrayContaining(wanted));
  });

  it('exist for every type of workflow', async () => {
    const histories = await Promise.all(names.map(read));
    const recorded = new Set(histories.map(({ events }) => events[0]?.workflowExecutionStartedEventAttributes?.workflowType.name));
    const types = await workflowTypes();
    expect(types.length).toBeGreaterThan(5);
    for (const type of types) expect([...recorded]).toContain(type);
  });

  it('exist for every ending that the types of the kernel and of the stories know', () => {
    for (const name of Object.values(storyOf)) expect(names).toContain(name);
  });

  it('exist for every signal and update that a workflow takes', async () => {
    const histories = await Promise.all(names.map(read));
    const taken = new Set(
      histories
        .flatMap(({ events }) => events)
        .flatMap(({ workflowExecutionUpdateAcceptedEventAttributes: update, workflowExecutionSignaledEventAttributes: signal }) => [
          update?.acceptedRequest?.input?.name,
          signal?.signalName,
        ]),
    );
    const messages = await messagesInSources();
    expect(messages.length).toBeGreaterThan(40);
    expect(messages.filter((name) => !taken.has(name))).toEqual([]);
  });

  it.each(waitsOfIncidents)('exist of a timer that fires: %s', async (wait) => {
    const fired: string[] = [];
    for (const name of names.filter((one) => one.startsWith('command-'))) {
      const { events } = await read(name);
      const ended = new Set(events.map(({ timerFiredEventAttributes: timer }) => timer?.timerId));
      for (const { timerStartedEventAttributes: timer, userMetadata } of events)
        if (timer !== undefined && ended.has(timer.timerId))
          fired.push(JSON.parse(Buffer.from(userMetadata?.summary?.data ?? 'IiI=', 'base64').toString()) as string);
    }
    expect(fired).toEqual(expect.arrayContaining([expect.stringMatching(wait)]));
  });

  it('exist for both sides of each patch: with its marker, and from before it', async () => {
    const marked = new Set<string>();
    for (const name of names)
      for (const { markerRecordedEventAttributes: marker } of (await read(name)).events)
        for (const { data = '' } of marker?.details?.['patch-data']?.payloads ?? [])
          marked.add((JSON.parse(Buffer.from(data, 'base64').toString()) as { id: string }).id);
    for (const patch of await patchesInSources()) {
      expect([...marked]).toContain(patch);
      expect(names).toContain(`before-${patch}`);
    }
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
