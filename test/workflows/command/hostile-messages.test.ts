/** Whatever reaches an incident that people are called for, its registry, a run of a runbook or the small workflows of loads: it can be finished afterwards. */
import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../../core/command/incident/record-event.js';
import * as commandMessages from '../../../workflows/command/messages.js';
import * as workflows from '../../../workflows/index.js';
import { triageMilestoneSignal } from '../../../workflows/kernel/messages.js';
import { incidentsQueue } from '../../../workflows/kernel/task-queues.js';
import * as runMessages from '../../../workflows/runbook/messages.js';
import { startCommandWorld } from '../../support/stories/command-world.js';
import { until } from '../../support/until.js';

const by: Actor = { person: 'alice', proof: 'token' };
const registry = 'incident-registry';
let world: Awaited<ReturnType<typeof startCommandWorld>>;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  world = await startCommandWorld(
    'version: 1\nservices: { shop: { endpoints: { e: { url: "http://127.0.0.1:1/a", budgets: { p95Ms: 250 } } } } }\n',
  );
  stopWorker = await world.startWorker();
}, 120_000);

afterAll(async () => {
  await stopWorker();
  await world.teardown();
});

const deep = JSON.parse(`${'{"by":'.repeat(2_000)}1${'}'.repeat(2_000)}`) as unknown;
const wrong: unknown[] = [
  null,
  7,
  'text',
  [],
  {},
  { by: {} },
  { by: { person: 7, proof: 'token' } },
  { by: { ...by, proof: 'said so' }, to: [] },
];
const hostile: unknown[] = [...wrong, 'x'.repeat(200_000), { by: { person: 'x'.repeat(200_000), proof: 'no' } }, deep];

interface Definition {
  type: 'signal' | 'update' | 'query';
  name: string;
}
const isDefinition = (value: unknown): value is Definition =>
  typeof value === 'object' && value !== null && 'type' in value && 'name' in value;
/** Every message that these modules have: a new one is among them without anybody thinking of it. */
const ofRegistry = new Set<unknown>([commandMessages.allocateUpdate, commandMessages.releaseSignal, commandMessages.claimSignal]);
const incidentMessages = [...Object.values(commandMessages), runMessages.runReportSignal, triageMilestoneSignal].filter(
  (one) => !ofRegistry.has(one),
);

async function sendEverything(workflowId: string, module: readonly unknown[]): Promise<void> {
  const handle = world.environment.client.workflow.getHandle(workflowId);
  for (const { type, name } of module.filter(isDefinition)) {
    if (type === 'signal') {
      await handle.signal(name);
      for (const value of hostile) await handle.signal(name, value);
    }
    if (type === 'update') {
      const nothing = handle.executeUpdate(name).catch((error: unknown) => error);
      const sent = hostile.map((value) => handle.executeUpdate(name, { args: [value] }).catch((error: unknown) => error));
      for (const answer of await Promise.all([nothing, ...sent])) expect(answer, name).toBeInstanceOf(WorkflowUpdateFailedError);
    }
    // A query takes nothing; what comes with it is not looked at.
    if (type === 'query') expect(await handle.query(name, deep)).toBeDefined();
  }
}

async function failedTasks(workflowId: string): Promise<unknown[]> {
  const failed: unknown[] = [];
  for await (const { runId } of world.environment.client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const { events } = await world.environment.client.workflow.getHandle(workflowId, runId).fetchHistory();
    failed.push(...(events ?? []).filter((event) => event.workflowTaskFailedEventAttributes));
  }
  return failed;
}

const declaration = {
  title: 'slow',
  impact: null,
  severity: 'SEV3',
  severityRule: null,
  services: ['shop'],
  endpoints: [],
  onset: null,
} as const;

describe('after every malformed message', { timeout: 180_000 }, () => {
  it('an incident is resolved, and its registry numbers the next one', async () => {
    const { incidentId: id } = await world.incidents.declare({ ...declaration, by, mayAttach: false });
    await sendEverything(id, incidentMessages);
    await sendEverything(registry, [...ofRegistry]);
    await world.incidents.update(id, commandMessages.resolveIncidentUpdate, { by, summary: { inline: 'done' } });
    expect((await world.incidents.status(id)).status).toBe('resolved');
    const next = await world.incidents.declare({ ...declaration, by, mayAttach: false });
    expect(next.incidentId).not.toBe(id);
    expect([...(await failedTasks(id)), ...(await failedTasks(registry))]).toEqual([]);
  });

  it('a run of a runbook is answered and ends', async () => {
    const steps = 'steps: [{ id: ask, title: Ask, kind: approve, text: "go on?" }]';
    const text = `apiVersion: perf-responder/runbook.v1\nname: ask\ntitle: Ask\nservice: shop\nrisk: low\n${steps}\n`;
    const flags = { isDryRun: false, isGuided: false, approvesItself: false };
    const runId = await world.runs.start({ file: 'ask.yaml', text, given: {}, by, ...flags });
    const { waitsFor } = await until(async () => {
      const run = await world.runs.document(runId);
      return run.waitsFor === null ? null : run;
    });
    await sendEverything(runId, [runMessages.answerRunUpdate, runMessages.abortRunUpdate, runMessages.runStateQuery]);
    const digest = waitsFor?.digest ?? null;
    const answer = {
      answer: 'approve' as const,
      step: 'ask',
      ...(digest === null ? {} : { digest }),
      by: { person: 'bob', proof: 'token' as const },
    };
    await world.runs.update(runId, runMessages.answerRunUpdate, answer);
    await until(async () => ((await world.runs.document(runId)).result === 'success' ? true : null));
    expect(await failedTasks(runId)).toEqual([]);
  });
});

describe('a workflow that is started with what it cannot read', { timeout: 120_000 }, () => {
  // Those of triages and searches are in ../hostile-messages.test.ts.
  const types = Object.keys(workflows).filter((type) => !['respondToIncident', 'bisectRegression'].includes(type));
  const given: unknown[] = ['text', 7, [], { carried: 7, key: 7, incidentId: 'i', plan: null }, deep];
  it.each(types)('%s fails at once and says why', async (type) => {
    // The registry begins with nothing.
    const values = type === 'incidentRegistry' ? given : [undefined, null, {}, ...given];
    const errors = await Promise.all(
      values.map((value, index) =>
        world.environment.client.workflow
          .execute(type, {
            workflowId: `hostile-${type}-${index}`,
            taskQueue: incidentsQueue,
            args: value === undefined ? [] : [value],
            workflowExecutionTimeout: '60s',
          })
          .catch((error: unknown) => error),
      ),
    );
    for (const [index, error] of errors.entries()) {
      expect(error, `value ${index}`).toBeInstanceOf(WorkflowFailedError);
      expect((error as WorkflowFailedError).cause?.message).toMatch(/the input of the workflow cannot be read: .*expected/);
    }
  });
});
