import { execFile, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseCatalog } from '../config/catalog.js';

const folder = new URL('../examples/', import.meta.url);
/** `incident/` holds no service but the documents of one. */
const examples = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() && entry.name !== 'incident' ? [entry.name] : [],
);
const path = (file: string): string => new URL(file, folder).pathname;

describe('examples', () => {
  it('are a service each for Express, Fastify, FastAPI and Go', () => {
    expect(examples.sort()).toEqual(['express', 'fastapi', 'fastify', 'go']);
    const page = readFileSync(path('README.md'), 'utf8');
    for (const name of examples) expect(page).toContain(`\`${name}/\``);
  });

  it.each(examples)('%s has a catalog that the product accepts, with one endpoint on loopback', (name) => {
    const catalog = parseCatalog(readFileSync(path(`${name}/responder.yaml`), 'utf8'), 'responder.yaml');
    expect(catalog.services['shop']?.endpoints['search']?.url).toMatch(/^http:\/\/127\.0\.0\.1:8080\/search\?q=/);
    expect(catalog.services['shop']?.process).toEqual({ port: 8080 });
  });

  it.each(['express', 'fastify'])('%s starts, and answers an error of its database with 500 rather than ending', async (name) => {
    const env = { ...process.env, PORT: '0', DATABASE_URL: 'postgres://nobody:none@127.0.0.1:1/none' };
    const service = spawn(process.execPath, [path(`${name}/server.mjs`)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      const origin = await new Promise<string>((resolve, reject) => {
        service.stdout.on('data', (data: Buffer) => resolve(/http:\/\/\S+/.exec(data.toString())?.[0] ?? ''));
        service.once('exit', (code) => reject(new Error(`ended with ${String(code)}`)));
      });
      expect((await fetch(`${origin}/search?q=lamp`)).status).toBe(500);
      expect((await fetch(`${origin}/search?q=lamp`)).status).toBe(500);
    } finally {
      service.kill();
    }
  });

  it('are programs that their own tools read', async () => {
    const compiled = await promisify(execFile)('python3', [
      '-c',
      `compile(open(${JSON.stringify(path('fastapi/server.py'))}).read(), 'server.py', 'exec')`,
    ]).catch((error: unknown) => error);
    if (!(compiled instanceof Error && 'code' in compiled && compiled.code === 'ENOENT')) expect(compiled).not.toBeInstanceOf(Error);
    const formatted = spawnSync('gofmt', ['-l', path('go/main.go')], { encoding: 'utf8' });
    if (formatted.error === undefined) expect([formatted.status, formatted.stdout, formatted.stderr]).toEqual([0, '', '']);
  });
});
