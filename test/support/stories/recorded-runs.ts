/** Runs of runbooks and incidents of people, small ones: what the recorded histories of those workflows show. */
import type { Actor } from '../../../core/command/incident/record-event.js';
import type { RunResult } from '../../../core/command/runbook/run-state.js';
import {
  acknowledgeIncident,
  postUpdateUpdate,
  resolveIncidentUpdate,
  setSeverityUpdate,
  setStatusUpdate,
} from '../../../workflows/command/messages.js';
import type { startCommandWorld } from './command-world.js';
import type { startRunbookWorld } from './runbook-world.js';

type Runs = Awaited<ReturnType<typeof startRunbookWorld>>;
type Command = Awaited<ReturnType<typeof startCommandWorld>>;

export const runCatalog = `version: 1
services:
  shop: { endpoints: { order: { url: http://127.0.0.1:1/order, budgets: { p95Ms: 250 } } } }
`;
export const commandCatalog = `version: 1
people: { alice: { notify: [] }, bob: { notify: [] } }
oncall: { primary: { rotation: daily, start: 2026-01-01, people: [alice] } }
escalation: { paging: [{ level: L1, role: On-Call Engineer, after: 0s, notify: [oncall:primary] }], ackTimeout: 1h }
services:
  shop: { endpoints: { order: { url: http://127.0.0.1:1/order, budgets: { p95Ms: 250 } } } }
`;

const head = (risk: string, more = ''): string =>
  `apiVersion: perf-responder/runbook.v1\nname: recorded\ntitle: Recorded\nservice: shop\nrisk: ${risk}\n${more}steps:\n`;
const done = "  - { id: one, title: One, kind: command, run: [sh, -c, 'echo one'], rollback: { run: [sh, -c, 'echo undo'] } }\n";
const broken = "  - { id: two, title: Two, kind: command, run: ['false'] }\n";
const asked = "  - { id: look, title: Look, kind: manual, text: 'Red?', timeout: 10m }\n";

/** One run for each way in which one can end; `lock` holds that of the service until somebody answers. */
export const recordedRuns: Record<RunResult | 'lock', (world: Runs) => Promise<string>> = {
  success: async (world) => {
    const approved = await world.start(`${head('medium')}${done}  - { id: pause, title: Pause, kind: wait, for: 1s }\n`);
    return (await world.say(approved.runId, 'approve', 'bob', { digest: approved.waitsFor?.digest ?? '' })).runId;
  },
  failed: async (world) =>
    (await world.start(`${head('low')}  - { id: one, title: One, kind: command, run: [sh, -c, 'echo one'] }\n${broken}`)).runId,
  'rolled-back': async (world) => (await world.start(`${head('low')}${done}${broken}`)).runId,
  aborted: async (world) => {
    const waiting = await world.start(`${head('low')}${done}${asked}`);
    return (await world.say(waiting.runId, 'reject', 'bob', { step: 'look' })).runId;
  },
  'dry-run': async (world) => (await world.start(`${head('high')}${done}${broken}`, { isDryRun: true })).runId,
  lock: async (world) => {
    const waiting = await world.start(`${head('low', 'lock: shop\n')}${asked}`);
    return (await world.say(waiting.runId, 'approve', 'bob', { step: 'look' })).runId;
  },
};

const person = (name: string): Actor => ({ person: name, proof: 'token' });

async function declare({ incidents }: Command): Promise<string> {
  const { incidentId } = await incidents.declare({
    ...{ title: 'Checkout returns 500', impact: 'some checkouts fail', severity: 'SEV2', severityRule: null },
    ...{ services: ['shop'], endpoints: [], onset: null, by: person('alice'), mayAttach: false },
  });
  return incidentId;
}

/** Incidents of people, each driven to its end. */
export const recordedIncidents: Record<'resolved' | 'cancelled', (world: Command) => Promise<string>> = {
  resolved: async (world) => {
    const id = await declare(world);
    const { incidents } = world;
    await incidents.update(id, acknowledgeIncident, { by: person('alice') });
    await incidents.update(id, setSeverityUpdate, {
      severity: 'SEV1',
      reason: await incidents.keepText('all checkouts fail'),
      by: person('alice'),
    });
    await incidents.update(id, postUpdateUpdate, {
      text: await incidents.keepText('The pool is exhausted.'),
      audience: 'internal',
      by: person('bob'),
    });
    await incidents.update(id, resolveIncidentUpdate, { summary: await incidents.keepText('Pool doubled.'), by: person('alice') });
    return id;
  },
  cancelled: async (world) => {
    const id = await declare(world);
    const reason = await world.incidents.keepText('a drill');
    await world.incidents.update(id, setStatusUpdate, { to: 'cancelled', reason, by: person('alice') });
    await world.environment.client.workflow.getHandle(id).result();
    return id;
  },
};
