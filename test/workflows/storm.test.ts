/** Many alerts: for one endpoint over a week, and for twenty endpoints at once with one machine that can hold a load. */
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKnownAlerts } from '../../client/hook/known-alerts.js';
import { createIncidentClient } from '../../client/temporal/incident-client.js';
import { findIncident } from '../../client/temporal/incident-lookup.js';
import { createFakeWorld } from '../support/stories/fake-incident.js';
import { alertOf, startTestWorkers } from '../support/stories/incident-workers.js';
import { bundleWorkflows, startTemporal } from '../support/temporal.js';
import { startTimeSkipping } from '../support/time-skipping.js';
import { until } from '../support/until.js';

const world = createFakeWorld();
const notAsked = (): Promise<null> => Promise.resolve(null);

/** Its load is in the queue, or is held. */
async function wantsLoad(client: Client, incidentId: string): Promise<boolean> {
  const { workflowId, runId } = await findIncident(client, incidentId);
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  return raw.pendingActivities?.some(({ activityType }) => activityType?.name === 'runLoad') === true;
}

async function withWorkers(temporal: TestWorkflowEnvironment, loadsAtOnce: number, work: () => Promise<void>): Promise<void> {
  const stop = await startTestWorkers(temporal, await bundleWorkflows(), world.activities, { loadsAtOnce });
  try {
    await work();
  } finally {
    await stop();
  }
}

describe('fifty alerts every five minutes for a week', { timeout: 300_000 }, () => {
  let temporal: TestWorkflowEnvironment;
  beforeAll(async () => {
    temporal = await startTimeSkipping();
  });
  afterAll(() => temporal.teardown());

  it('are one incident with a short history, and the next one begins when it has ended', async () => {
    await withWorkers(temporal, 1, async () => {
      const endpoint = world.tell({ loadMs: 100 });
      const incidents = createIncidentClient(temporal.client);
      const clock = { nowMs: await temporal.currentTimeMs() };
      const started = new Map<string, WorkflowHandle>();
      const known = createKnownAlerts(
        {
          startOrAttach: async (_endpoint, alert) => {
            const answer = await incidents.startOrAttach({ endpoint, service: 'shop', symptom: null, options: {}, alert });
            if (!answer.started) return answer;
            const { workflowId, runId } = await findIncident(temporal.client, answer.incidentId);
            started.set(answer.incidentId, temporal.client.workflow.getHandle(workflowId, runId));
            return answer;
          },
          recordResolved: () => Promise.resolve(null),
          countStuck: () => Promise.resolve(0),
          countLost: () => Promise.resolve(0),
          stateOf: async (incidentId) => {
            const closed = (await started.get(incidentId)?.describe())?.closeTime;
            return { endedAt: closed?.toISOString() ?? null, problem: null };
          },
          describe: notAsked,
          readReport: notAsked,
          readArtifact: notAsked,
          ping: () => Promise.resolve(),
        },
        () => undefined,
        () => clock.nowMs,
      );
      const alerts = Array.from({ length: 50 }, (_, index) => alertOf(`alert-${index}`));
      const hours = 7 * 24 + 2;
      for (let hour = 0; hour < hours; hour += 1) {
        for (let delivery = 0; delivery < 12; delivery += 1) for (const alert of alerts) await known.startOrAttach(endpoint, alert);
        await temporal.sleep('1 hour');
        clock.nowMs = await temporal.currentTimeMs();
      }
      const [first = '', second = ''] = started.keys();
      expect(started.size).toBe(2);
      expect((await incidents.status(second)).alerts).toHaveLength(50);
      const { events } = await (started.get(first) ?? temporal.client.workflow.getHandle('nowhere')).fetchHistory();
      expect((events ?? []).length).toBeLessThan(2_000);
      await incidents.close(second, {});
      expect((await incidents.follow(second, () => false)).incident.outcome).toBe('localized');
    });
  });
});

describe('twenty endpoints at once, and one machine that can hold a load', { timeout: 120_000 }, () => {
  let temporal: TestWorkflowEnvironment;
  beforeAll(async () => {
    // Priorities hold within one partition of a queue: operations.md says how to give `load` a single one.
    temporal = await startTemporal('matching.numTaskqueueReadPartitions=1', 'matching.numTaskqueueWritePartitions=1');
  });
  afterAll(() => temporal.teardown());

  it('end with twenty outcomes; who waits goes by severity, then by age', async () => {
    await withWorkers(temporal, 1, async () => {
      const incidents = createIncidentClient(temporal.client);
      const order: string[] = [];
      const severities = ['warning', ...Array.from({ length: 17 }, () => 'warning'), 'info', 'critical'];
      const endpoints = severities.map((severity, index) => {
        const endpoint: string = world.tell({
          // The first one holds its load while the others line up.
          loadMs: index === 0 ? Infinity : 50,
          verdicts: ['not-reproduced'],
          onLoad: () => void order.push(`${severity} ${endpoint}`),
        });
        return endpoint;
      });
      const ids: string[] = [];
      for (const [index, endpoint] of endpoints.entries()) {
        const alert = alertOf('a', { severity: severities[index] ?? null });
        const { incidentId } = await incidents.startOrAttach({ endpoint, service: 'shop', symptom: null, options: {}, alert });
        ids.push(incidentId);
        await until(async () => wantsLoad(temporal.client, incidentId));
      }
      await until(() => order.length === 1);
      world.change(endpoints[0] ?? '', { loadMs: 0 });
      const ended = await Promise.all(ids.map((id) => incidents.follow(id, () => false, { timeoutMs: 90_000 })));
      expect(ended.map(({ incident }) => incident.outcome)).toEqual(ids.map(() => 'not-reproduced'));
      expect(order).toHaveLength(20);
      const place = (severity: string): number => order.findIndex((entry) => entry.startsWith(severity));
      // What was handed out before it came cannot be taken back: one load runs, one waits at the worker.
      expect(place('critical')).toBeLessThanOrEqual(10);
      expect(place('info')).toBe(19);
    });
  });
});
