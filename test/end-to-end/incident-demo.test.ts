import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { incidentSchema } from '../../lab/incident/incident-document.js';
import { processesMentioning } from '../support/processes-of.js';

const demo = fileURLToPath(new URL('../../dist/lab/demo.js', import.meta.url));
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-incident-demo-'));
  // PostgreSQL runs as another user when the tests run as root, and must get to its own folder below.
  await chmod(folder, 0o755);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function runDemo(): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [demo, '--incident', '--json', '--out', folder], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const result = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (result.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (result.err += text));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, ...result };
}

it(
  'a bad deploy: declared, paged, looked at, taken back after an approval, proven by the same load, resolved, written down',
  { timeout: 300_000 },
  async () => {
    const { code, out, err } = await runDemo();
    expect(code, err).toBe(0);
    const incident = incidentSchema.parse(JSON.parse(out));
    expect(incident).toMatchObject({ severity: 'SEV1', status: 'resolved' });
    expect(incident.fiveMinutes.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done', 'done']);
    expect(incident.changes.find(({ ref }) => ref === 'v42')).toMatchObject({ verdict: 'confirmed' });
    expect(incident.mitigations[0]).toMatchObject({
      ...{ planId: 'rollback-deploy-shop-v42', state: 'verified', risk: 'medium', commands: ['./deploy.sh --rollback'] },
      result: 'the same load is within its budget again',
    });
    expect(err).toMatch(/\[pager of alice\] page SEV1/);
    expect(err).toMatch(/incident page {4}http:\/\/127\.0\.0\.1:\d+\/incidents\/INC-/);
    const postmortem = (await readdir(folder)).find((name) => /^postmortem-\d{4}-\d{2}-\d{2}\.md$/.test(name)) ?? '';
    expect(await readFile(join(folder, postmortem), 'utf8')).toContain(incident.id);
    expect(await processesMentioning(folder)).toEqual([]);
  },
);
