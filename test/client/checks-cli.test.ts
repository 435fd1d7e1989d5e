import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentOf, runCli } from './run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'checks-cli-'));
let server: Server;

beforeAll(async () => {
  server = createServer((_, response) => response.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(join(folder, 'shop.log'), `${new Date().toISOString()} ERROR pool is empty\n`);
  writeFileSync(
    join(folder, 'responder.yaml'),
    `version: 1\nservices:\n  shop: { health: ['${origin}/healthz'], logs: [{ file: shop.log }], endpoints: { e: { url: '${origin}/', budgets: { p95Ms: 250 } } } }\n  dead: { health: ['http://127.0.0.1:9/'], endpoints: { e: { url: 'http://127.0.0.1:9/', budgets: { p95Ms: 250 } } } }\n`,
  );
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const cli = async (...words: string[]) => await runCli(words, { cwd: folder });
const rowKeys = ['area', 'command', 'detail', 'id', 'limit', 'remedy', 'target', 'tookMs', 'value', 'verdict'];

describe('check, health, logs and changes', () => {
  it('print the documents of the contract and exit 0 whatever they found', async () => {
    const [health, check, logs, changes] = await Promise.all([
      cli('health', '--json'),
      cli('check', 'dead', '--area', 'network', '--json'),
      cli('logs', 'shop', '--json'),
      cli('changes', '--since', '2h', '--json'),
    ]);
    expect([health, check, logs, changes].map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(documentOf(health)).toMatchObject({
      services: [
        { service: 'shop', state: 'up' },
        { service: 'dead', state: 'down' },
      ],
    });
    const { checks } = documentOf(check) as { checks: Record<string, unknown>[] };
    expect(checks.map(({ id, verdict }) => [id, verdict])).toContainEqual(['network.tcp', 'fail']);
    for (const row of checks) expect(Object.keys(row).sort()).toEqual(rowKeys);
    expect(documentOf(logs)).toMatchObject({
      service: 'shop',
      templates: [{ template: 'pool is empty', count: 1, state: 'new', paths: [] }],
      unread: [],
    });
    expect(Object.keys(documentOf(changes) as object)).toEqual(['since', 'changes', 'sources']);
  });

  it('exit 1 with --fail-on, and 2 for a service that the catalog does not have', async () => {
    const [fails, fine, unknown] = await Promise.all([
      cli('health', '--json', '--fail-on', 'fail'),
      cli('health', 'shop', '--fail-on', 'warn'),
      cli('logs', 'shpo'),
    ]);
    expect([fails.code, fine.code, unknown.code]).toEqual([1, 0, 2]);
    expect(documentOf(fails)).toHaveProperty('services');
    expect(fine.out).toContain('up         shop');
    expect(unknown.err).toContain('did you mean "shop"?');
  });
});
