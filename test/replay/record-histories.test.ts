/** Records fixtures/histories again; see the README there. Not a test: it runs only when it is asked for. */
import { mkdir, writeFile } from 'node:fs/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { describe, it } from 'vitest';
import { releaseLeaseName, renewLeaseName } from '../../core/decisions/load/load-control.js';
import { createIncidentClient } from '../../client/temporal/incident-client.js';
import { triageWorkflowId } from '../../adapters/temporal/triage-workflow-id.js';
import { findIncident } from '../../client/temporal/incident-lookup.js';
import { createFakeWorld, planExpiringAt } from '../support/stories/fake-incident.js';
import { startTestWorkers } from '../support/stories/incident-workers.js';
import { bisectQueue, incidentsQueue } from '../../workflows/kernel/task-queues.js';
import type { bisectRegression } from '../../workflows/bisect/bisect-regression.js';
import { createFakeRepositories } from '../support/fake-repositories.js';
import { recordedSearches, searchRequest } from '../support/stories/recorded-searches.js';
import { recordedStories } from '../support/stories/recorded-stories.js';
import { registryWorkflowId } from '../../workflows/command/registry/incident-ids.js';
import { lockWorkflowId } from '../../workflows/runbook/lock.js';
import { bundleWorkflows, startTemporal } from '../support/temporal.js';
import { continueWithAllOpen, eagerServer, recordedIncidents, startRecordedWorld } from '../support/stories/recorded-incidents.js';
import { recordedWaits, startImpatientWorld } from '../support/stories/recorded-waits.js';
import { alertOf } from '../support/stories/incident-workers.js';
import { startTimeSkipping } from '../support/time-skipping.js';
import { until } from '../support/until.js';
import { recordedRuns, runCatalog } from '../support/stories/recorded-runs.js';
import { startRunbookWorld } from '../support/stories/runbook-world.js';

const folder = new URL('../../fixtures/histories/', import.meta.url);

/** Names of machines and paths in stack traces say nothing about the branch. */
function withoutMachine(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).map(([key, part]): [string, unknown] => {
    if (key === 'stackTrace') return [key, ''];
    return key === 'identity' ? [key, 'recorder'] : [key, part];
  });
  return Array.isArray(value) ? value : Object.fromEntries(kept);
}

/** The history of one workflow, closed or not, as a file. */
async function keep({ client }: TestWorkflowEnvironment, name: string, workflowId: string, runId?: string): Promise<void> {
  const history = JSON.parse(historyToJSON(await client.workflow.getHandle(workflowId, runId).fetchHistory())) as unknown;
  // A worker's identity also names its sticky queue.
  const text = JSON.stringify(history, withoutMachine).replaceAll(/\b\d+@[\w.-]+/g, 'recorder');
  await writeFile(new URL(`${name}.json`, folder), `${text}\n`);
}

describe.runIf(process.env['RECORD_HISTORIES'] === '1')('the recorder', () => {
  it('records one history for each branch', { timeout: 120_000 }, async () => {
    const [environment, bundle] = await Promise.all([startTemporal(), bundleWorkflows()]);
    const world = createFakeWorld();
    const stop = await startTestWorkers(environment, bundle, world.activities);
    const incidents = createIncidentClient(environment.client);
    await mkdir(folder, { recursive: true });
    for (const { name, story, drive } of recordedStories) {
      const endpoint = world.tell(story());
      const receivedAt = new Date().toISOString();
      const alert = { source: 'generic', id: name, status: 'firing', title: name, startsAt: null, receivedAt } as const;
      const rest = { labels: {}, severity: 'warning', symptom: null, links: [] };
      const { incidentId } = await incidents.startOrAttach({
        endpoint,
        service: 'shop',
        alert: { ...alert, ...rest },
        symptom: null,
        options: {},
      });
      await drive(incidents, incidentId, world, endpoint);
      await incidents.follow(incidentId, ({ phase }) => phase === 'ended');
      const { workflowId, runId } = await findIncident(environment.client, incidentId);
      const handle = environment.client.workflow.getHandle(workflowId, runId);
      await handle.result().catch(() => undefined);
      const history = JSON.parse(historyToJSON(await handle.fetchHistory())) as unknown;
      await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(history, withoutMachine)}\n`);
    }
    await stop();
    await environment.teardown();
  });

  it('records one history for each way in which a search ends', { timeout: 120_000 }, async () => {
    // The last server of these asks for a new history after every measurement.
    for (const settings of [[], ['limit.historyCount.suggestContinueAsNew=10', 'history.workflowIdReuseMinimalInterval=0']]) {
      const [environment, bundle] = await Promise.all([startTemporal(...settings), bundleWorkflows()]);
      const repositories = createFakeRepositories();
      const stop = await startTestWorkers(environment, bundle, {
        ...createFakeWorld().activities,
        ...repositories.activitiesOn('bench-1'),
      });
      for (const search of recordedSearches.filter(({ isContinued = false }) => isContinued === settings.length > 0)) {
        const endpoint = repositories.add(search.repository);
        const bisectId = `search-${search.name}`;
        const handle = await environment.client.workflow.start<typeof bisectRegression>('bisectRegression', {
          ...{ workflowId: bisectId, taskQueue: bisectQueue },
          args: [{ request: { ...searchRequest, bisectId, endpoint, ...search.request }, incidentId: null, service: 'shop', endpoint }],
        });
        await search.drive(handle, () => repositories.measured(endpoint));
        await handle.result().catch(() => undefined);
        // Of a search that continued the first history, which ends with that.
        const recorded = environment.client.workflow.getHandle(bisectId, handle.firstExecutionRunId);
        const history = JSON.parse(historyToJSON(await recorded.fetchHistory())) as unknown;
        await writeFile(new URL(`search-${search.name}.json`, folder), `${JSON.stringify(history, withoutMachine)}\n`);
      }
      await stop();
      await environment.teardown();
    }
  });

  it('records one history for each way in which a runbook ends, and its lock', { timeout: 240_000 }, async () => {
    const world = await startRunbookWorld(() => runCatalog);
    for (const [name, drive] of Object.entries(recordedRuns)) await keep(world.environment, `run-${name}`, await drive(world));
    await keep(world.environment, 'lock', lockWorkflowId('shop'));
    await world.teardown();
  });

  it('records incidents of people, and who numbers them', { timeout: 240_000 }, async () => {
    const world = await startRecordedWorld();
    const stop = await world.startWorker();
    for (const [name, drive] of Object.entries(recordedIncidents)) await keep(world.environment, `command-${name}`, await drive(world));
    await keep(world.environment, 'registry', registryWorkflowId);
    await keep(world.environment, 'triage-of-people', triageWorkflowId(world.underWay));
    await stop();
    await world.teardown();
  });

  it('records what time alone does to incidents of people', { timeout: 240_000 }, async () => {
    const world = await startImpatientWorld();
    const stop = await world.startWorker();
    for (const [name, drive] of Object.entries(recordedWaits)) await keep(world.environment, `command-${name}`, await drive(world));
    await stop();
    await world.teardown();
  });

  it('records a triage that escalates, with a clock that jumps', { timeout: 240_000 }, async () => {
    const [environment, bundle] = await Promise.all([startTimeSkipping(), bundleWorkflows()]);
    const world = createFakeWorld();
    const stop = await startTestWorkers(environment, bundle, world.activities);
    const incidents = createIncidentClient(environment.client);
    const endpoint = world.tell({});
    const request = { endpoint, service: 'shop', alert: alertOf('escalated'), symptom: null, options: {} };
    const { incidentId } = await incidents.startOrAttach(request);
    await incidents.follow(incidentId, ({ phase }) => phase === 'waiting');
    await environment.sleep('2 hours');
    await until(async () => (await incidents.status(incidentId)).timeline.filter(({ kind }) => kind === 'escalated').length === 3);
    await incidents.close(incidentId, { by: 'ada' });
    await incidents.follow(incidentId, ({ phase }) => phase === 'ended');
    await keep(environment, 'escalated', triageWorkflowId(endpoint));
    await stop();
    await environment.teardown();
  });

  it('records an incident of people that continues as new with everything open', { timeout: 240_000 }, async () => {
    const world = await startRecordedWorld(...eagerServer);
    const stop = await world.startWorker();
    const { id, runIds } = await continueWithAllOpen(world);
    for (const [index, name] of ['continued', 'carried-on'].entries()) await keep(world.environment, `command-${name}`, id, runIds[index]);
    await stop();
    await world.teardown();
  });

  it('records what switches load off, what lends it, and what takes a remedy back', { timeout: 240_000 }, async () => {
    const [environment, bundle] = await Promise.all([startTemporal(), bundleWorkflows()]);
    const fake = createFakeWorld();
    const stop = await startTestWorkers(environment, bundle, fake.activities);
    const start = async (type: string, arg: unknown): Promise<WorkflowHandle> =>
      await environment.client.workflow.start(type, { workflowId: type, taskQueue: incidentsQueue, args: [arg] });
    const off = await start('loadOff', { reason: 'a drill', by: 'alice' });
    const lease = await start('loadLease', { service: 'shop', holder: 'load-1', ttlMs: 60_000 });
    await lease.signal(renewLeaseName);
    await lease.signal(releaseLeaseName);
    await lease.result();
    const plan = planExpiringAt('2026-12-01T00:00:00.000Z');
    const approval = { by: 'alice', proof: 'token' };
    const undo = await start('undoRemedy', { incidentId: 'incident-1', endpoint: fake.tell({}), plan, approval });
    await undo.result().catch(() => undefined);
    await off.terminate();
    for (const [name, handle] of Object.entries({ 'load-off': off, 'load-lease': lease, undo }))
      await keep(environment, name, handle.workflowId);
    await stop();
    await environment.teardown();
  });
});
