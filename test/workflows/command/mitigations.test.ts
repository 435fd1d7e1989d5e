import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { artifactDirectory, createArtifactStore } from '../../../adapters/artifacts/artifact-store.js';
import { readAuditLog } from '../../../adapters/artifacts/audit-log.js';
import { documentsOf } from '../../../client/cli/incident/documents.js';
import { statusText } from '../../../client/cli/incident/incident-text.js';
import { incidentPage } from '../../../client/hook/pages/incident-page.js';
import { analyzeRootCause } from '../../../core/command/rca/rca.js';
import type { Actor } from '../../../core/command/incident/record-event.js';
import { decideMitigationUpdate, proposeMitigationsUpdate, setStatusUpdate } from '../../../workflows/command/messages.js';
import { incidentsQueue } from '../../../workflows/kernel/task-queues.js';
import { decideRemedyUpdate, incidentStatusQuery } from '../../../workflows/respond/messages.js';
import { answerRunUpdate } from '../../../workflows/runbook/messages.js';
import { proposeRunbooks } from '../../../worker/runbook/propose-runbooks.js';
import { seenService } from '../../../worker/runbook/mitigation-facts.js';
import { eightFormsOf } from '../../support/eight-forms.js';
import { startCommandWorld } from '../../support/stories/command-world.js';
import { createFakeWorld, planExpiringAt, resolveToShop } from '../../support/stories/fake-incident.js';
import { startReceiver } from '../../support/services/webhook-receiver.js';
import { until } from '../../support/until.js';

const person = (name: string): Actor => ({ person: name, proof: 'token' });
const fake = createFakeWorld();
const endpoint = fake.tell({ verdicts: ['confirmed', 'not-reproduced'] });
let server: Server;
let world: Awaited<ReturnType<typeof startCommandWorld>>;
let stopWorker: () => Promise<void>;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
/** Runbook that whoever told of the change named; null: a deploy, which the catalog knows how to take back. */
let named: string | null = null;

/** The service is well while version 1 is deployed, and its version is a file beside the catalog. */
const versionFile = (): string => join(world.dataDirectory, 'version');
const log = (): string[] => {
  const file = join(world.dataDirectory, 'log');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
};
const rollback = ['sh', '-c', 'echo 1 > version; echo rolled-back >> log'];

const catalog = (origin: string): string => `version: 1
people: { alice: { notify: [] }, bob: { notify: [] }, carol: { notify: [] } }
incidents: { roles: { commander: alice }, watch: 1h, approval: other-than-requester, notify: [{ kind: webhook, url: ${receiver.origin}/all }] }
services:
  shop:
    health: [${origin}/health]
    deploy: { rollback: ${JSON.stringify(rollback)}, restart: [sh, -c, 'echo restarted >> log'] }
    runbooks: [runbooks/]
    endpoints: { story-1: { url: ${origin}/, budgets: { p95Ms: 250 } } }
`;

/** As a team writes it: the commander says yes to this one step. */
const ownRunbook = `apiVersion: perf-responder/runbook.v1
name: disable-flag
title: Disable the flag
service: shop
risk: low
env: { TOKEN: { env: TEST_MITIGATION_SECRET } }
steps:
  - { id: tell, title: Tell, kind: command, run: [sh, -c, 'echo "$TOKEN"; printf %s "$TOKEN" | base64; printf %s "x$TOKEN" | base64; printf %s "$TOKEN" | od -An -tx1 | tr -d " \\n"'] }
  - { id: disable, title: Disable, kind: command, run: [sh, -c, 'echo 1 > version; echo disabled >> log'], approval: { by: [commander], count: 1, expires: 1m } }
`;

/** Looks once only: a test need not wait for a service that will not come back. */
const impatientRunbook = `apiVersion: perf-responder/runbook.v1
name: roll-back-now
title: Roll back
service: shop
risk: medium
steps: [{ id: rollback, title: Roll back, kind: command, run: ['@deploy.rollback'] }]
postcheck: [{ id: health, title: The service answers, kind: check, check: service.health }]
`;

const secret = 'mitigation-secret+&<"/0123456789';

/** Everything that a history holds, its payloads decoded. */
function textsIn(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return typeof value === 'object' && value !== null ? Object.values(value).map(textsIn).join('\n') : String(value);
}

beforeAll(async () => {
  process.env['TEST_MITIGATION_SECRET'] = secret;
  receiver = await startReceiver('');
  server = createServer((_, response) => {
    response.statusCode = existsSync(versionFile()) && readFileSync(versionFile(), 'utf8').trim() === '1' ? 200 : 503;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  world = await startCommandWorld(catalog(origin), {
    triages: fake.activities,
    deps: {
      lookForMitigations: (services) => Promise.resolve({ services: services.map((name) => seenService(world.catalog, name)), checks: [] }),
      changes: () => {
        const at = new Date(Date.now() - 60_000).toISOString();
        const one = { at, service: 'shop', ref: 'v42', title: 'Sign prices', by: 'ci', source: 'hook', revertible: true };
        const change = named === null ? { ...one, kind: 'deploy' as const } : { ...one, kind: 'flag' as const, rollback: named };
        return Promise.resolve({ changes: [change], sources: [] });
      },
    },
  });
  mkdirSync(join(world.dataDirectory, 'runbooks'));
  writeFileSync(join(world.dataDirectory, 'runbooks', 'disable-flag.yaml'), ownRunbook);
  writeFileSync(join(world.dataDirectory, 'runbooks', 'roll-back-now.yaml'), impatientRunbook);
  stopWorker = await world.startWorker();
});

afterAll(async () => {
  delete process.env['TEST_MITIGATION_SECRET'];
  await receiver.close();
  await stopWorker();
  await world.teardown();
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
  named = null;
  writeFileSync(versionFile(), '2');
  writeFileSync(join(world.dataDirectory, 'log'), '');
});

const status = (id: string) => world.incidents.status(id);
async function declare(over: Partial<Parameters<typeof world.incidents.declare>[0]> = {}): Promise<string> {
  const request = { title: 'Down', impact: null, severity: null, severityRule: null, services: ['shop'], endpoints: [], onset: null };
  return (await world.incidents.declare({ ...request, by: person('alice'), mayAttach: false, ...over })).incidentId;
}
const planIn = (id: string, state: string) =>
  until(async () => (await status(id)).mitigations.find((plan) => plan.state === state) ?? null, 40_000);
const approve = (id: string, planId: string, by: string, digest?: string) =>
  world.incidents.update(id, decideMitigationUpdate, {
    ...{ planId, decision: 'approve', by: person(by) },
    ...(digest === undefined ? {} : { digest }),
  });
const cancel = (id: string) =>
  world.incidents.update(id, setStatusUpdate, { to: 'cancelled', reason: { inline: 'end of the test' }, by: person('alice') });

describe('a mitigation', () => {
  it('is proposed with what it runs, approved by somebody else, run once and verified by checks', async () => {
    const id = await declare();
    const plan = await planIn(id, 'proposed');
    expect(plan).toMatchObject({
      ...{ planId: 'rollback-deploy-shop-v42', kind: 'rollback-deploy', rank: 1, risk: 'medium', parameters: { service: 'shop' } },
      ...{ evidence: ['change:hook:v42'], runId: null },
    });
    expect(plan.commands).toEqual([`sh -c 'echo 1 > version; echo rolled-back >> log'`]);
    expect(plan.why).toContain('suspected, not proven');
    await expect(approve(id, plan.planId, 'bob', '0'.repeat(64))).rejects.toThrow(
      'stale: what rollback-deploy-shop-v42 would run has changed',
    );
    await expect(approve(id, plan.planId, 'alice')).rejects.toThrow('alice declared this incident');
    await approve(id, plan.planId, 'bob', plan.digest);
    await expect(approve(id, plan.planId, 'carol')).rejects.toThrow(/bob decided already \(approve, \d{4}-/);
    const done = await planIn(id, 'verified');
    expect(done.result).toBe('by checks: shop is up');
    expect(log()).toEqual(['rolled-back']);
    const document = await status(id);
    expect(document.status).toBe('monitoring');
    expect(document.timeline.filter(({ kind }) => kind === 'mitigation' || kind === 'runbook').map(({ text }) => text)).toEqual([
      expect.stringContaining('proposed: Take deploy v42 of shop back'),
      'approved: rollback-deploy-shop-v42',
      `Take deploy v42 of shop back: ${done.runId ?? ''} runs rollback-deploy`,
      `${done.runId ?? ''} ended well; whether it helped is looked at`,
      'verified: Take deploy v42 of shop back: by checks: shop is up',
    ]);
    const run = await world.runs.document(done.runId ?? '');
    expect(run).toMatchObject({ result: 'success', executor: 'bob' });
    expect(run.steps.find((step) => step.id === 'rollback')?.approvals).toMatchObject([{ person: 'bob' }]);
    const acts = (await readAuditLog(world.dataDirectory)).filter(({ subject }) => subject === done.runId);
    expect(acts.map(({ action, state, who }) => [action, state, who])).toEqual([
      ['runbook-step', 'begun', 'bob (token), approved by bob (token)'],
      ['runbook-step', 'done', 'bob (token), approved by bob (token)'],
    ]);
    await cancel(id);
  }, 60_000);

  it('that does not help has failed, and may be proposed again as a plan of its own', async () => {
    const { deploy } = world.catalog.services['shop'] ?? {};
    if (deploy === undefined) throw new Error('the catalog has a deploy');
    deploy.rollback = ['sh', '-c', 'echo in-vain >> log'];
    named = 'roll-back-now';
    try {
      const id = await declare();
      await approve(id, (await planIn(id, 'proposed')).planId, 'bob');
      // The runbook looks at the health itself: what did not come back is a failed run, with nothing to undo.
      const failed = await planIn(id, 'failed');
      expect(failed.result).toContain('ended failed: The service answers');
      await world.incidents.update(id, proposeMitigationsUpdate, { by: person('bob') }, undefined, 30_000);
      const again = await planIn(id, 'proposed');
      expect(again.planId).toBe('roll-back-now-shop-v42-2');
      // Whoever edits the catalog between look and approval does not get what nobody saw.
      deploy.rollback = rollback;
      await approve(id, again.planId, 'bob');
      const refused = await until(
        async () => (await status(id)).mitigations.find((plan) => plan.planId === again.planId && plan.state === 'failed'),
        40_000,
      );
      expect(refused.result).toContain('what was approved has changed since');
      expect(log()).toEqual(['in-vain']);
      await cancel(id);
    } finally {
      deploy.rollback = rollback;
    }
  }, 90_000);

  it('runs the runbook that the change names; a step for the commander waits for whoever commands', async () => {
    named = 'disable-flag';
    const id = await declare();
    const plan = await planIn(id, 'proposed');
    expect(plan).toMatchObject({ runbook: 'disable-flag', parameters: {}, risk: 'low' });
    await approve(id, plan.planId, 'bob');
    const waits = await until(async () => (await status(id)).timeline.find(({ text }) => text.includes('waits: Disable:')));
    expect(waits.kind).toBe('runbook');
    const runId = (await planIn(id, 'running')).runId ?? '';
    const answer = (by: string) => world.runs.update(runId, answerRunUpdate, { answer: 'approve', step: 'disable', by: person(by) });
    await expect(answer('carol')).rejects.toThrow('expected one of alice, got carol');
    await answer('alice');
    await planIn(id, 'verified');
    expect(log()).toEqual(['disabled']);
    const told = await world.runs.document(runId);
    expect(told.steps[0]?.output).toContain('***');
    const histories = await Promise.all(
      [id, runId].map(async (one) => textsIn(await world.environment.client.workflow.getHandle(one).fetchHistory())),
    );
    const files = readdirSync(world.dataDirectory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const stored = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    const document = await status(id);
    const analysis = analyzeRootCause(document, [], []);
    const pages = [
      incidentPage(document, { sign: (act) => JSON.stringify(act), people: ['alice'] }, { isWhole: true }),
      ...Object.values(documentsOf({ status: document, analysis, runs: [told] }, world.catalog)),
      statusText(document),
    ];
    const all = [...histories, ...stored, ...pages, ...[document, told, receiver.received].map((one) => JSON.stringify(one))].join('\n');
    expect(all).toContain('TEST_MITIGATION_SECRET');
    expect(receiver.received.some((one) => one.body.event === 'approval-needed')).toBe(true);
    for (const form of eightFormsOf(secret)) expect(all).not.toContain(form);
    await cancel(id);
  }, 60_000);

  it('is proven by the same load where a triage holds it, which confirms the change that was taken back', async () => {
    const id = await declare({ endpoints: [endpoint] });
    const plan = await planIn(id, 'proposed');
    await until(async () => (await status(id)).triages.find(({ cause }) => cause !== null));
    await approve(id, plan.planId, 'bob');
    const done = await planIn(id, 'verified');
    expect(done).toMatchObject({ result: 'the same load is within its budget again', proof: { kind: 'load' } });
    const document = await status(id);
    expect(document).toMatchObject({ status: 'monitoring', changes: [{ ref: 'v42', verdict: 'confirmed' }] });
    // What proved the change is the triage's own proof, too: nobody has to end it.
    expect(await world.environment.client.workflow.getHandle(document.triages[0]?.workflowId ?? '').result()).toMatchObject({
      outcome: 'resolved',
    });
    await cancel(id);
  }, 60_000);
});

describe('a remedy of a triage', () => {
  it('that is a rollback runs the approved runbook, and the same load proves it', async () => {
    const proposals = await proposeRunbooks(
      { catalog: world.catalog, dataDirectory: world.dataDirectory, keep: (name, text) => keepRunbook(name, text) },
      {
        service: 'shop',
        causes: [{ id: 'pool-exhausted', summary: 'The pool is used up' }],
        begunAtMs: Date.now(),
        signal: new AbortController().signal,
      },
    );
    // No deploy is known: the restart that gives the connections back is what is left.
    expect(proposals.map(({ runbook, kinds }) => [runbook, kinds])).toEqual([['restart-service', ['restart', 'runbook']]]);
    const { runbook: name, file, snapshot, digest, parameters } = proposals[0] ?? never();
    const runbook = { name, file, snapshot, digest, parameters };
    const plan = { ...planExpiringAt(new Date(Date.now() + 600_000).toISOString()), database: null, runbook };
    writeFileSync(versionFile(), '1');
    const resolve = (key: string) => {
      const answer = resolveToShop(key);
      return answer.ok ? { ...answer, target: { ...answer.target, remedies: ['restart'] } } : answer;
    };
    const key = fake.tell({ verdicts: ['confirmed', 'not-reproduced'], plan, resolve });
    const handle = await world.environment.client.workflow.start('respondToIncident', {
      workflowId: 'perf-remedy',
      taskQueue: incidentsQueue,
      args: [{ endpoint: key, symptom: null, acceptedAt: new Date().toISOString(), options: {} }],
    });
    const seen = () => handle.query(incidentStatusQuery);
    await until(async () => (await seen()).remedyPlan);
    await handle.executeUpdate(decideRemedyUpdate, { args: [{ planId: plan.planId, decision: 'approve', by: 'bob', proof: 'token' }] });
    const end = await until(async () => {
      const { incident } = await seen();
      return incident.outcome === 'resolved' ? incident : null;
    }, 30_000);
    expect(log()).toEqual(['restarted']);
    expect(end.reasons.join('\n')).toContain(`applied: run-${plan.planId.slice(0, 12)} ran restart-service: success`);
  });
});

function never(): never {
  throw new Error('nothing was proposed');
}

const keepRunbook = async (name: string, text: string): Promise<string> => {
  const store = createArtifactStore({ directory: artifactDirectory(world.dataDirectory) });
  return (await store.put(name, 'runbook', text)).path;
};
