import { appliedPlans, undo } from '../../client/temporal/undo.js';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertSummary, EvidenceSet, KindCapture } from '../../activities/contract.js';
import { createIncidentClient, type IncidentClient } from '../../client/temporal/incident-client.js';
import { findIncident } from '../../client/temporal/incident-lookup.js';
import { newestNumerics } from '../../core/bisect/numerics.js';
import { bisectHostQueue, bisectQueue, hostQueue } from '../../workflows/kernel/task-queues.js';
import { rerunConfirmationSignal, type IncidentStatus } from '../../workflows/respond/messages.js';
import { createFakeWorld, fakeHost, planExpiringAt, resolveToShop, type FakeWorld } from '../support/stories/fake-incident.js';
import { startTestWorkers } from '../support/stories/incident-workers.js';
import { rowsWithoutSummary } from '../support/stories/histories.js';
import { bundleWorkflows, startTemporal } from '../support/temporal.js';

let environment: TestWorkflowEnvironment;
let stopWorkers: () => Promise<void>;
let incidents: IncidentClient;
const world: FakeWorld = createFakeWorld();
const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

beforeAll(async () => {
  const [started, bundle] = await Promise.all([startTemporal(), bundleWorkflows()]);
  environment = started;
  stopWorkers = await startTestWorkers(environment, bundle, world.activities);
  incidents = createIncidentClient(environment.client);
});

afterAll(async () => {
  await stopWorkers();
  await environment.teardown();
});

function alert(id = 'alert-1', status: AlertSummary['status'] = 'firing'): AlertSummary {
  const receivedAt = new Date().toISOString();
  return {
    source: 'generic',
    id,
    status,
    title: 'p95 is bad',
    startsAt: null,
    receivedAt,
    labels: {},
    severity: 'warning',
    symptom: null,
    links: [],
  };
}

async function open(endpoint: string): Promise<string> {
  const { incidentId } = await incidents.startOrAttach({ endpoint, service: 'shop', alert: alert(), symptom: null, options: {} });
  return incidentId;
}

const isWaiting = (status: IncidentStatus): boolean => status.phase === 'waiting';
const never = (): boolean => false;

/** Follows to the end, and checks on the way out that every row of the timeline says what it is. */
async function untilEnded(id: string): Promise<IncidentStatus> {
  const status = await incidents.follow(id, never, { timeoutMs: 20_000 });
  const { workflowId, runId } = await findIncident(environment.client, id);
  const handle = environment.client.workflow.getHandle(workflowId, runId);
  await handle.result().catch(() => undefined);
  expect(rowsWithoutSummary(await handle.fetchHistory())).toEqual([]);
  return status;
}

async function untilWaiting(id: string): Promise<IncidentStatus> {
  const status = await incidents.follow(id, isWaiting, { timeoutMs: 20_000 });
  expect(status.phase).toBe('waiting');
  return status;
}

function captureOf(set: EvidenceSet | null | undefined, kind: string): KindCapture | undefined {
  return set?.captures.find((capture) => capture.kind === kind);
}

describe('an incident', () => {
  it('is localized in one load window, re-run on a signal and resolved', async () => {
    const endpoint = world.tell({ verdicts: ['confirmed', 'not-reproduced'] });
    const id = await open(endpoint);
    const waiting = await untilWaiting(id);
    expect(waiting.incident).toMatchObject({
      incidentId: id,
      outcome: 'localized',
      branch: 'db-bound',
      confirmation: { verdict: 'confirmed' },
    });
    expect(waiting.needsHuman).toBe(true);
    const calls = world.calls(endpoint);
    expect(calls.slice(0, 2)).toEqual(['resolveTarget', 'runLoad']);
    expect(calls.slice(2, 5).sort()).toEqual(['captureProfile', 'observeDatabases', 'observeService']);
    expect(calls.slice(5, 9)).toEqual(['decideBranch', 'scanQueries', 'localize', 'writeReport']);
    const record = await incidents.rerun(id, { by: 'ada', reason: 'index is there' });
    expect(record).toMatchObject({ run: 1, by: 'ada', verdict: 'not-reproduced', outcome: 'resolved', rerun: { verdict: 'improved' } });
    const ended = await untilEnded(id);
    expect(ended).toMatchObject({ phase: 'ended', needsHuman: false, incident: { outcome: 'resolved' } });
    expect(ended.incident.artifacts.map(({ name }) => name)).toContain('rerun-1-run.json');
    expect(world.notified(endpoint)).toEqual(expect.arrayContaining(['report-ready', 'rerun', 'ended']));
    expect(world.reports(endpoint).at(-1)?.incident.reruns).toHaveLength(1);
  });

  it('is looked at on one machine: the one that held the load, or the one that the catalog names', async () => {
    const looks = ['captureProfile', 'observeService', 'observeDatabases'];
    const named = bisectHostQueue('bench-1');
    const elsewhere: Parameters<FakeWorld['tell']>[0]['resolve'] = (endpoint) => {
      const resolved = resolveToShop(endpoint);
      return resolved.ok ? { ...resolved, target: { ...resolved.target, captureQueue: named } } : resolved;
    };
    for (const [story, queue] of [
      [{}, hostQueue(fakeHost)],
      [{ resolve: elsewhere }, named],
    ] as const) {
      const id = await open(world.tell(story));
      await untilWaiting(id);
      const { workflowId, runId } = await findIncident(environment.client, id);
      const { events } = await environment.client.workflow.getHandle(workflowId, runId).fetchHistory();
      const asked = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: task }) =>
        looks.includes(task?.activityType?.name ?? '') ? [[task?.activityType?.name, task?.taskQueue?.name]] : [],
      );
      expect(asked.sort()).toEqual(looks.map((look) => [look, queue]).sort());
      await incidents.close(id, {});
    }
  });

  it('skips the query scan when the service itself is the bottleneck', async () => {
    const endpoint = world.tell({ branch: 'app-bound' });
    const id = await open(endpoint);
    await untilWaiting(id);
    expect(world.calls(endpoint)).not.toContain('scanQueries');
    await incidents.close(id, { by: 'ada' });
    expect((await untilEnded(id)).incident).toMatchObject({ outcome: 'localized', branch: 'app-bound' });
  });

  it.each(['not-reproduced', 'unproven'] as const)('ends as %s when the confirmation says so, and diagnoses nothing', async (verdict) => {
    const endpoint = world.tell({ verdicts: [verdict] });
    const ended = await untilEnded(await open(endpoint));
    expect(ended.incident).toMatchObject({ outcome: verdict, causes: [], reasons: ['p95 40 ms'] });
    expect(world.calls(endpoint)).not.toContain('decideBranch');
    expect(world.reports(endpoint)[0]?.set?.run.confirmation.verdict).toBe(verdict);
  });

  it('is refused without loading anything when the target is not allowed', async () => {
    const endpoint = world.tell({ resolve: () => ({ ok: false, reason: 'unknown endpoint: add it' }) });
    const ended = await untilEnded(await open(endpoint));
    expect(ended.incident).toMatchObject({ outcome: 'refused', reasons: ['unknown endpoint: add it'] });
    expect(world.calls(endpoint)).not.toContain('runLoad');
  });

  it('is refused, with the message, when the load script cannot be read', async () => {
    const failure = ApplicationFailure.nonRetryable('search.js: line 3: unexpected token', 'UnreadableInputError');
    const endpoint = world.tell({ failing: { runLoad: failure } });
    const ended = await untilEnded(await open(endpoint));
    expect(ended.incident).toMatchObject({ outcome: 'refused', reasons: ['search.js: line 3: unexpected token'] });
  });

  it('goes on without a capture that failed and hands its words to the diagnosis as missing evidence', async () => {
    const missing = { id: 'inspector', what: 'a CPU profile', why: 'the inspector is disabled', remedy: 'Start without --disable-sigusr1' };
    const failure = ApplicationFailure.create({
      message: 'no profile',
      type: 'EvidenceUnavailableError',
      nonRetryable: true,
      details: [missing],
    });
    const endpoint = world.tell({ failing: { captureProfile: failure } });
    const id = await open(endpoint);
    await untilWaiting(id);
    const set = world.reports(endpoint)[0]?.set;
    expect(captureOf(set, 'profile')?.missing).toEqual([missing]);
    expect(captureOf(set, 'service')?.artifacts).toHaveLength(1);
    await incidents.close(id, {});
    await untilEnded(id);
  });

  it('takes every kind of evidence that the worker names, also one that no history knows', async () => {
    const heap = { kind: 'heap', stage: 'heap', what: 'the heap of the service', title: 'heap of shop', longestMs: null };
    const endpoint = world.tell({
      resolve: (of) => {
        const answer = resolveToShop(of);
        return answer.ok ? { ...answer, target: { ...answer.target, captures: [heap] } } : answer;
      },
    });
    const id = await open(endpoint);
    await untilWaiting(id);
    const set = world.reports(endpoint)[0]?.set;
    expect(set?.captures.map(({ kind, headline }) => `${kind}: ${headline}`)).toEqual(['heap: heap done', 'query-scan: 1 plan']);
    expect(world.calls(endpoint)).not.toContain('captureProfile');
    await incidents.close(id, {});
    await untilEnded(id);
  });

  it('looks a second time, shortly, when the guard stopped the load because everything failed', async () => {
    const endpoint = world.tell({ outage: { failedRatio: 1, answeredAgain: false } });
    const id = await open(endpoint);
    const { incident } = await untilWaiting(id);
    expect(incident).toMatchObject({ outcome: 'localized', confirmation: { verdict: 'confirmed' } });
    const set = world.reports(endpoint)[0]?.set;
    expect(set?.plan.durationMs).toBeLessThan(10_000);
    expect(set?.run.artifacts.map(({ name }) => name)).toEqual(['outage-run.json']);
    expect(set?.confirmedBy?.plan.durationMs).toBe(10_000);
    expect(captureOf(set, 'databases')?.artifacts).toHaveLength(1);
    expect(incident.artifacts.map(({ name }) => name)).toEqual(expect.arrayContaining(['run.json', 'outage-run.json']));
    expect(world.calls(endpoint).filter((name) => name === 'runLoad')).toHaveLength(2);
    await incidents.close(id, {});
    await untilEnded(id);
  });

  it('captures nothing of an outage that is over at the second look, and says so', async () => {
    const endpoint = world.tell({ outage: { failedRatio: 1, answeredAgain: true } });
    const id = await open(endpoint);
    const { incident } = await untilWaiting(id);
    expect(incident.reasons.join()).toContain('answered again');
    expect(captureOf(world.reports(endpoint)[0]?.set, 'profile')?.missing).toMatchObject([{ id: 'profile' }]);
    await incidents.close(id, {});
    await untilEnded(id);
  });

  it('answers inconclusive, with the captures kept, when the analysis itself breaks', async () => {
    const endpoint = world.tell({ failing: { localize: ApplicationFailure.nonRetryable('a rule broke') } });
    const id = await open(endpoint);
    const { incident } = await untilWaiting(id);
    expect(incident).toMatchObject({ outcome: 'inconclusive', causes: [], missingEvidence: [{ id: 'diagnosis', why: 'a rule broke' }] });
    expect(incident.artifacts.map(({ name }) => name)).toContain('captureProfile.json');
    await incidents.close(id, {});
    await untilEnded(id);
  });

  it('starts the captures again when a crash made the load start again', async () => {
    const endpoint = world.tell({ restarts: 1 });
    const id = await open(endpoint);
    const { incident } = await untilWaiting(id);
    expect(incident.outcome).toBe('localized');
    expect(world.calls(endpoint).filter((name) => name === 'runLoad')).toHaveLength(2);
    expect(world.calls(endpoint).filter((name) => name === 'captureProfile')).toHaveLength(2);
    await incidents.close(id, {});
    await untilEnded(id);
  });
});

describe('re-runs', () => {
  it('are each compared with the first run, and the incident waits as long as it is still failing', async () => {
    const endpoint = world.tell({ verdicts: ['confirmed', 'confirmed', 'unproven', 'not-reproduced'] });
    const id = await open(endpoint);
    await untilWaiting(id);
    expect((await incidents.rerun(id, {})).outcome).toBe('still-failing');
    expect((await untilWaiting(id)).incident.outcome).toBe('still-failing');
    expect((await incidents.rerun(id, {})).outcome).toBe('unproven');
    expect((await untilWaiting(id)).incident.outcome).toBe('still-failing');
    expect((await incidents.rerun(id, {})).outcome).toBe('resolved');
    const ended = await untilEnded(id);
    expect(ended.incident.reruns.map(({ before }) => before.p95Ms)).toEqual([812, 812, 812]);
    expect(ended.confirmations.map(({ run }) => run)).toEqual([0, 1, 2, 3]);
  });
});

describe('a request for a re-run', () => {
  it('that comes again while it runs is the same one', async () => {
    const endpoint = world.tell({});
    const id = await open(endpoint);
    await untilWaiting(id);
    const { workflowId, runId } = await findIncident(environment.client, id);
    const handle = environment.client.workflow.getHandle(workflowId, runId);
    await handle.signal(rerunConfirmationSignal, { requestId: 'r-1' });
    await incidents.follow(id, ({ phase }) => phase === 'verifying');
    await handle.signal(rerunConfirmationSignal, { requestId: 'r-1' });
    const { confirmations } = await untilWaiting(id);
    expect(confirmations).toHaveLength(2);
    await incidents.close(id, {});
    expect((await untilEnded(id)).confirmations).toHaveLength(2);
  });
});

describe('runs of a state that is named', () => {
  it('join its side, so that four on each give an interval between runs, and the next incident has a baseline', async () => {
    const green: 'not-reproduced'[] = Array.from({ length: 4 }, () => 'not-reproduced');
    const endpoint = world.tell({ verdicts: ['confirmed', 'confirmed', 'confirmed', 'confirmed', ...green], loadMs: 20 });
    const id = await open(endpoint);
    await untilWaiting(id);
    const before = await incidents.rerun(id, { by: 'ada', side: 'before', runs: 3 });
    expect(before).toMatchObject({ run: 3, outcome: 'unproven', rerun: { verdict: 'equivalent', method: 'paired-windows' } });
    expect((await untilWaiting(id)).incident.outcome).toBe('localized');
    const after = await incidents.rerun(id, { by: 'ada', runs: 4 });
    expect(after).toMatchObject({ run: 7, outcome: 'resolved' });
    expect(after.rerun).toMatchObject({
      ...{ verdict: 'improved', withinBudget: true, ciKind: 'between-runs', method: 'separate-runs' },
      ...{ runs: { before: 4, after: 4, pairs: 1 }, backToBaseline: null, baseline: null },
    });
    expect(after.rerun?.before.requests).toBe(2_000);
    const ended = await untilEnded(id);
    expect(ended.incident.evidence.map(({ id: name }) => name)).toEqual(['rerun-1', 'rerun-2']);
    expect(world.calls(endpoint).filter((name) => /^(compare|keep)/.test(name))).toEqual([
      'compareRuns 1 3',
      'compareRuns 4 4',
      ...green.map(() => 'keepHealthyRun resolved re-run'),
    ]);
  });
});

describe('a proposed remedy', () => {
  it('is applied when approved, and the same load proves it', async () => {
    const plan = planExpiringAt(inAnHour());
    const endpoint = world.tell({ plan, verdicts: ['confirmed', 'not-reproduced'] });
    const id = await open(endpoint);
    expect((await untilWaiting(id)).remedyPlan).toEqual(plan);
    await expect(incidents.decide(id, { planId: 'b'.repeat(64), decision: 'approve', by: 'ada' })).rejects.toThrow(
      /planId: expected a{64}/,
    );
    await expect(incidents.decide(id, { planId: plan.planId, decision: 'approve', by: ' ' })).rejects.toThrow(/by is missing/);
    expect(world.calls(endpoint)).not.toContain('applyRemedy');
    await incidents.decide(id, { planId: plan.planId, decision: 'approve', by: 'ada' });
    const ended = await untilEnded(id);
    expect(world.calls(endpoint)).toContain('applyRemedy');
    expect(ended.incident.outcome).toBe('resolved');
    expect(ended.confirmations[1]).toMatchObject({ by: 'responder', requestId: `proof-${plan.planId}` });
    expect(ended.incident.reasons.join('\n')).toContain('ada approved the remedy: CREATE INDEX CONCURRENTLY ON orders (customer_id)');
    // Long after its incident it is taken back, once however often somebody asks.
    const [applied, ...others] = await appliedPlans(environment.client, id);
    expect([applied, others]).toEqual([{ endpoint, plan }, []]);
    const by = { by: 'bob', proof: 'unverified' as const };
    for (let time = 0; time < 2; time++)
      expect(await undo(environment.client, id, applied ?? expect.fail(), by)).toMatchObject({ applied: true, detail: 'index dropped' });
  });

  it('is left alone when rejected, and cannot be decided twice', async () => {
    const plan = planExpiringAt(inAnHour());
    const endpoint = world.tell({ plan });
    const id = await open(endpoint);
    await untilWaiting(id);
    await incidents.decide(id, { planId: plan.planId, decision: 'reject', by: 'ada', reason: 'not tonight' });
    await expect(incidents.decide(id, { planId: plan.planId, decision: 'approve', by: 'bob' })).rejects.toThrow(
      /decided already: reject by ada/,
    );
    await incidents.close(id, {});
    expect((await untilEnded(id)).incident.reasons.join('\n')).toContain('(not tonight)');
    expect(world.calls(endpoint)).not.toContain('applyRemedy');
  });

  it('is withdrawn when it expires undecided', async () => {
    const plan = planExpiringAt(new Date(Date.now() + 2_000).toISOString());
    const endpoint = world.tell({ plan });
    const id = await open(endpoint);
    const withdrawn = await incidents.follow(
      id,
      (status) => isWaiting(status) && status.incident.reasons.some((line) => /expired undecided/.test(line)),
    );
    expect(withdrawn.remedyPlan).toBeNull();
    await expect(incidents.decide(id, { planId: plan.planId, decision: 'approve', by: 'ada' })).rejects.toThrow(/no remedy waits/);
    await incidents.close(id, {});
    await untilEnded(id);
  });

  it('that fails leaves the incident open with the way back', async () => {
    const endpoint = world.tell({
      plan: planExpiringAt(inAnHour()),
      failing: { applyRemedy: ApplicationFailure.nonRetryable('lock timeout') },
    });
    const id = await open(endpoint);
    const { remedyPlan } = await untilWaiting(id);
    await incidents.decide(id, { planId: remedyPlan?.planId ?? '', decision: 'approve', by: 'ada' });
    const status = await incidents.follow(id, (current) => isWaiting(current) && current.remedyPlan === null);
    expect(status.incident.reasons.at(-1)).toMatch(/the remedy failed: lock timeout.*undo: DROP INDEX/);
    await incidents.close(id, {});
    await untilEnded(id);
  });
});

describe('alerts', () => {
  it('attach to the open incident, count once each, and a resolved one is recorded only', async () => {
    const endpoint = world.tell({});
    const request = { endpoint, service: 'shop', symptom: null, options: {} };
    const first = await incidents.startOrAttach({ ...request, alert: alert('a') });
    const again = await incidents.startOrAttach({ ...request, alert: alert('a') });
    const other = await incidents.startOrAttach({ ...request, alert: alert('b') });
    expect(first.started).toBe(true);
    expect([again, other]).toEqual([
      { incidentId: first.incidentId, started: false },
      { incidentId: first.incidentId, started: false },
    ]);
    expect(await incidents.recordResolved(endpoint, alert('a', 'resolved'))).toBe(first.incidentId);
    const waiting = await untilWaiting(first.incidentId);
    expect(waiting.alerts.map(({ id, status }) => `${id} ${status}`)).toEqual(['a firing', 'b firing', 'a resolved']);
    // What the sender thinks is no reason of ours.
    expect(waiting.incident.reasons.join(' ')).not.toContain('resolved');
    await incidents.close(first.incidentId, {});
    await untilEnded(first.incidentId);
    expect(await incidents.recordResolved(endpoint, alert('b', 'resolved'))).toBeNull();
    const next = await incidents.startOrAttach({ ...request, alert: alert('c') });
    expect(next.started).toBe(true);
    expect(next.incidentId).not.toBe(first.incidentId);
    expect((await incidents.status(first.incidentId)).phase).toBe('ended');
    expect((await incidents.status(endpoint)).incident.incidentId).toBe(next.incidentId);
    await incidents.close(next.incidentId, {});
    await untilEnded(next.incidentId);
  });
});

describe('an operator', () => {
  it('acknowledges by name, which is what stops the escalation', async () => {
    const id = await open(world.tell({}));
    await untilWaiting(id);
    await expect(incidents.acknowledge(id, '')).rejects.toThrow(/by is missing/);
    expect(await incidents.acknowledge(id, 'ada')).toEqual({ by: 'ada' });
    expect(await incidents.acknowledge(id, 'bob')).toEqual({ by: 'ada' });
    expect((await incidents.status(id)).needsHuman).toBe(false);
    await incidents.close(id, {});
    await untilEnded(id);
  });

  it('closes an incident in the middle of the load, which stops the load', async () => {
    const endpoint = world.tell({ loadMs: Infinity });
    const id = await open(endpoint);
    await incidents.follow(id, () => world.calls(endpoint).includes('captureProfile'));
    await incidents.close(id, { by: 'ada' });
    const ended = await untilEnded(id);
    expect(ended.incident.outcome).toBe('unproven');
    expect(ended.confirmations[0]?.reasons).toEqual(['the incident was closed while the load ran']);
  });

  it('cancels in the middle of the load, and still gets the report of what is known', async () => {
    const endpoint = world.tell({ loadMs: Infinity });
    const id = await open(endpoint);
    await incidents.follow(id, () => world.calls(endpoint).includes('captureProfile'));
    await incidents.cancel(id);
    const ended = await untilEnded(id);
    expect(ended.incident).toMatchObject({ outcome: 'unproven', reasons: ['cancelled before it was finished'] });
    expect(world.reports(endpoint)).toHaveLength(1);
    const { workflowId, runId } = await findIncident(environment.client, id);
    expect((await environment.client.workflow.getHandle(workflowId, runId).describe()).status.name).toBe('CANCELLED');
  });
});

describe('a workflow that was terminated', () => {
  it('is over for whoever follows it', async () => {
    const id = await open(world.tell({}));
    await untilWaiting(id);
    const { workflowId, runId } = await findIncident(environment.client, id);
    await environment.client.workflow.getHandle(workflowId, runId).terminate('test');
    const status = await incidents.follow(id, never, { timeoutMs: 10_000 });
    expect(status).toMatchObject({ phase: 'ended', stage: 'the workflow was terminated from outside', needsHuman: false });
    expect(status.endedAt).not.toBeNull();
  });
});

describe('the hand-off', () => {
  it('starts a bisector that answers honestly and outlives the incident', async () => {
    const endpoint = world.tell({});
    const id = await open(endpoint);
    await untilWaiting(id);
    await incidents.handOff(id, 'ada');
    const status = await incidents.follow(id, (current) => current.incident.bisect !== null);
    expect(status.incident.bisect).toMatchObject({ outcome: 'inconclusive', workflowId: `bisect-${id}` });
    expect(status.incident.bisect?.reasons).toEqual(
      expect.arrayContaining([expect.stringContaining('no repository is configured'), 'handed over by ada', 'handed over: p95 was 812 ms']),
    );
    await incidents.close(id, {});
    await untilEnded(id);
    const { workflowId, runId } = await findIncident(environment.client, id);
    const { events } = await environment.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const started = events?.find((event) => event.startChildWorkflowExecutionInitiatedEventAttributes);
    expect(started?.startChildWorkflowExecutionInitiatedEventAttributes?.parentClosePolicy).toBe(2);
  });

  it('that is asked for again, when its search began and was not told, follows that search', async () => {
    const endpoint = world.tell({});
    const id = await open(endpoint);
    await untilWaiting(id);
    const { workflowId } = await findIncident(environment.client, id);
    const begun = await environment.client.workflow.start('bisectRegression', {
      ...{ workflowId: `bisect-${id}`, taskQueue: bisectQueue },
      args: [{ request: null, incidentId: id, service: 'shop', endpoint, answerTo: workflowId, numerics: newestNumerics }],
    });
    await incidents.handOff(id, 'ada');
    const status = await incidents.follow(id, (current) => current.incident.bisect !== null);
    expect(status.incident.bisect?.reasons).toContain('handed over by ada');
    // There is one, and it is the one that was there.
    expect((await environment.client.workflow.getHandle(`bisect-${id}`).describe()).runId).toBe(begun.firstExecutionRunId);
    await incidents.close(id, {});
    await untilEnded(id);
  });

  it('happens by itself when everything was captured and no cause stands', async () => {
    const id = await open(world.tell({ diagnosis: { outcome: 'inconclusive', causes: [], missingEvidence: [] } }));
    const status = await incidents.follow(id, (current) => current.incident.bisect !== null);
    expect(status.incident.bisect?.reasons).toContain('handed over by responder');
    await incidents.close(id, {});
    await untilEnded(id);
  });
});

describe('the list', () => {
  it('finds incidents by what the server knows alone', async () => {
    const endpoint = world.tell({ verdicts: ['not-reproduced'] });
    const id = await open(endpoint);
    await untilEnded(id);
    await expect
      .poll(async () => (await incidents.list()).find((one) => one.incidentId === id))
      .toMatchObject({ service: 'shop', endpoint, phase: 'ended', outcome: 'not-reproduced', endedAt: expect.any(String) as string });
  });

  it('tells until when an alert that no load reproduced starts no other load', async () => {
    const healthy = world.tell({ verdicts: ['not-reproduced'] });
    expect(await incidents.coolingUntil(healthy, 60_000)).toBeNull();
    const { endedAt } = await untilEnded(await open(healthy));
    const until = Date.parse((await incidents.coolingUntil(healthy, 600_000)) ?? '');
    // From its end, which the server stamps a moment after the incident did.
    expect(until).toBeGreaterThanOrEqual(Date.parse(endedAt ?? '') + 600_000);
    expect(until).toBeLessThanOrEqual(Date.now() + 600_000);
    expect(await incidents.coolingUntil(healthy, 0)).toBeNull();
    expect(await incidents.coolingUntil(healthy, 1)).toBeNull();
  });

  it('says what to do about an id that names nothing', async () => {
    await expect(incidents.status('shop/nowhere')).rejects.toThrow(/names none here; perf-responder list shows them/);
  });
});
