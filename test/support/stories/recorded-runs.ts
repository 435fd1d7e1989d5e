/** Runs of runbooks, small ones: what the recorded histories of that workflow show. */
import type { RunResult } from '../../../core/command/runbook/run-state.js';
import { stillThereSignal } from '../../../workflows/runbook/messages.js';
import { until } from '../until.js';
import type { startRunbookWorld } from './runbook-world.js';

type Runs = Awaited<ReturnType<typeof startRunbookWorld>>;

export const runCatalog = `version: 1
services:
  shop: { endpoints: { order: { url: http://127.0.0.1:1/order, budgets: { p95Ms: 250 } } } }
`;

const head = (risk: string, more = ''): string =>
  `apiVersion: perf-responder/runbook.v1\nname: recorded\ntitle: Recorded\nservice: shop\nrisk: ${risk}\n${more}steps:\n`;
const done = "  - { id: one, title: One, kind: command, run: [sh, -c, 'echo one'], rollback: { run: [sh, -c, 'echo undo'] } }\n";
const broken = "  - { id: two, title: Two, kind: command, run: ['false'] }\n";
const asked = "  - { id: look, title: Look, kind: manual, text: 'Red?', timeout: 10m }\n";

/** One run for each way in which one can end; `lock` holds that of the service until somebody answers. */
export const recordedRuns: Record<RunResult | 'lock' | 'approved-then-aborted', (world: Runs) => Promise<string>> = {
  success: async (world) => {
    const approved = await world.start(`${head('medium')}${done}  - { id: pause, title: Pause, kind: wait, for: 1s }\n`);
    await world.environment.client.workflow.getHandle(approved.runId).signal(stillThereSignal);
    return (await world.say(approved.runId, 'approve', 'bob', { digest: approved.waitsFor?.digest ?? '' })).runId;
  },
  failed: async (world) =>
    (await world.start(`${head('low')}  - { id: one, title: One, kind: command, run: [sh, -c, 'echo one'] }\n${broken}`)).runId,
  'rolled-back': async (world) => (await world.start(`${head('low')}${done}${broken}`)).runId,
  aborted: async (world) => {
    const waiting = await world.start(`${head('low')}${done}${asked}`);
    return (await world.say(waiting.runId, 'reject', 'bob', { step: 'look' })).runId;
  },
  'approved-then-aborted': async (world) => {
    const slow = "  - { id: two, title: Two, kind: command, run: [sleep, '60'], probe: { run: [sh, -c, 'echo 0'], done: '== 1' } }\n";
    const asking = await world.start(`${head('medium')}${done}${slow}`);
    const { runId } = asking;
    const saying = world.say(runId, 'approve', 'bob', { digest: asking.waitsFor?.digest ?? '' });
    await until(async () => (await world.runs.document(runId)).steps.find(({ id, state }) => id === 'two' && state === 'running') ?? null);
    await world.abort(runId, 'bob');
    await saying;
    return runId;
  },
  'dry-run': async (world) => (await world.start(`${head('high')}${done}${broken}`, { isDryRun: true })).runId,
  lock: async (world) => {
    const waiting = await world.start(`${head('low', 'lock: shop\n')}${asked}`);
    return (await world.say(waiting.runId, 'approve', 'bob', { step: 'look' })).runId;
  },
};
