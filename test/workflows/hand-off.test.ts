import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIncidentClient } from '../../client/temporal/incident-client.js';
import { createFakeWorld } from '../support/stories/fake-incident.js';
import { createFakeRepositories, idOf } from '../support/fake-repositories.js';
import { startTestWorkers } from '../support/stories/incident-workers.js';
import { bundleWorkflows, startTemporal } from '../support/temporal.js';

let temporal: TestWorkflowEnvironment;
let stopWorkers: () => Promise<void>;
const world = createFakeWorld();
const repositories = createFakeRepositories();

beforeAll(async () => {
  const [environment, bundle] = await Promise.all([startTemporal(), bundleWorkflows()]);
  temporal = environment;
  const describeHandOff: typeof world.activities.describeHandOff = () =>
    Promise.resolve({ repositoryConfigured: true, facts: ['p95 was 812 ms'] });
  stopWorkers = await startTestWorkers(environment, bundle, {
    ...world.activities,
    ...repositories.activitiesOn('bench-1'),
    describeHandOff,
  });
});

afterAll(async () => {
  await stopWorkers();
  await temporal.teardown();
});

describe('an incident whose cause cannot be named', { timeout: 60_000 }, () => {
  it('hands off by itself, and its report ends with the commit', async () => {
    const endpoint = world.tell({ branch: 'inconclusive', diagnosis: { outcome: 'inconclusive', causes: [], missingEvidence: [] } });
    repositories.add({ slowAt: { 20: 1.5 } }, endpoint);
    const incidents = createIncidentClient(temporal.client);
    const receivedAt = new Date().toISOString();
    const alert = { source: 'generic', id: 'a-1', status: 'firing', title: 'slow', startsAt: null, receivedAt } as const;
    const { incidentId } = await incidents.startOrAttach({
      endpoint,
      service: 'shop',
      alert: { ...alert, labels: {}, severity: null, symptom: null, links: [] },
      symptom: null,
      options: {},
    });
    const reported = () => world.reports(endpoint).at(-1)?.incident.bisect ?? null;
    await expect.poll(reported, { timeout: 60_000 }).not.toBeNull();
    expect(reported()).toMatchObject({ outcome: 'culprit', culprit: { commit: idOf(20) }, workflowId: `bisect-${incidentId}` });
    expect(reported()?.reasons).toContain('handed over: p95 was 812 ms');
    expect(world.reports(endpoint)[0]?.incident.bisect).toBeNull();
    await expect.poll(() => world.notified(endpoint), { timeout: 60_000 }).toContain('bisect-ended');
    // One answer, told once: by the incident.
    expect(repositories.told(endpoint)).toEqual([]);
    await incidents.close(incidentId, {});
  });
});
