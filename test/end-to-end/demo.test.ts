import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Incident } from '../../core/model/incident.js';
import { processesMentioning } from '../support/processes-of.js';

const demo = fileURLToPath(new URL('../../dist/lab/demo.js', import.meta.url));
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-demo-test-'));
  // PostgreSQL runs as another user when the tests run as root, and must get to its own folder below.
  await chmod(folder, 0o755);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** All that the demo starts lives below its temporary folder, which is how leftovers are found. */
async function runDemo(programArguments: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [demo, ...programArguments], {
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
  'takes an alert to a proven fix: a dropped index is named, created and the same load is within budget again',
  { timeout: 300_000 },
  async () => {
    const { code, out, err } = await runDemo(['--json']);
    expect(code, err).toBe(0);
    const incident = JSON.parse(out) as Incident;
    expect(incident).toMatchObject({ outcome: 'resolved', confirmation: { verdict: 'confirmed', broken: ['p95'] } });
    expect(incident.causes[0]).toMatchObject({
      id: 'missing-index',
      location: { relation: 'orders', columns: ['customer_id'] },
      remedy: { kind: 'create-index' },
    });

    const known = new Set(incident.evidence.map((entry) => entry.id));
    expect(incident.causes.flatMap((cause) => cause.evidence).every((id) => known.has(id))).toBe(true);
    const accounted = incident.accounting.reduce((sum, line) => sum + line.perRequestMs, 0);
    expect(accounted / (incident.confirmation?.observed.meanMs ?? 1)).toBeCloseTo(1, 1);

    const rerun = incident.reruns.at(-1);
    expect(rerun).toMatchObject({ verdict: 'improved', withinBudget: true, outcome: 'resolved' });
    expect(rerun?.ratio).toBeLessThan(0.5);
    expect(rerun?.ci?.[1]).toBeLessThan(1);
    expect(rerun?.ci?.[0]).toBeLessThanOrEqual(rerun?.ratio ?? 0);

    expect(err).toContain('Temporal Web UI: http://127.0.0.1:');
    // One screen of the report; its tables are for the file that --report writes.
    expect(err).toMatch(/Cause found: Missing index[\s\S]*Why:[\s\S]*How sure:[\s\S]*Do now:/);
    expect(err).toContain('npm run demo -- --report incident.html');
    expect(err).not.toContain('| Id | Kind |');
    expect(await processesMentioning(folder)).toEqual([]);
  },
);
