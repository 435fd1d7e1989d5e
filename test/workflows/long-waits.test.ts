/** What takes days: escalation, the age limit, outages of workers, approvals that wait. The server's clock jumps. */
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IncidentActivities } from '../../activities/contract.js';
import { allocateUpdate } from '../../workflows/command/messages.js';
import { hostQueue, incidentsQueue, loadQueue } from '../../workflows/kernel/task-queues.js';
import {
  acknowledgeUpdate,
  alertFiredSignal,
  closeIncidentSignal,
  decideRemedyUpdate,
  incidentStatusQuery,
  rerunConfirmationSignal,
} from '../../workflows/respond/messages.js';
import type { respondToIncident } from '../../workflows/respond/respond-to-incident.js';
import { createFakeWorld, fakeHost, planExpiringAt, type Story } from '../support/stories/fake-incident.js';
import { alertOf } from '../support/stories/incident-workers.js';
import { bundleWorkflows } from '../support/temporal.js';
import { startTimeSkipping } from '../support/time-skipping.js';
import { until } from '../support/until.js';

let temporal: TestWorkflowEnvironment;
let bundle: WorkflowBundleWithSourceMap;
let deciding: Running;
let acting: Running;
const world = createFakeWorld();

interface Running {
  stop: () => Promise<void>;
}

function run(workers: Worker[]): Running {
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    stop: async () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
    },
  };
}

/** Workflows and activities on workers of their own, so that one of them can be away. */
async function startActing(activities: IncidentActivities): Promise<Running> {
  const queues = [incidentsQueue, loadQueue, hostQueue(fakeHost)];
  const shared = { connection: temporal.nativeConnection, maxHeartbeatThrottleInterval: '100ms', activities } as const;
  return run(await Promise.all(queues.map((taskQueue) => Worker.create({ ...shared, taskQueue }))));
}

beforeAll(async () => {
  [temporal, bundle] = await Promise.all([startTimeSkipping(), bundleWorkflows()]);
  const connection = temporal.nativeConnection;
  deciding = run([await Worker.create({ connection, taskQueue: incidentsQueue, workflowBundle: bundle })]);
  acting = await startActing(world.activities);
});

afterAll(async () => {
  await acting.stop();
  await deciding.stop();
  await temporal.teardown();
});

async function start(story: Partial<Story>, severity = 'warning') {
  const endpoint = world.tell(story);
  const acceptedAt = new Date(await temporal.currentTimeMs()).toISOString();
  const workflowId = `perf-${endpoint.replace('/', '-')}`;
  const alert = alertOf('a', { severity });
  const handle = await temporal.client.workflow.signalWithStart<typeof respondToIncident, [typeof alert]>('respondToIncident', {
    ...{ workflowId, taskQueue: incidentsQueue, args: [{ endpoint, symptom: null, acceptedAt, options: {} }] },
    ...{ signal: alertFiredSignal, signalArgs: [alert] },
  });
  const status = () => handle.query(incidentStatusQuery);
  const untilWaiting = () => expect.poll(async () => (await status()).phase, { timeout: 60_000 }).toBe('waiting');
  return { handle, endpoint, status, untilWaiting };
}

const inOneDay = async (): Promise<string> => new Date((await temporal.currentTimeMs()) + 24 * 3_600_000).toISOString();
const minutesSince = (startedAt: string, at: string): number => Math.round((Date.parse(at) - Date.parse(startedAt)) / 60_000);

describe('an incident that nobody looks at', { timeout: 60_000 }, () => {
  it.each([
    ['warning', 15, 30, 60],
    ['critical', 5, 10, 20],
  ])('climbs its ladder (%s), and ends by itself when seven days old', async (severity, ...minutes) => {
    const { handle, endpoint, status } = await start({}, severity);
    await handle.result();
    const { timeline, phase, startedAt, endedAt } = await status();
    const rungs = timeline.flatMap((event) => (event.kind === 'escalated' ? [[event.level, minutesSince(startedAt, event.at)]] : []));
    const levels = ['L1', 'L2', 'service owner'];
    expect(rungs).toEqual(levels.map((level, index) => [level, minutes[index]]));
    expect(world.notified(endpoint).filter((event) => event === 'needs-human')).toHaveLength(3);
    expect(phase).toBe('ended');
    expect(minutesSince(startedAt, endedAt ?? '')).toBe(7 * 24 * 60);
  });

  it('stops climbing when somebody acknowledges, and withdraws a plan when it expires', async () => {
    const { handle, endpoint, status, untilWaiting } = await start({ plan: planExpiringAt(await inOneDay()) });
    await untilWaiting();
    await temporal.sleep('20 minutes');
    expect(world.notified(endpoint).filter((event) => event === 'needs-human')).toHaveLength(1);
    await handle.executeUpdate(acknowledgeUpdate, { args: [{ by: 'ada' }] });
    await temporal.sleep('25 hours');
    expect(world.notified(endpoint).filter((event) => event === 'needs-human')).toHaveLength(1);
    expect((await status()).remedyPlan).toBeNull();
    await handle.signal(closeIncidentSignal, {});
    expect((await handle.result()).reasons.join('\n')).toContain('expired undecided');
  });
});

describe('an approval', { timeout: 240_000 }, () => {
  /** An approval that waits behind a re-run; null where the plan had expired before anybody could approve it. */
  async function approvedInReRun(expiresInMs: number) {
    const expiresAtMs = (await temporal.currentTimeMs()) + expiresInMs;
    const incident = await start({ plan: planExpiringAt(new Date(expiresAtMs).toISOString()), loadMs: 200 });
    await incident.untilWaiting();
    world.change(incident.endpoint, { loadMs: Infinity });
    await incident.handle.signal(rerunConfirmationSignal, {});
    const decision = { planId: 'a'.repeat(64), decision: 'approve', by: 'ada' } as const;
    const isTaken = await incident.handle.executeUpdate(decideRemedyUpdate, { args: [decision] }).then(
      () => true,
      () => false,
    );
    if (isTaken) return { ...incident, expiresAtMs };
    await incident.handle.terminate();
    return null;
  }

  it('that waited behind a re-run until its plan expired is not acted on', async () => {
    // A busy machine needs a plan that is good for longer.
    const approved = (await approvedInReRun(4_000)) ?? (await approvedInReRun(15_000)) ?? (await approvedInReRun(60_000));
    const { handle, endpoint, status, expiresAtMs } = approved ?? expect.fail('nobody could approve within a minute');
    await until(async () => (await temporal.currentTimeMs()) > expiresAtMs, 120_000);
    world.change(endpoint, { loadMs: 0 });
    const reasons = async (): Promise<string> => (await status()).incident.reasons.join('\n');
    await expect.poll(reasons, { timeout: 60_000 }).toMatch(/ada approved the remedy[^]*expired before its approval could be acted on/);
    expect(world.calls(endpoint)).not.toContain('applyRemedy');
    await handle.signal(closeIncidentSignal, {});
    await handle.result();
  });
});

describe('workers that are away', { timeout: 90_000 }, () => {
  // The clock of the test server stands still while a task waits for a worker, so how long it may wait is checked in test/replay/patience.test.ts.
  it('before every single step cost nothing but time', async () => {
    const outages: string[] = [];
    let away = Promise.resolve();
    // After each step of the story nobody takes the next one until new workers come.
    const goAway = (name: string): void => {
      outages.push(name);
      const before = acting;
      away = before.stop().then(async () => {
        acting = await startActing(leaving);
      });
    };
    const stepping = new Set([
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
    ]);
    const leaving = Object.fromEntries(
      Object.entries(world.activities).map(([name, activity]: [string, (...args: never[]) => Promise<unknown>]) => [
        name,
        async (...args: never[]) => {
          const result = await activity(...args);
          if (stepping.has(name)) goAway(name);
          return result;
        },
      ]),
    ) as unknown as IncidentActivities;
    await acting.stop();
    acting = await startActing(leaving);

    const { handle, status } = await start({ plan: planExpiringAt(await inOneDay()), verdicts: ['confirmed', 'not-reproduced'] });
    const plan = async () => (await status()).remedyPlan?.planId;
    await expect.poll(plan, { timeout: 60_000 }).toBeDefined();
    await handle.executeUpdate(decideRemedyUpdate, { args: [{ planId: (await plan()) ?? '', decision: 'approve', by: 'ada' }] });
    expect(await handle.result()).toMatchObject({ outcome: 'resolved', missingEvidence: [] });
    await away;
    expect(new Set(outages)).toEqual(stepping);
    await acting.stop();
    acting = await startActing(world.activities);
  });
});

describe('an alert that fires while an incident writes its last report', { timeout: 60_000 }, () => {
  it('opens the next incident of the endpoint, and no other message of that moment does', async () => {
    const { handle, endpoint } = await start({ verdicts: ['not-reproduced', 'not-reproduced'] });
    world.change(endpoint, {
      onNotify: async (event) => {
        if (event !== 'ended') return;
        world.change(endpoint, { onNotify: () => Promise.resolve() });
        await handle.signal(alertFiredSignal, alertOf('a'));
        await handle.signal(alertFiredSignal, alertOf('gone', { status: 'resolved' }));
        await handle.signal(alertFiredSignal, alertOf('late', { title: 'slow again' }));
      },
    });
    const next = await handle.result();
    const { alerts } = await temporal.client.workflow.getHandle<typeof respondToIncident>(handle.workflowId).query(incidentStatusQuery);
    expect(alerts.map(({ id }) => id)).toEqual(['late']);
    const first = await temporal.client.workflow
      .getHandle<typeof respondToIncident>(handle.workflowId, handle.signaledRunId)
      .query(incidentStatusQuery);
    expect(first).toMatchObject({ phase: 'ended', incident: { outcome: 'not-reproduced' } });
    expect(next.incidentId).not.toBe(first.incident.incidentId);
    expect(world.calls(endpoint).filter((name) => name === 'runLoad')).toHaveLength(2);
  });
});

describe('an incident of people whose workflow is terminated', () => {
  it('frees its services, and the receivers, its commander and who is on call hear of it once', { timeout: 60_000 }, async () => {
    const incidentId = 'INC-2026-0101-001';
    const told: string[] = [];
    const keep = (
      to: string,
      { event, text, deliveryId }: { event: string; text: unknown; deliveryId: string },
    ): { channel: string; providerId: null } => {
      told.push(`${to}: ${event} ${deliveryId} ${JSON.stringify(text)}`);
      return { channel: 'webhook', providerId: null };
    };
    const loss = {
      incidentId,
      how: 'terminated',
      at: '2026-01-01T10:00:00.000Z',
      severity: 'SEV2',
      status: 'investigating',
      commander: 'carol',
    };
    // Seen twice, a minute apart; whoever declared it did not come back.
    const unbegun = { ...loss, incidentId: `${incidentId}-unbegun`, how: 'never begun', severity: null, status: null, commander: null };
    let looks = 0;
    const worker = await Worker.create({
      connection: temporal.nativeConnection,
      taskQueue: 'registry',
      workflowBundle: bundle,
      activities: {
        findLostIncidents: () => ((looks += 1), looks === 1 ? [] : [loss, unbegun]),
        readCommandPolicy: () => ({
          receivers: [
            { receiver: 0, kind: 'webhook', severities: null },
            { receiver: 1, kind: 'statuspage', severities: null },
          ],
          paging: [{ level: 'L1', notify: ['oncall:primary'] }],
        }),
        resolveOnCall: ({ notify }: { notify: string[] }) => ({
          people: notify.map((one) => ({ person: one.replace('oncall:primary', 'alice'), channels: 2 })),
          reason: 'test',
        }),
        sendToReceiver: ({ receiver, message }: { receiver: number; message: Parameters<typeof keep>[1] }) =>
          keep(`receiver ${receiver}`, message),
        sendToPerson: ({ person, channel, message }: { person: string; channel: number; message: Parameters<typeof keep>[1] }) => {
          if (channel === 0) throw ApplicationFailure.nonRetryable('refused', 'DeliveryRefusedError');
          return keep(`${person} by channel ${channel + 1}`, message);
        },
      },
    });
    const running = run([worker]);
    const state = { day: '2026-0101', lastNumber: 1, answered: {}, open: { [incidentId]: ['shop'], [unbegun.incidentId]: ['bank'] } };
    const registry = await temporal.client.workflow.start('incidentRegistry', {
      workflowId: 'registry',
      taskQueue: 'registry',
      args: [state],
    });
    await temporal.sleep('5 minutes');
    await expect.poll(() => told.length, { timeout: 20_000 }).toBe(5);
    const said = `state ${incidentId}-lost`;
    expect(told.sort()).toMatchObject([
      expect.stringContaining(`alice by channel 2: ${said}-alice {"inline":"its workflow was terminated at 10:00:00 UTC: nobody is paged`),
      expect.stringMatching(/^alice by channel 2: state .*-unbegun-lost-alice .*was never begun, since its declaration was cut off/),
      expect.stringContaining(`carol by channel 2: ${said}-carol`),
      expect.stringContaining(`receiver 0: ${said}-r0`),
      expect.stringContaining('-unbegun-lost-r0'),
    ]);
    for (const service of ['shop', 'bank']) {
      const ask = { key: `next of ${service}`, services: [service], mayAttach: true };
      expect(await registry.executeUpdate(allocateUpdate, { args: [ask] })).toMatchObject({ isAttached: false });
    }
    await registry.terminate();
    await running.stop();
  });
});
