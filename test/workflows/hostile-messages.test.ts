/** Whatever reaches a workflow from outside, it can be finished afterwards. */
import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIncidentClient, type IncidentClient } from '../../client/temporal/incident-client.js';
import { findIncident } from '../../client/temporal/incident-lookup.js';
import { bisectQueue, incidentsQueue } from '../../workflows/kernel/task-queues.js';
import { createFakeWorld, planExpiringAt } from '../support/stories/fake-incident.js';
import { createFakeRepositories, idOf } from '../support/fake-repositories.js';
import { alertOf, startTestWorkers } from '../support/stories/incident-workers.js';
import { bundleWorkflows, startTemporal } from '../support/temporal.js';

let temporal: TestWorkflowEnvironment;
let stopWorkers: () => Promise<void>;
let incidents: IncidentClient;
const world = createFakeWorld();
const repositories = createFakeRepositories();

beforeAll(async () => {
  const [environment, bundle] = await Promise.all([startTemporal(), bundleWorkflows()]);
  temporal = environment;
  stopWorkers = await startTestWorkers(environment, bundle, { ...world.activities, ...repositories.activitiesOn('bench-1') });
  incidents = createIncidentClient(environment.client);
});

afterAll(async () => {
  await stopWorkers();
  await temporal.teardown();
});

const deep = (levels: number): unknown => JSON.parse(`${'{"by":'.repeat(levels)}1${'}'.repeat(levels)}`) as unknown;
const wrong: unknown[] = [null, 1, 'text', true, [], {}, [[]], { by: 7 }, { by: {} }, { commit: 7 }, { planId: [], decision: {} }];
const hostile: unknown[] = [...wrong, { by: 'x'.repeat(200_000) }, 'x'.repeat(200_000), deep(2_000), { labels: 7, id: null }];

const signals = ['alertFired', 'rerunConfirmation', 'handOff', 'closeIncident', 'reportTo', 'bisectEnded', 'loadStarted', 'noSuchSignal'];
/** An empty one of these is a message that means something. */
const mayBeEmpty = new Set(['rerunConfirmation', 'handOff', 'closeIncident']);

interface RawHandle {
  signal: (name: string, ...args: unknown[]) => Promise<void>;
}

async function sendAll(handle: RawHandle, name: string): Promise<void> {
  const isMeant = (value: unknown): boolean =>
    mayBeEmpty.has(name) && (value === null || (typeof value === 'object' && !Array.isArray(value)));
  if (!mayBeEmpty.has(name)) await handle.signal(name);
  for (const value of hostile) if (!isMeant(value)) await handle.signal(name, value);
}

/** As a client of another language, or a person with curl, could send it. */
async function sendBytes(workflowId: string, signalName: string, encoding: string, data: string): Promise<void> {
  const input = { payloads: [{ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data) }] };
  const { workflowService, options } = temporal.connection;
  expect(options.address).not.toBe('');
  await workflowService.signalWorkflowExecution({
    namespace: temporal.namespace ?? 'default',
    workflowExecution: { workflowId },
    signalName,
    input,
  });
}

/** An update that meets the change of histories was never seen by the workflow and is sent again, as the product's client does. */
async function update(workflowId: string, name: string, value: unknown): Promise<unknown> {
  const handle = temporal.client.workflow.getHandle(workflowId);
  for (;;) {
    const answer = await handle.executeUpdate(name, { args: [value] }).catch((error: unknown) => error);
    const isClosed = answer instanceof WorkflowNotFoundError || String(answer).includes('aborted by closing');
    if (!isClosed || (await handle.describe()).status.name !== 'RUNNING') return answer;
  }
}

describe('an incident', { timeout: 90_000 }, () => {
  it('survives every malformed signal and update, records them, and is resolved all the same', async () => {
    const plan = planExpiringAt(new Date(Date.now() + 3_600_000).toISOString());
    const endpoint = world.tell({ plan, verdicts: ['confirmed', 'not-reproduced'] });
    const { incidentId } = await incidents.startOrAttach({ endpoint, service: 'shop', symptom: null, options: {}, alert: alertOf('a') });
    const { workflowId } = await findIncident(temporal.client, incidentId);
    // Without a run: megabytes of messages make the incident continue as new.
    const handle = temporal.client.workflow.getHandle(workflowId);
    await incidents.follow(incidentId, ({ phase }) => phase === 'waiting');
    for (const name of signals) await sendAll(handle, name);
    for (const name of ['alertFired', 'rerunConfirmation']) {
      await sendBytes(workflowId, name, 'json/plain', '{"by": ');
      await sendBytes(workflowId, name, 'binary/of-nobody', 'x');
    }
    for (const value of hostile) {
      expect(await update(workflowId, 'decideRemedy', value)).toBeInstanceOf(WorkflowUpdateFailedError);
      const isNamed = JSON.stringify(value).startsWith('{"by":"x');
      if (!isNamed) expect(await update(workflowId, 'acknowledge', value)).toBeInstanceOf(WorkflowUpdateFailedError);
    }
    await incidents.decide(incidentId, { planId: plan.planId, decision: 'approve', by: 'ada' });
    const ended = await incidents.follow(incidentId, ({ phase }) => phase === 'ended');
    expect(ended).toMatchObject({ incident: { outcome: 'resolved' }, alerts: [{ id: 'a' }] });
    const ignored = ended.timeline.filter(({ kind }) => kind === 'ignored');
    expect(ignored).toHaveLength(50);
    expect(ignored[1]?.text).toBe('ignored the signal alertFired: the message: expected an object, got null');
    for await (const { runId } of temporal.client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
      const { events } = await temporal.client.workflow.getHandle(workflowId, runId).fetchHistory();
      expect((events ?? []).filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
    }
  });

  it.each([
    [undefined],
    [null],
    ['text'],
    [{}],
    [{ endpoint: 7 }],
    [{ endpoint: 'shop/a', acceptedAt: 'soon', options: {} }],
    [{ saved: { version: 7 } }],
  ])('that was started with %j fails at once and says why', async (given) => {
    const workflowId = `hostile-${JSON.stringify(given ?? 'nothing').replaceAll(/\W/g, '')}`;
    const running = temporal.client.workflow.execute('respondToIncident', { workflowId, taskQueue: incidentsQueue, args: [given] });
    await expect(running).rejects.toSatisfy(
      (error) => error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure && /expected/.test(error.cause.message),
    );
  });
});

describe('a search for a commit', { timeout: 90_000 }, () => {
  const names = ['pause', 'resume', 'skipCommit', 'markGood', 'markBad', 'handOffEvidence'];

  it('survives every malformed signal and still names the commit', async () => {
    const endpoint = repositories.add({ slowAt: { 20: 3 }, measureMs: 100 });
    const question = {
      bisectId: 'hostile',
      endpoint,
      good: null,
      bad: null,
      metric: 'p95',
      minEffect: 1.2,
      incidentId: null,
      hints: { files: [] },
    };
    const request = { ...question, budgetRuns: 200, budgetBuilds: null, budgetMinutes: 60 };
    const args = [{ request, incidentId: null, service: 'shop', endpoint }];
    const handle = await temporal.client.workflow.start('bisectRegression', { workflowId: 'hostile', taskQueue: bisectQueue, args });
    for (const name of names) {
      await handle.signal(name);
      for (const value of wrong) await handle.signal(name, value);
    }
    await handle.signal('resume');
    expect(await handle.result()).toMatchObject({ outcome: 'culprit', culprit: { commit: idOf(20) } });
  });

  it.each([[null], [{}], [{ request: { bisectId: 7 } }]])('that was started with %j fails at once and says why', async (given) => {
    const workflowId = `search-${JSON.stringify(given).replaceAll(/\W/g, '')}`;
    const running = temporal.client.workflow.execute('bisectRegression', { workflowId, taskQueue: bisectQueue, args: [given] });
    await expect(running).rejects.toSatisfy((error) => error instanceof WorkflowFailedError && /expected/.test(error.cause?.message ?? ''));
  });
});
