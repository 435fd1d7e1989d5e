import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '../../../core/command/incident/record-event.js';
import { acknowledgeIncident, resolveIncidentUpdate } from '../../../workflows/command/messages.js';
import { startCommandWorld } from '../../support/stories/command-world.js';
import { startReceiver } from '../../support/services/webhook-receiver.js';
import { documentOf, runCli } from '../run-cli.js';

const alice: Actor = { person: 'alice', proof: 'token' };
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let world: Awaited<ReturnType<typeof startCommandWorld>>;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  receiver = await startReceiver('');
  world = await startCommandWorld(`version: 1
people:
  alice: { notify: [{ kind: webhook, url: "${receiver.origin}/alice" }] }
escalation: { paging: [{ level: L1, role: On-Call Engineer, after: 0s, notify: [alice] }] }
incidents: { roles: { commander: alice }, notify: [{ kind: webhook, url: "${receiver.origin}/all" }] }
services:
  shop: { endpoints: { e: { url: "http://127.0.0.1:1/a", budgets: { p95Ms: 250 } } } }
`);
  stopWorker = await world.startWorker();
});

afterAll(async () => {
  await stopWorker();
  await world.teardown();
  await receiver.close();
});

async function resolvedIncident(): Promise<string> {
  const what = { title: 'Shop is slow', impact: null, severity: 'SEV2', severityRule: null, services: ['shop'], endpoints: [] } as const;
  const onset = { at: new Date(Date.now() - 600_000).toISOString(), uncertaintyS: 60 };
  const { incidentId } = await world.incidents.declare({ ...what, onset, by: alice, mayAttach: false });
  await world.incidents.update(incidentId, acknowledgeIncident, { by: alice });
  await world.incidents.update(incidentId, resolveIncidentUpdate, { summary: { inline: 'pool was too small' }, by: alice });
  return incidentId;
}

function incident(...words: string[]) {
  const where = ['--address', world.environment.address, '--data', world.dataDirectory, '--json'];
  return runCli(['incident', ...words, ...where], { cwd: world.dataDirectory });
}

const postmortem = (id: string, ...flags: string[]) => incident('postmortem', id, ...flags);

it('writes one file from the record and the notes, keeps what people edit, and adds the same notes once', async () => {
  const id = await resolvedIncident();
  const day = (await world.incidents.status(id)).declaredAt.slice(0, 10);
  await writeFile(join(world.dataDirectory, 'notes.txt'), `Date: ${day} UTC\n00:00 - pool seen full\nno time here\n`);
  const first = await postmortem(id, '--from-notes', 'notes.txt');
  expect(first).toMatchObject({ code: 0, err: '' });
  const path = join(world.dataDirectory, `postmortem-${day}.md`);
  expect(documentOf(first)).toMatchObject({
    path,
    metrics: { ttr: { status: 'recorded', unit: 's' }, failedRequests: { value: null, status: 'not-known' } },
    notes: { imported: 1, known: 0, unparsed: [{ line: 3, text: 'no time here' }] },
  });
  const text = await readFile(path, 'utf8');
  expect(text).toContain('| 00:00 | pool seen full');
  await writeFile(path, text.replace('## Root Cause\n\nNot known.', '## Root Cause\n\nThe pool had 2 connections.'));
  const second = await postmortem(id, '--from-notes', 'notes.txt');
  expect(documentOf(second)).toMatchObject({ path, notes: { imported: 0, known: 1 } });
  expect(await readFile(path, 'utf8')).toContain('The pool had 2 connections.');
});

it('leaves the file of somebody else alone: beside it, exit 2', async () => {
  const id = await resolvedIncident();
  const path = join(world.dataDirectory, 'mine.md');
  await writeFile(path, 'mine\n');
  const result = await postmortem(id, '--out', 'mine.md', '--template', '004');
  expect(result.code).toBe(2);
  expect(documentOf(result)).toMatchObject({ path: `${path}.new` });
  expect(result.err).toContain('it was not touched');
  expect(await readFile(path, 'utf8')).toBe('mine\n');
});

it('notes without a day are asked for it, and nothing is added', async () => {
  const id = await resolvedIncident();
  await writeFile(join(world.dataDirectory, 'bare.txt'), '14:25 - alert\n');
  const result = await postmortem(id, '--from-notes', 'bare.txt');
  expect(result.code).toBe(2);
  expect(result.err).toContain('Date: 2026-03-02');
  expect((await world.incidents.status(id)).timeline.some(({ text }) => text === 'alert')).toBe(false);
});

it('analyses what the record shows, and says what is not known', async () => {
  const id = await resolvedIncident();
  const answer = await incident('rca', id);
  expect(answer).toMatchObject({ code: 0, err: '' });
  expect(documentOf(answer)).toMatchObject({
    onset: { uncertaintyS: 60, from: 'the declaration' },
    rootCause: null,
    whys: [],
    contributing: [{ id: 'detection.no-alert' }, { id: 'detection.late' }, { id: 'response.no-runbook' }],
    recommendations: { immediate: [] },
  });
});
