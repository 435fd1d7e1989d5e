/** A server that asks for a new history all the time: whatever an incident does not take along is lost here. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIncidentClient, type IncidentClient } from '../../client/temporal/incident-client.js';
import { findIncident } from '../../client/temporal/incident-lookup.js';
import { createFakeWorld, planExpiringAt } from '../support/stories/fake-incident.js';
import { alertOf, startTestWorkers } from '../support/stories/incident-workers.js';
import { bundleWorkflows, startTemporal } from '../support/temporal.js';

let temporal: TestWorkflowEnvironment;
let stopWorkers: () => Promise<void>;
let incidents: IncidentClient;
const world = createFakeWorld();

beforeAll(async () => {
  // A confirmation alone writes about a hundred events: from then on every wait begins a new history.
  const eager = ['limit.historyCount.suggestContinueAsNew=60', 'history.workflowIdReuseMinimalInterval=0'];
  const [environment, bundle] = await Promise.all([startTemporal(...eager), bundleWorkflows()]);
  temporal = environment;
  stopWorkers = await startTestWorkers(environment, bundle, world.activities);
  incidents = createIncidentClient(environment.client);
});

afterAll(async () => {
  await stopWorkers();
  await temporal.teardown();
});

async function histories(incidentId: string): Promise<number> {
  const { workflowId } = await findIncident(temporal.client, incidentId);
  let count = 0;
  for await (const { runId } of temporal.client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) if (runId !== '') count += 1;
  return count;
}

describe('an incident that continues as new', { timeout: 120_000 }, () => {
  it('keeps its id, its alerts, its open approval, its acknowledgement and its runs, and proves the fix', async () => {
    const plan = planExpiringAt(new Date(Date.now() + 3_600_000).toISOString());
    const endpoint = world.tell({ plan, verdicts: ['confirmed', 'confirmed', 'not-reproduced'] });
    const request = { endpoint, service: 'shop', symptom: null, options: {} };
    const { incidentId } = await incidents.startOrAttach({ ...request, alert: alertOf('a') });
    await incidents.follow(incidentId, ({ phase }) => phase === 'waiting');
    await expect.poll(() => histories(incidentId), { timeout: 60_000 }).toBeGreaterThan(1);

    const attached = await incidents.startOrAttach({ ...request, alert: alertOf('b') });
    expect(attached).toEqual({ incidentId, started: false });
    expect(await incidents.acknowledge(incidentId, 'ada')).toEqual({ by: 'ada' });
    expect(await incidents.rerun(incidentId, { by: 'ada' })).toMatchObject({ run: 1, outcome: 'still-failing' });

    const waiting = await incidents.follow(incidentId, ({ phase }) => phase === 'waiting');
    expect(waiting).toMatchObject({ incident: { incidentId, outcome: 'still-failing' }, remedyPlan: plan });
    expect(waiting.alerts.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(await incidents.acknowledge(incidentId, 'bob')).toEqual({ by: 'ada' });
    await incidents.decide(incidentId, { planId: plan.planId, decision: 'approve', by: 'ada' });

    const ended = await incidents.follow(incidentId, ({ phase }) => phase === 'ended');
    expect(ended).toMatchObject({ incident: { incidentId, outcome: 'resolved' }, confirmations: [{ run: 0 }, { run: 1 }, { run: 2 }] });
    expect(ended.incident.reruns.map(({ before }) => before.p95Ms)).toEqual([812, 812]);
    const ids = ended.timeline.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ended.timeline.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['accepted', 'diagnosis', 'remedy-applied', 'rerun', 'ended']),
    );
    expect(await histories(incidentId)).toBeGreaterThan(2);

    // Of all those histories the list shows one incident, from its real beginning.
    const listed = (await incidents.list()).filter((one) => one.incidentId === incidentId);
    expect(listed).toMatchObject([{ phase: 'ended', outcome: 'resolved', startedAt: ended.startedAt }]);
  });

  it('hears the answer of a bisector that it started in an earlier history', async () => {
    const endpoint = world.tell({ diagnosis: { outcome: 'inconclusive', causes: [], missingEvidence: [] } });
    const { incidentId } = await incidents.startOrAttach({ endpoint, service: 'shop', symptom: null, options: {}, alert: alertOf('a') });
    const { incident } = await incidents.follow(incidentId, (status) => status.incident.bisect !== null);
    expect(incident.bisect).toMatchObject({ outcome: 'inconclusive', workflowId: `bisect-${incidentId}` });
    await incidents.close(incidentId, {});
    expect((await incidents.follow(incidentId, ({ phase }) => phase === 'ended')).incident.incidentId).toBe(incidentId);
  });
});
