/** The kernel without an incident around it: a story of ten lines holds one load window and gets its captures. */
import { fileURLToPath } from 'node:url';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResolvedTarget } from '../../activities/contract.js';
import { incidentsQueue } from '../../workflows/kernel/task-queues.js';
import { createFakeWorld, resolveToShop, type Story } from '../support/stories/fake-incident.js';
import { startTestWorkers } from '../support/stories/incident-workers.js';
import { bundleWorkflows, startTemporal } from '../support/temporal.js';
import type { Told } from './stories/one-window.js';

let temporal: TestWorkflowEnvironment;
let stopWorkers: () => Promise<void>;
const world = createFakeWorld();

beforeAll(async () => {
  const story = fileURLToPath(new URL('stories/one-window.ts', import.meta.url));
  const [environment, bundle] = await Promise.all([startTemporal(), bundleWorkflows(story)]);
  temporal = environment;
  stopWorkers = await startTestWorkers(environment, bundle, world.activities);
});

afterAll(async () => {
  await stopWorkers();
  await temporal.teardown();
});

async function hold(story: Partial<Story>, change: Partial<Extract<ResolvedTarget, { ok: true }>['target']> = {}): Promise<Told> {
  const endpoint = world.tell(story);
  const resolved = resolveToShop(endpoint);
  if (!resolved.ok) throw new Error('the shop is always there');
  const given = { ...resolved, target: { ...resolved.target, ...change } };
  const workflowId = `window-${endpoint.replace('/', '-')}`;
  return await temporal.client.workflow.execute<(given: unknown) => Promise<Told>>('oneWindow', {
    workflowId,
    taskQueue: incidentsQueue,
    args: [given],
  });
}

describe('one load window', () => {
  it('is held once, with everything captured in it, healthy or not', async () => {
    const { ending, events } = await hold({ verdicts: ['not-reproduced'] });
    expect(ending).toMatchObject({
      kind: 'captured',
      run: { confirmation: { verdict: 'not-reproduced' }, artifacts: [{ name: 'run.json' }] },
    });
    const kinds = ending.kind === 'captured' ? ending.captures.map(({ kind }) => kind) : [];
    expect(kinds).toEqual(['profile', 'service', 'databases']);
    const stages = events.flatMap((event) => (event.kind === 'stage-ended' ? [`${event.stage} ${event.state}`] : []));
    expect(stages.sort()).toEqual(['hold done', 'observe databases done', 'observe service done', 'profile done']);
  });

  it('captures no database where the target has none', async () => {
    const { ending } = await hold({}, { databases: [] });
    expect(ending.kind === 'captured' ? ending.captures.map(({ kind }) => kind) : []).toEqual(['profile', 'service']);
  });

  it('ends by name when the load is refused, cannot be had, or ends before its window', async () => {
    const refusal = ApplicationFailure.nonRetryable('search.js: line 3: unexpected token', 'UnreadableInputError');
    expect((await hold({ failing: { runLoad: refusal } })).ending).toEqual({
      kind: 'refused',
      reason: 'search.js: line 3: unexpected token',
    });
    const broken = ApplicationFailure.nonRetryable('k6 was killed', 'ProgramFailedError');
    expect((await hold({ failing: { runLoad: broken } })).ending).toEqual({ kind: 'failed', reason: 'k6 was killed' });
    const { ending } = await hold({ outage: { failedRatio: 1, answeredAgain: false } });
    expect(ending).toMatchObject({ kind: 'cut-short', captures: [{ kind: 'profile', capture: { missing: [{ id: 'profile' }] } }, {}, {}] });
  });
});
