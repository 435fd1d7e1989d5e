import { findOpenReferences } from '../../../adapters/temporal/open-references.js';
import { incidentIdOf } from '../../../workflows/respond/incident-id.js';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MeasureOrder } from '../../../activities/command/contract.js';
import type { ServiceRow } from '../../../core/command/incident/findings.js';
import type { Actor } from '../../../core/command/incident/record-event.js';
import {
  acknowledgeIncident,
  allocateUpdate,
  commandStateQuery,
  mergeIncidentUpdate,
  resolveIncidentUpdate,
  setSeverityUpdate,
  setStatusUpdate,
} from '../../../workflows/command/messages.js';
import { registryWorkflowId } from '../../../workflows/command/registry/incident-ids.js';
import type { commandIncident } from '../../../workflows/command/command-incident.js';
import { incidentsQueue } from '../../../workflows/kernel/task-queues.js';
import { triageMilestoneSignal } from '../../../workflows/kernel/messages.js';
import { closeIncidentSignal } from '../../../workflows/respond/messages.js';
import { artifactDirectory, createArtifactStore } from '../../../adapters/artifacts/artifact-store.js';
import { parseCatalog } from '../../../config/catalog.js';
import { keepWithinLimits } from '../../../worker/retention.js';
import { seenService } from '../../../worker/runbook/mitigation-facts.js';
import { startCommandWorld } from '../../support/stories/command-world.js';
import { createFakeWorld, resolveToShop } from '../../support/stories/fake-incident.js';
import { until } from '../../support/until.js';
import { startReceiver } from '../../support/services/webhook-receiver.js';

const person = (name: string): Actor => ({ person: name, proof: 'token' });
const fake = createFakeWorld();
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let world: Awaited<ReturnType<typeof startCommandWorld>>;
let stopWorker: () => Promise<void>;

const quietServices = ['alerts', 'hanging', 'cart', 'pay', 'twin'];
const catalog = (origin: string): string => `version: 1
people:
  alice: { notify: [{ kind: webhook, url: ${origin}/alice }] }
escalation: { paging: [{ level: L1, role: On-Call Engineer, after: 0s, notify: [alice] }, { level: L2, role: Lead, after: 10m, notify: [alice] }] }
incidents: { roles: { commander: alice }, watch: 1s, notify: [{ kind: webhook, url: ${origin}/all }] }
observability: { prometheus: "http://127.0.0.1:1" }
services:
  counted: { metrics: { errors: e, traffic: t }, endpoints: { e: { url: http://127.0.0.1:1/counted, budgets: { p95Ms: 250 } } } }
  shop: { critical: true, deploy: { rollback: ['true'] }, endpoints: { story-1: { url: http://127.0.0.1:1/a, budgets: { p95Ms: 250 } }, story-2: { url: http://127.0.0.1:1/b, budgets: { p95Ms: 250 } } } }
${quietServices.map((name) => `  ${name}: { endpoints: { e: { url: http://127.0.0.1:1/${name}, budgets: { p95Ms: 250 } } } }`).join('\n')}
`;

const states: Record<string, ServiceRow['state']> = { shop: 'up', counted: 'up', cart: 'slow', pay: 'flapping', twin: 'up', alerts: 'up' };
const deployAt = new Date(Date.now() - 10 * 60_000).toISOString();
/** The first look at `hanging` does not end before the tests do; it is begun before everything else and read at the end, so that nothing waits for it. */
let looksAtHanging = 0;
let endLook = (): void => undefined;
const hangingLook = new Promise<void>((resolve) => (endLook = resolve));
const measured: MeasureOrder[] = [];
let hangingId = '';

beforeAll(async () => {
  receiver = await startReceiver('');
  world = await startCommandWorld(catalog(receiver.origin), {
    triages: fake.activities,
    deps: {
      measureImpact: (order) => {
        measured.push(order);
        const [from, to] = [new Date(Date.parse(order.declaredAt) - 60_000).toISOString(), order.to];
        return Promise.resolve({
          impact: { from, to, services: order.services, requests: 1_000, failed: 100, unread: null },
          onset: { at: from, uncertaintyS: 15, from: 'change point' },
          burns: [{ service: 'counted', oneHour: 20, fiveMinutes: 20 }],
        });
      },
      serviceHealth: async (service) => {
        if (service === 'hanging' && (looksAtHanging += 1) === 1) await hangingLook;
        if (service === 'hanging') throw new Error('the check broke');
        return { service, state: states[service] ?? 'unknown', checks: [] };
      },
      lookForMitigations: (services) => Promise.resolve({ services: services.map((name) => seenService(world.catalog, name)), checks: [] }),
      changes: () =>
        Promise.resolve({
          changes: [
            { at: deployAt, service: 'shop', kind: 'deploy', ref: 'v42', title: 'v42', by: 'ci', source: 'hook', revertible: true },
            { at: '2100-01-01T00:00:00Z', service: 'shop', kind: 'flag', ref: 'f', title: 'f', by: null, source: 'hook', revertible: true },
          ],
          sources: [{ source: 'git', ok: false, detail: 'no repository' }],
        }),
    },
  });
  stopWorker = await world.startWorker();
  hangingId = await declare({ services: ['hanging'] });
  await until(() => looksAtHanging > 0);
});

afterAll(async () => {
  endLook();
  await stopWorker();
  await world.teardown();
  await receiver.close();
});

async function declare(over: Partial<Parameters<typeof world.incidents.declare>[0]> = {}): Promise<string> {
  const request = { title: 'Slow', impact: null, severity: null, severityRule: null, services: [], endpoints: [], onset: null };
  const { incidentId } = await world.incidents.declare({ ...request, by: person('alice'), mayAttach: false, ...over });
  return incidentId;
}

const status = (id: string) => world.incidents.status(id);
const cancel = async (id: string): Promise<void> => {
  const reason = await world.incidents.keepText('end of the test');
  await world.incidents.update(id, setStatusUpdate, { to: 'cancelled', reason, by: person('alice') });
};
const whole = (id: string) =>
  until(async () => {
    const document = await status(id);
    return document.fiveMinutes.every(({ state }) => state === 'done' || state === 'failed') ? document : null;
  }, 30_000);

const milestone = (over: Record<string, unknown>) => ({
  incidentId: 'perf-x-000000000001',
  workflowId: 'perf-x',
  endpoint: 'shop/story-1',
  event: { id: 't1', at: new Date().toISOString(), recordedAt: '', source: 'responder', by: null, text: 'told', evidence: [], ...over },
});
const tell = (id: string, over: Record<string, unknown>) =>
  world.environment.client.workflow.getHandle(id).signal(triageMilestoneSignal, milestone(over) as never);

describe('the first five minutes', () => {
  it('look at every service and every change, tell, and propose the rollback of the deploy before', async () => {
    const id = await declare({ services: ['shop'], severity: 'SEV2' });
    const document = await whole(id);
    expect(document.fiveMinutes.map(({ step, plannedMinute, state }) => [step, plannedMinute, state])).toEqual([
      ['acknowledge', 0, 'done'],
      ['scope', 1, 'done'],
      ['changes', 2, 'done'],
      ['message', 3, 'done'],
      ['decide', 4, 'done'],
    ]);
    expect(Object.fromEntries(document.services.map(({ service, state }) => [service, state]))).toEqual({ ...states, hanging: 'unknown' });
    expect(document.services.find(({ service }) => service === 'hanging')?.checks[0]?.detail).toBe('the check broke');
    expect(document.changes.map(({ ref, verdict }) => [ref, verdict])).toEqual([
      ['v42', 'suspected'],
      ['f', 'ruled-out-by-time'],
    ]);
    expect(document.mitigations).toMatchObject([
      { planId: 'rollback-deploy-shop-v42', kind: 'rollback-deploy', state: 'proposed', runId: null },
    ]);
    expect(document.status).toBe('investigating');
    expect(document.communications.map(({ audience, state }) => [audience, state])).toEqual([
      ['internal', 'posted'],
      ['external', 'draft'],
    ]);
    expect(document.timeline.map(({ text }) => text)).toContain('git could not be read: no repository');
    await cancel(id);
  });
});

describe('what triages tell', () => {
  it('rates the severity by the confirmed window, raises by itself and never lowers', async () => {
    const id = await declare({ services: ['shop'] });
    const confirmed = {
      kind: 'confirmation',
      verdict: 'confirmed',
      p95Ms: 1_100,
      measured: { requests: 500, errorRatio: 0, p95BudgetMs: 250 },
    };
    await tell(id, confirmed);
    await tell(id, confirmed);
    const raised = await until(async () => ((await status(id)).severity === 'SEV2' ? status(id) : null));
    expect(raised.severityReason.rule).toBe('latency-severe');
    expect(raised.timeline.filter(({ text }) => text === 'shop/story-1: told')).toHaveLength(1);
    await world.incidents.update(id, setSeverityUpdate, { severity: 'SEV4', reason: { inline: 'one customer' }, by: person('alice') });
    await tell(id, { ...confirmed, id: 't2', at: deployAt });
    await tell(id, {
      id: 't3',
      kind: 'diagnosis',
      outcome: 'localized',
      causes: [{ id: 'missing-index', component: 'orders', share: 0.9 }],
    });
    const told = await until(async () => ((await status(id)).status === 'identified' ? status(id) : null));
    expect(told).toMatchObject({
      severity: 'SEV4',
      triages: [{ endpoint: 'shop/story-1', outcome: 'localized', cause: 'missing-index: orders' }],
    });
    await tell(id, { id: 't4', kind: 'rerun', outcome: 'resolved', ratio: 0.1 });
    const over = await until(async () => ((await status(id)).status === 'resolved' ? status(id) : null));
    expect(over.timeline.map(({ text }) => text)).toContain('monitoring → resolved: the symptom stayed away for 1 s');
    await tell(id, { id: 'x', kind: 'confirmation', at: 'nonsense' });
    await until(async () => (await status(id)).timeline.find(({ text }) => text.startsWith('ignored the signal triageMilestone')));
  });

  it('starts triages of the endpoints that are named; neither ends the other', async () => {
    const endpoint = fake.tell({ loadMs: Infinity });
    const id = await declare({ endpoints: [endpoint, 'shop/nowhere'], services: ['shop'] });
    const { triages } = await until(async () => ((await status(id)).triages.length > 0 ? status(id) : null));
    expect(triages).toMatchObject([{ endpoint, outcome: null }]);
    await until(async () => (await status(id)).timeline.find(({ text }) => text.startsWith('no triage of shop/nowhere')));
    const triage = world.environment.client.workflow.getHandle(triages[0]?.workflowId ?? '');
    await cancel(id);
    await world.environment.client.workflow.getHandle(id).result();
    expect((await triage.describe()).status.name).toBe('RUNNING');
    await triage.signal(closeIncidentSignal, { by: 'alice' });
    await triage.result();
  });

  it('a confirmed triage declares by policy, reports, and a later one of the service attaches', async () => {
    const first = fake.tell({ resolve: (endpoint) => withDeclare(endpoint, 'confirmed') });
    const start = (endpoint: string) =>
      world.environment.client.workflow.start('respondToIncident', {
        workflowId: `perf-${endpoint.replace('/', '-')}`,
        taskQueue: incidentsQueue,
        args: [{ endpoint, symptom: null, acceptedAt: new Date().toISOString(), options: {} }],
      });
    const handle = await start(first);
    const row = await until(async () => (await world.incidents.list()).find(({ title }) => title.startsWith(first)));
    const document = await until(async () => ((await status(row.id)).status === 'identified' ? status(row.id) : null));
    expect(document).toMatchObject({
      severity: 'SEV3',
      severityReason: { rule: 'latency' },
      triages: [{ endpoint: first, outcome: 'localized' }],
    });
    await handle.signal(closeIncidentSignal, { by: 'alice' });
    await handle.result();
    // The triage is over; what it measured stays for as long as the incident that it is part of.
    const isInUse = async (): Promise<boolean> => {
      const idOf = (run: { workflowId: string; runId: string }): string => incidentIdOf(run.workflowId, run.runId);
      return (await findOpenReferences(world.environment.client, idOf)).hashes.has('0'.repeat(64));
    };
    expect(await isInUse()).toBe(true);
    await cancel(row.id);
    await expect.poll(isInUse, { timeout: 60_000 }).toBe(false);
  });

  it('a worker removes round after round what is too old and in no open incident, until it is stopped', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'rounds-'));
    const store = createArtifactStore({ directory: artifactDirectory(dataDirectory) });
    const old = async (text: string): Promise<string> => {
      const { path } = await store.put('a', 'x', text);
      const at = new Date(Date.now() - 31 * 86_400_000);
      await utimes(store.locate(path), at, at);
      return path;
    };
    const stored = async (): Promise<string[]> => (await store.list()).map(({ path }) => path);
    const [young] = [await store.put('a', 'x', 'young')];
    const settings = {
      catalog: parseCatalog(
        'version: 1\nartifacts: { keep: 30d }\nservices: { shop: { endpoints: { e: { url: "http://127.0.0.1:1/" } } } }\n',
        'responder.yaml',
      ),
      dataDirectory,
    };
    const said: string[] = [];
    await old('one');
    const stop = keepWithinLimits({ ...settings, say: (line) => said.push(line) }, world.environment.client, {
      firstAfterMs: 0,
      everyMs: 300,
    });
    try {
      for (const next of ['two', 'three']) {
        await expect.poll(stored, { timeout: 60_000 }).toEqual([young.path]);
        await old(next);
      }
      await expect.poll(stored, { timeout: 60_000 }).toEqual([young.path]);
      expect(said).toContain('removed 1 artifacts and work folders, 0.0 MB; removed.jsonl names them');
    } finally {
      stop();
    }
    const none = keepWithinLimits({ ...settings, catalog: world.catalog, say: () => undefined }, world.environment.client, {
      ...{ firstAfterMs: 0, everyMs: 10 },
    });
    const left = await old('of a catalog without limits');
    await delay(100);
    none();
    expect(await stored()).toContain(left);
    await rm(dataDirectory, { recursive: true });
  });

  it('an alert declares at once where the policy says so, whatever its triage finds; nothing declares where it says never', async () => {
    const ends = async (declare: 'alert' | 'confirmed' | 'never'): Promise<string> => {
      const endpoint = fake.tell({ verdicts: ['not-reproduced'], resolve: (name) => withDeclare(name, declare) });
      await world.environment.client.workflow.execute('respondToIncident', {
        workflowId: `perf-${endpoint.replace('/', '-')}`,
        taskQueue: incidentsQueue,
        args: [{ endpoint, symptom: null, acceptedAt: new Date().toISOString(), options: {} }],
      });
      return endpoint;
    };
    const [alert, confirmed, never] = await Promise.all([ends('alert'), ends('confirmed'), ends('never')]);
    const rows = await until(async () => {
      const now = await world.incidents.list();
      return now.some(({ title }) => title.startsWith(`${alert}:`)) ? now : null;
    });
    expect(rows.filter(({ title }) => [confirmed, never].some((endpoint) => title.startsWith(`${endpoint}:`)))).toEqual([]);
    const [row] = rows.filter(({ title }) => title.startsWith(`${alert}:`));
    expect(row).toMatchObject({ severity: 'SEV3', status: expect.not.stringMatching('resolved') as string });
    await cancel(row?.id ?? '');
  });
});

function withDeclare(endpoint: string, declare: 'alert' | 'confirmed' | 'never') {
  const answer = resolveToShop(endpoint);
  return answer.ok ? { ...answer, target: { ...answer.target, declare } } : answer;
}

describe('one outage', () => {
  it('of 40 triages is one incident with one page', async () => {
    const calls = Array.from({ length: 40 }, (_, index) =>
      // As an activity does it: a registry or an incident that is not there yet is asked again.
      until(() =>
        world.deps
          .declareForTriage({
            workflowId: `perf-a-${index}`,
            triageId: `perf-a-${index}-0`,
            endpoint: `alerts/e${index}`,
            service: 'alerts',
            title: 't',
          })
          .catch(() => null),
      ),
    );
    const ids = new Set((await Promise.all(calls)).map(({ incidentId }) => incidentId));
    expect(ids.size).toBe(1);
    const [id = ''] = ids;
    const document = await until(async () => ((await status(id)).triages.length === 40 ? status(id) : null));
    expect(document.paging.pages).toHaveLength(1);
    await until(() => receiver.received.find((one) => one.body.event === 'page' && one.body['incidentId'] === id));
    expect(receiver.received.filter((one) => one.body.event === 'page' && one.body['incidentId'] === id)).toHaveLength(1);
    await world.incidents.update(id, acknowledgeIncident, { by: person('alice') });
    await world.incidents.update(id, resolveIncidentUpdate, { summary: { inline: 'over' }, by: person('alice') });
    await world.deps.declareForTriage({
      workflowId: 'perf-b',
      triageId: 'perf-b-0',
      endpoint: 'alerts/e',
      service: 'alerts',
      title: 'again',
    });
    const later = await until(async () => (await world.incidents.list()).find(({ title }) => title === 'again'));
    expect(later.id).not.toBe(id);
    await cancel(later.id);
  });

  it('a duplicate merges, and what it had goes on in the other', async () => {
    const [first, twin] = [await declare({ services: ['twin'] }), await declare({ services: ['cart'] })];
    await world.environment.client.workflow
      .getHandle(twin)
      .signal('attachTriage', { workflowId: 'perf-twin', incidentId: 'perf-twin-0', endpoint: 'cart/e' });
    await expect(world.incidents.update(twin, mergeIncidentUpdate, { into: twin, by: person('alice') })).rejects.toThrow('into itself');
    await world.incidents.update(twin, mergeIncidentUpdate, { into: first, by: person('alice') });
    const merged = await until(async () => ((await status(first)).triages.length === 1 ? status(first) : null));
    expect(merged.impact.services).toEqual(['twin', 'cart']);
    await world.environment.client.workflow.getHandle(twin).result();
    expect(await status(twin)).toMatchObject({ status: 'merged', paging: { state: 'stopped' } });
    await cancel(first);
  });
});

describe('an incident whose workflow is terminated', () => {
  it('says so in the list and in its document, and the next alert of its service calls people again', async () => {
    const { workflow } = world.environment.client;
    const id = await declare({ services: ['twin'], severity: 'SEV2' });
    const found = `IncService = "twin" AND IncSeverity = "SEV2" AND IncStatus = "investigating" AND IncCommander = "alice"`;
    await until(async () => {
      for await (const { workflowId } of workflow.list({ query: found })) if (workflowId === id) return true;
      return null;
    });
    const order = { workflowId: 'perf-twin-e', endpoint: 'twin/e', service: 'twin', title: 'twin/e is slow' };
    expect(await world.deps.declareForTriage({ ...order, triageId: 'perf-twin-e-1' })).toEqual({ incidentId: id, isAttached: true });
    await workflow.getHandle(id).terminate('somebody tidied up');
    expect((await status(id)).lost).toMatchObject({ how: 'terminated' });
    const row = await until(async () => (await world.incidents.list()).find((one) => one.id === id && one.lost !== undefined));
    expect(row.lost?.how).toBe('terminated');
    const lost = { incidentId: id, how: 'terminated', severity: 'SEV2', commander: 'alice' };
    const unbegun = { incidentId: 'INC-2000-0101-001', how: 'never begun' };
    expect(await world.deps.lostIncidents([id, unbegun.incidentId, hangingId])).toMatchObject([lost, unbegun]);
    const next = await world.deps.declareForTriage({ ...order, triageId: 'perf-twin-e-2' });
    expect(next).toMatchObject({ isAttached: false });
    expect((await status(next.incidentId)).lost).toBeUndefined();
    await cancel(next.incidentId);
  });
});

describe('a number whose declarer died before it began the incident', () => {
  it('begins with the next alert of its service, and once', async () => {
    const { workflow } = world.environment.client;
    const ask = { key: 'of the dead', services: ['pay'], mayAttach: false };
    const { incidentId } = await workflow.getHandle(registryWorkflowId).executeUpdate(allocateUpdate, { args: [ask] });
    const order = {
      workflowId: 'perf-pay-e',
      triageId: 'perf-pay-e-1',
      endpoint: 'pay/e',
      service: 'pay',
      title: 'pay/e is slow',
    };
    expect(await world.deps.declareForTriage(order)).toEqual({ incidentId, isAttached: false });
    expect((await status(incidentId)).title).toContain('pay/e is slow');
    // The declarer is there again, by the same key.
    expect(await declare({ services: ['pay'], key: 'of the dead' })).toBe(incidentId);
    expect((await status(incidentId)).title).toContain('pay/e is slow');
    await cancel(incidentId);
  });
});

describe('a runbook that is terminated after the history of its incident began anew', () => {
  it('is a mitigation that failed', async () => {
    const { workflow } = world.environment.client;
    const id = await declare({ services: ['shop'] });
    await whole(id);
    const state = await workflow.getHandle(id).query(commandStateQuery);
    await cancel(id);
    const [plan] = state?.mitigations ?? [];
    if (state === null || plan === undefined) throw new Error('nothing is proposed');
    const carried = { ...state, mitigations: [{ ...plan, state: 'running' as const, runId: 'run-terminated', runResult: null }] };
    const anew = await workflow.start<typeof commandIncident>('commandIncident', {
      ...{ workflowId: `${id}-anew`, taskQueue: incidentsQueue, args: [{ declaration: state.declaration, carried }] },
    });
    const failed = await until(async () => (await status(anew.workflowId)).mitigations.find((one) => one.state === 'failed'));
    expect(failed.result).toContain('run-terminated ended failed: its workflow was ended from outside');
    await anew.terminate();
  });
});

describe('the board of the five minutes', () => {
  it('is complete when a service hangs, without an answer of it: the server was told to wait for each look of it for 20 seconds at most', async () => {
    const document = await whole(hangingId);
    const { events } = await world.environment.client.workflow.getHandle(hangingId).fetchHistory();
    const steps = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: step }) =>
      ['lookAtServices', 'measureImpact', 'readChanges', 'proposeMitigations'].includes(step?.activityType?.name ?? '')
        ? [[Number(step?.scheduleToCloseTimeout?.seconds ?? Infinity), step?.retryPolicy?.maximumAttempts]]
        : [],
    );
    expect(steps.length).toBeGreaterThan(1);
    expect(new Set(steps.map(String))).toEqual(new Set(['20,1']));
    expect(document.services.find(({ service }) => service === 'hanging')).toMatchObject({ state: 'unknown' });
    expect(document.services.find(({ service }) => service === 'shop')).toMatchObject({ state: 'up' });
    await cancel(hangingId);
  }, 40_000);
});

describe('the counters of a service', () => {
  it('tell since when and how many, raise the severity by the burnt budget, and are read once more when it is over', async () => {
    const id = await declare({ services: ['counted'] });
    const status = await until(async () => {
      const document = await world.incidents.status(id);
      return document.severityReason.rule === 'burn-rate' ? document : null;
    });
    expect(status).toMatchObject({
      severity: 'SEV2',
      onset: { at: new Date(Date.parse(status.declaredAt) - 60_000).toISOString(), uncertaintyS: 15 },
      impact: { errorRatio: 0.1, how: { errorRatio: expect.stringContaining('100 of 1000 requests: counters of counted') as string } },
    });
    await world.incidents.update(id, resolveIncidentUpdate, { by: person('alice'), summary: await world.incidents.keepText('over') });
    const { times } = await until(async () => {
      const document = await world.incidents.status(id);
      return document.status === 'resolved' ? document : null;
    });
    await until(() => measured.some(({ to }) => Math.abs(Date.parse(to) - Date.parse(times.ttr.to ?? '')) <= 1));
    expect(times.ttd.seconds).toBe(60);
    // A service without counters is asked for none.
    expect(measured.every(({ services }) => services.join() === 'counted')).toBe(true);
  });
});
