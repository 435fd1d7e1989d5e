/** `perf-responder init` as somebody meets it: on a terminal with questions, and in a script with flags. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCatalog } from '../../config/catalog.js';
import { runCli } from './run-cli.js';
import { typeInto } from './typed.js';

const init = `${process.execPath} ${resolve('bin/perf-responder.js')} init`;
const enter = '\r';

let service: Server;
let port = 0;
beforeAll(async () => {
  service = createServer((_request, response) => response.end('ok'));
  await new Promise<void>((done) => service.listen(0, '127.0.0.1', done));
  ({ port } = service.address() as AddressInfo);
});
afterAll(() => {
  service.close();
});

/** An empty folder of its own for each test, since each start of the program takes its time and they need not wait for each other. */
function inFolder(work: (cwd: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'perf-init-'));
    try {
      await work(cwd);
    } finally {
      await rm(cwd, { recursive: true });
    }
  };
}

const written = async (cwd: string) => parseCatalog(await readFile(join(cwd, 'responder.yaml'), 'utf8'), 'responder.yaml').services;

describe.skipIf(spawnSync('script', ['--version']).error !== undefined)('init on a terminal', { concurrent: true }, () => {
  it(
    'asks, asks again for what it cannot read, writes the answers and says what to type next',
    inFolder(async (cwd) => {
      const { code, screen, unasked } = await typeInto(
        init,
        [
          ['Which port', `banana${enter}`],
          ['Which port', `${port}${enter}`],
          ['Which path', `POST /api/v1/orders?dry=1${enter}`],
          ['service called', `my shop${enter}`],
          ['service called', `shop${enter}`],
          ['this endpoint? [orders]', enter],
          ['may a request cost', `p95=fast${enter}`],
          ['may a request cost', `p95=120ms${enter}`],
          ['Which variable', `SHOP_DATABASE_URL${enter}`],
        ],
        { cwd },
      );
      expect(unasked).toEqual([]);
      expect(screen).toContain('expected a port from 1 to 65535, got "banana"; write e.g. 8080');
      expect(screen).toContain('got "my shop"; write e.g. shop');
      expect(await written(cwd)).toMatchObject({
        shop: {
          endpoints: { orders: { method: 'POST', url: `http://127.0.0.1:${port}/api/v1/orders?dry=1`, budgets: { p95Ms: 120 } } },
          databases: { main: { connection: { env: 'SHOP_DATABASE_URL' } } },
        },
      });
      // What a newcomer types next, and what the database needs.
      expect(screen).toMatch(/Next:[\s\S]*\$ perf-responder dev {2,}#[\s\S]*\$ perf-responder triage shop\/orders {2,}#/);
      expect(screen).toContain("export SHOP_DATABASE_URL='postgres://");
      expect(screen).toContain('GRANT pg_monitor TO responder;');
      expect(code).toBe(0);
    }),
  );

  it(
    'takes its own proposals for Enter, and asks nothing that a flag says',
    inFolder(async (cwd) => {
      const flags = `--url http://127.0.0.1:${port}/v2/search --budget p95=90ms --database none_such`;
      const { screen, unasked } = await typeInto(
        `${init} ${flags}`,
        [
          ['service called', enter],
          ['this endpoint? [search]', enter],
        ],
        { cwd },
      );
      expect([unasked, screen.includes('may a request cost'), screen.includes('Which variable')]).toEqual([[], false, false]);
      const [service = { endpoints: {} }] = Object.values(await written(cwd));
      expect(service.endpoints).toMatchObject({ search: { budgets: { p95Ms: 90, errorRatio: 0.01 } } });
    }),
  );

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s leaves nothing behind', (_name, key) =>
    inFolder(async (cwd) => {
      const { code, screen } = await typeInto(`${init} --url http://127.0.0.1:${port}/`, [['service called', key]], { cwd });
      expect([code, await readdir(cwd)]).toEqual([130, []]);
      expect(screen).toMatch(/nothing was written; perf-responder init asks again/);
      expect(screen).not.toMatch(/\n\s+at /);
    })(),
  );
});

describe.concurrent('init in a script', () => {
  it(
    'asks nothing, and repeats the options that the next commands need',
    inFolder(async (cwd) => {
      const { out } = await runCli(['init', '--url', `http://127.0.0.1:${port}/search`, '--service', 'shop', '--catalog', 'my shop.yaml'], {
        cwd,
      });
      expect(await readdir(cwd)).toEqual(['my shop.yaml']);
      expect(out).toMatch(/\$ perf-responder dev --catalog 'my shop\.yaml' {2,}#/);
      expect(out).toMatch(/\$ perf-responder triage shop\/search --catalog 'my shop\.yaml' {2,}#/);
    }),
  );

  it.each([
    [['--url', 'localhost'], /--url: expected an http:\/\/ or https:\/\/ address/],
    [['--url', 'http://127.0.0.1:1/', '--budget', 'p95'], /budget: expected METRIC=VALUE/],
  ])('refuses %j and writes nothing', (flags, message) =>
    inFolder(async (cwd) => {
      const { code, err } = await runCli(['init', ...flags], { cwd });
      expect([code, err, await readdir(cwd)]).toEqual([2, expect.stringMatching(message), []]);
    })(),
  );
});
