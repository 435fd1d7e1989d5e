/** The kernel without an incident around it: a story of ten lines holds one load window and gets its captures. */
import { fileURLToPath } from 'node:url';
import { ApplicationFailure } from '@temporalio/common';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ResolvedTarget } from '../../activities/contract.js';
import { stagedPlan } from '../../core/load/stages/staged-plan.js';
import type { LoadPlan } from '../../core/model/load-result.js';
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

interface Change {
  target?: Partial<Resolved['target']>;
  plan?: (plan: LoadPlan) => LoadPlan;
}
type Resolved = Extract<ResolvedTarget, { ok: true }>;

async function begin(story: Partial<Story>, { target, plan = (given) => given }: Change = {}) {
  const endpoint = world.tell(story);
  const resolved = resolveToShop(endpoint);
  if (!resolved.ok) throw new Error('the shop is always there');
  const given: Resolved = { ...resolved, target: { ...resolved.target, ...target }, plan: plan(resolved.plan) };
  const workflowId = `window-${endpoint.replace('/', '-')}`;
  return await temporal.client.workflow.start<(given: unknown) => Promise<Told>>('oneWindow', {
    workflowId,
    taskQueue: incidentsQueue,
    args: [given],
  });
}

async function hold(story: Partial<Story>, change: Change = {}): Promise<Told> {
  return await (await begin(story, change)).result();
}

/** What the Temporal Web UI shows beside each activity. */
async function summariesOf(handle: { fetchHistory: () => Promise<History> }): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ userMetadata }) => {
    const data = userMetadata?.summary?.data;
    return data == null ? [] : [z.string().parse(JSON.parse(Buffer.from(data).toString()))];
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

  it('takes a load of several stages as it takes any other, and looks as long as it lasts', async () => {
    const stageMs = 20 * 60_000;
    const step = { model: 'open', durationMs: stageMs, isJudged: true } as const;
    const offered: LoadPlan[] = [];
    const handle = await begin(
      { verdicts: ['not-reproduced'], onLoad: ({ plan }) => void offered.push(plan) },
      {
        plan: (plan) =>
          stagedPlan(plan, [
            { ...step, name: 'base', from: 20, to: 20, startMs: 0 },
            { ...step, name: 'twice', from: 40, to: 40, startMs: stageMs },
          ]),
      },
    );
    const { ending } = await handle.result();
    expect(offered).toMatchObject([{ executor: 'ramping-arrival-rate', rate: 30, stages: [{ name: 'base' }, { name: 'twice' }] }]);
    expect(ending).toMatchObject({ kind: 'captured', captures: [{ kind: 'profile' }, { kind: 'service' }, { kind: 'databases' }] });
    const summaries = await summariesOf(handle);
    expect(summaries.find((text) => text.startsWith('k6'))).toMatch(/^k6 2 stages, at most 40 rps × 2400 s vs/);
    // Only a profile is no better for being longer.
    expect(summaries.find((text) => text.startsWith('CPU profile'))).toMatch(/, 600 s$/);
    expect(summaries.find((text) => text.startsWith('process and sockets'))).toMatch(/, 239\d s$/);
  });

  it('captures no database where the target has none', async () => {
    const { ending } = await hold({}, { target: { databases: [] } });
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
