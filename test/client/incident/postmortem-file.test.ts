import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { save } from '../../../client/cli/document-file.js';
import { placeFor, writeDocument } from '../../../client/cli/incident/postmortem-file.js';
import { parseCatalog } from '../../../config/catalog.js';
import { sampleIncident } from '../../support/stories/sample-incident.js';

const status = sampleIncident();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'responder-postmortem-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function generate(out?: string, of = status): Promise<{ path: string; foreign: string | null }> {
  const { path, existing, foreign } = await placeFor(of, out, folder);
  await save(path, writeDocument({ status: of, catalog: null, template: 'both' }, existing).text);
  return { path, foreign };
}

test('the day names the file; a second incident of the day adds its id, and both are found again', async () => {
  const second = sampleIncident({ id: 'INC-2026-0302-002' });
  for (let generation = 1; generation <= 2; generation += 1) {
    expect(await generate()).toEqual({ path: join(folder, 'postmortem-2026-03-02.md'), foreign: null });
    expect(await generate(undefined, second)).toEqual({ path: join(folder, 'postmortem-2026-03-02-INC-2026-0302-002.md'), foreign: null });
  }
  expect(await readdir(folder)).toHaveLength(2);
});

test("somebody's file stays byte for byte, ours goes beside it", async () => {
  await writeFile(join(folder, 'review.md'), '# mine\n');
  const aside = { path: join(folder, 'review.md.new'), foreign: join(folder, 'review.md') };
  expect(await generate('review.md')).toEqual(aside);
  expect(await generate('review.md')).toEqual(aside);
  expect(await readFile(join(folder, 'review.md'), 'utf8')).toBe('# mine\n');
  await writeFile(join(folder, 'review.md.new'), '# mine, too\n');
  await expect(generate('review.md')).rejects.toThrow('neither is touched');
  expect(await readFile(join(folder, 'review.md.new'), 'utf8')).toBe('# mine, too\n');
});

test('a place that cannot be read is told before anything is written', async () => {
  await expect(generate('.')).rejects.toThrow('expected a file that can be read and written');
});

test('the catalog gives owners and the error budget; lints point at the line that they mean', () => {
  const text = `version: 1
people:
  carol: { notify: [{ kind: webhook, url: "http://127.0.0.1:1/c" }] }
services:
  payment:
    owner: [carol]
    slo: { objective: 0.999, period: 30d }
    endpoints: { pay: { url: "http://127.0.0.1:1/", budgets: { p95Ms: 250 } } }
`;
  const catalog = parseCatalog(text, join(folder, 'responder.yaml'));
  const said = sampleIncident({ title: 'Payment outage, just bad' });
  const written = writeDocument({ status: said, catalog, template: 'both' }, null);
  expect(written.metrics.errorBudgetUsed.value).toBeCloseTo((100 * 7.5) / 43.2);
  expect(written.actions[0]).toMatchObject({ id: 'P-change-async-payment', owner: 'carol' });
  expect(written.sections).toContain('Metrics');
  const lines = written.text.split('\n');
  const language = written.lint.filter(({ advice }) => /outage|just/.test(advice));
  expect(language.length).toBeGreaterThanOrEqual(2);
  for (const { line, text: quoted } of written.lint) expect(lines[line - 1]?.trim()).toBe(quoted);
});

test('without a catalog an item has no owner, and the lint says so at its row', () => {
  const { lint, text } = writeDocument({ status, catalog: null, template: '003' }, null);
  const finding = lint.find(({ advice }) => advice.startsWith('name one owner'));
  expect(finding?.text).toContain('P-change-async-payment');
  expect(text.split('\n')[(finding?.line ?? 0) - 1]).toContain('nobody yet');
});

test('an item whose id begins like another is found at its own row', () => {
  const item = { priority: 'P1', type: 'detect', title: 'Add an alert at 80 %', owner: 'sre', due: '2026-03-09', state: 'open' };
  const actions = [
    { ...item, id: 'A_x-10' },
    { ...item, id: 'A_x-1', owner: null },
  ];
  const { lint } = writeDocument({ status: { ...status, actions }, catalog: null, template: '004' }, null);
  expect(lint.find(({ advice, text }) => advice.startsWith('name one owner') && text.includes('x-1'))?.text).toContain('x-1\\]');
});
