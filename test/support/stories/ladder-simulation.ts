/** Many incidents of the real workflow on a server whose clock jumps: pages are kept with the time at which the workflow sent them. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { CommandActivities } from '../../../activities/command/contract.js';
import type { CommandState } from '../../../core/command/incident/command-state.js';
import type { CommandPolicy } from '../../../core/command/incident/policy.js';
import { severityTable } from '../../../core/command/severity/severity.js';
import { whoIsOnCall } from '../../../core/command/oncall/on-call.js';
import { acknowledgeIncident, commandStateQuery, resolveIncidentUpdate } from '../../../workflows/command/messages.js';
import type { commandIncident } from '../../../workflows/command/command-incident.js';
import { incidentsQueue } from '../../../workflows/kernel/task-queues.js';
import { scheduleOf, type LadderCase } from './random-ladders.js';

export interface SentPage {
  incidentId: string;
  deliveryId: string;
  level: string;
  person: string;
  /** When the workflow sent it. */
  atMs: number;
}

export interface Outcome {
  given: LadderCase;
  state: CommandState;
  declaredAtMs: number;
  sent: SentPage[];
}

const by = { person: 'somebody', proof: 'token' } as const;
/**
 * Every fifth incident has a worker that keeps nothing in memory and dies now and then: each of its steps goes on from the history alone, which costs
 * twenty times as much. The test server gives tasks to the memory of a dead worker for ever, so none that dies may keep anything.
 */
const mortalQueue = 'mortal';
const isMortal = (index: number): boolean => index % 5 === 0;
const idOf = (index: number): string => `INC-2026-0101-${String(index + 1).padStart(3, '0')}`;

function policyOf(given: LadderCase): CommandPolicy {
  const terms = { respondWithinMs: given.respondWithinMs, updateEveryMs: 24 * 3_600_000, isUpdatedDaily: false };
  return {
    severities: { SEV1: terms, SEV2: terms, SEV3: terms, SEV4: terms },
    paging: given.levels,
    management: [],
    ackTimeoutMs: given.ackTimeoutMs,
    watchMs: severityTable.SEV1.updateEveryMs,
    roles: {},
    services: [],
    criticalServices: [],
    owners: [],
    receivers: [],
    timezone: 'UTC',
    approval: 'any',
  };
}

function activitiesOf(cases: ReadonlyMap<string, LadderCase>, sent: SentPage[]): CommandActivities {
  const unused = (): Promise<never> => Promise.reject(new Error('not asked for here'));
  const caseOf = (name: string): LadderCase => {
    const given = cases.get(name.replace(/-l\d+$/, ''));
    if (given === undefined) throw new Error(name);
    return given;
  };
  return {
    readCommandPolicy: ({ services }) => Promise.resolve(policyOf(caseOf(services[0] ?? ''))),
    resolveOnCall: ({ notify, at }) => {
      const [name = ''] = notify;
      const duty = caseOf(name).duties[name];
      const { people, reason } = duty === undefined ? { people: [], reason: 'none' } : whoIsOnCall(scheduleOf(name, duty), Date.parse(at));
      return Promise.resolve({ people: people.map((person) => ({ person, channels: 1, quietUntil: null })), reason });
    },
    sendToPerson: ({ person, message }) => {
      const { incidentId, deliveryId, level, at, event } = message;
      if (event === 'page') sent.push({ incidentId, deliveryId, level: level ?? '', person, atMs: Date.parse(at) });
      return Promise.resolve({ channel: 'webhook', providerId: null });
    },
    sendToReceiver: unused,
    // One that failed would be tried again, and the clock does not jump over that.
    draftUpdate: () => Promise.resolve({ text: { inline: 'an update' }, status: 'investigating', issues: [] }),
    lintUpdate: unused,
    writeStatusPage: unused,
    publishToReceiver: unused,
    lookAtServices: ({ services }) => Promise.resolve(services.map((service) => ({ service, state: 'up', checks: [] }))),
    readChanges: () => Promise.resolve({ changes: [], sources: [] }),
    proposeMitigations: () => Promise.resolve({ mitigations: [], problems: [] }),
    verifyMitigation: unused,
    measureImpact: unused,
    planTriage: unused,
    declareForTriage: unused,
    findLostIncidents: () => Promise.resolve([]),
  };
}

export interface SimulationParts {
  environment: TestWorkflowEnvironment;
  bundle: WorkflowBundleWithSourceMap;
  random: () => number;
  /** Deaths of the worker in the course of the batch. */
  deaths: number;
}

/** Runs a batch beside each other on one clock. A worker that dies takes its memory along: the next one goes on from the histories alone. */
export async function simulate({ environment, bundle, random, deaths }: SimulationParts, cases: readonly LadderCase[]): Promise<Outcome[]> {
  const sent: SentPage[] = [];
  const activities = activitiesOf(new Map(cases.map((given) => [`inc${given.index}`, given])), sent);
  const begin = async (taskQueue: string, maxCachedWorkflows: number): Promise<() => Promise<void>> => {
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue,
      workflowBundle: bundle,
      activities,
      maxCachedWorkflows,
      // A poll of the dead one may still be given a task, which is lost with it: few polls, few of those.
      maxConcurrentWorkflowTaskPolls: 2,
      maxConcurrentActivityTaskPolls: 1,
      shutdownGraceTime: '1s',
    });
    const running = worker.run();
    return async () => {
      worker.shutdown();
      await running;
    };
  };
  const stopSteady = await begin(incidentsQueue, cases.length);
  let stop = await begin(mortalQueue, 0);
  const zeroMs = await environment.currentTimeMs();
  const declaredAt = new Map<number, number>();
  const handle = (index: number) => environment.client.workflow.getHandle<typeof commandIncident>(idOf(index));
  const start = async ({ index, severity }: LadderCase): Promise<void> => {
    const atMs = Math.round(await environment.currentTimeMs());
    declaredAt.set(index, atMs);
    const declaration = {
      ...{ incidentId: idOf(index), title: { inline: 'slow' }, impact: null, severity, severityRule: null, services: [`inc${index}`] },
      ...{ endpoints: [], declaredAt: new Date(atMs).toISOString(), onset: null, by },
    };
    await environment.client.workflow.start<typeof commandIncident>('commandIncident', {
      ...{ workflowId: idOf(index), taskQueue: isMortal(index) ? mortalQueue : incidentsQueue },
      ...{ args: [{ declaration }], workflowTaskTimeout: '3s' },
    });
  };
  const acknowledge = async ({ index }: LadderCase): Promise<void> => {
    await handle(index).executeUpdate(acknowledgeIncident, { args: [{ by }] });
  };
  const agenda = cases.flatMap((given): { atMs: number; act: () => Promise<void> }[] => [
    { atMs: given.startAfterMs, act: () => start(given) },
    ...(given.acknowledgeAfterMs === null ? [] : [{ atMs: given.startAfterMs + given.acknowledgeAfterMs, act: () => acknowledge(given) }]),
    ...(given.acknowledgeAfterMs === null || given.acknowledgeAgainAfterMs === null
      ? []
      : [
          {
            atMs: given.startAfterMs + given.acknowledgeAfterMs + given.ackTimeoutMs + given.acknowledgeAgainAfterMs,
            act: () => acknowledge(given),
          },
        ]),
    {
      atMs: given.startAfterMs + given.resolveAfterMs,
      act: async () => {
        await handle(given.index).executeUpdate(resolveIncidentUpdate, { args: [{ by, summary: { inline: 'over' } }] });
      },
    },
  ]);
  const lastMs = Math.max(...agenda.map(({ atMs }) => atMs));
  for (let death = 0; death < deaths; death += 1)
    agenda.push({
      atMs: Math.floor(random() * lastMs),
      act: async () => {
        await stop();
        stop = await begin(mortalQueue, 0);
      },
    });
  const moments = new Set(agenda.map(({ atMs }) => atMs));
  for (const atMs of [...moments].sort((left, right) => left - right)) {
    const waitMs = zeroMs + atMs - (await environment.currentTimeMs());
    if (waitMs > 0) await environment.sleep(Math.ceil(waitMs));
    // What is said at one moment is said at once: the clock stands meanwhile.
    await Promise.all(agenda.filter((one) => one.atMs === atMs).map(({ act }) => act()));
  }
  const outcomes = await Promise.all(
    cases.map(async (given): Promise<Outcome> => {
      const state = await handle(given.index).query(commandStateQuery);
      if (state === null) throw new Error(`${idOf(given.index)} is gone`);
      return {
        given,
        state,
        declaredAtMs: declaredAt.get(given.index) ?? 0,
        sent: sent.filter(({ incidentId }) => incidentId === idOf(given.index)),
      };
    }),
  );
  await Promise.all(cases.map(({ index }) => handle(index).terminate('end of the simulation')));
  await Promise.all([stop(), stopSteady()]);
  return outcomes;
}
