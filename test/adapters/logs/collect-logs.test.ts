import { createServer, type Server } from 'node:http';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectLogs, type ServiceLogs } from '../../../adapters/logs/collect-logs.js';
import { parseJournal } from '../../../adapters/logs/journal.js';
import { catalogOf, never } from '../../support/check-catalog.js';

const folder = mkdtempSync(join(tmpdir(), 'check-logs-'));
const path = process.env['PATH'];
const agoIso = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

beforeAll(() => {
  mkdirSync(join(folder, 'bin'));
  process.env['PATH'] = `${folder}/bin:${path ?? ''}`;
});
afterAll(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true, force: true });
});

async function logsOf(source: string, sinceMs = 15 * 60_000): Promise<ServiceLogs> {
  return await collectLogs({ catalog: catalogOf({ shop: `logs: [${source}]` }, '', folder), service: 'shop', sinceMs, signal: never });
}

/** A program of that name which answers what the real one was seen to answer. */
function recorded(name: string, script: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'bin', name), 0o755);
}

describe('files', () => {
  it('tells new, rising and usual messages with their paths and stacks, over rotated and packed files', async () => {
    const old = Array.from({ length: 40 }, (_, index) => `${agoIso(60 - index)} ERROR cache miss for key ${index}`);
    writeFileSync(join(folder, 'app.log.1.gz'), gzipSync(old.join('\n')));
    const recent = Array.from({ length: 10 }, (_, index) => `${agoIso(10 - index / 2)} ERROR cache miss for key ${index}`);
    const fresh = Array.from(
      { length: 7 },
      (_, index) =>
        `${agoIso(5)} ERROR GET /orders/${index} failed: connection refused to 10.0.0.${index}:5432\n    at Pool.connect (/app/pool.js:1${index}:3)`,
    );
    writeFileSync(join(folder, 'app.log'), [...recent, `${agoIso(4)} INFO all is well`, ...fresh].join('\n'));
    const { templates, unread, entries } = await logsOf(`{ file: '${folder}/app.log*' }`);
    expect(unread).toEqual([]);
    expect(entries).toBe(18);
    expect(templates.map(({ state, count }) => [state, count])).toEqual([
      ['new', 7],
      ['usual', 10],
    ]);
    expect(templates[0]).toMatchObject({ template: expect.stringContaining('connection refused to <ip>') as unknown, before: 0 });
    expect(templates[0]?.sample).toContain('at Pool.connect');
    expect(templates[0]?.paths).toContain('/orders/0');
    expect(templates[1]?.before).toBeCloseTo(10, 0);
  });

  it('says which log it did not read, and why', async () => {
    const { templates, unread } = await logsOf(`{ file: '${folder}/absent-*.log' }, { file: '/no/such/folder/x.log' }`);
    expect(templates).toEqual([]);
    expect(unread).toMatchObject([
      { why: expect.stringContaining('no file is called') as unknown, remedy: expect.stringContaining('catalog') as unknown },
      { why: expect.stringContaining('cannot be read') as unknown },
    ]);
  });

  it('leaves files alone that were last written before the time in question', async () => {
    writeFileSync(join(folder, 'stale.log'), 'ERROR without any time');
    utimesSync(join(folder, 'stale.log'), new Date(Date.now() - 86_400_000), new Date(Date.now() - 86_400_000));
    expect((await logsOf(`{ file: '${folder}/stale.log' }`)).templates).toEqual([]);
  });

  it('names the service that has no log', async () => {
    const { unread } = await collectLogs({ catalog: catalogOf({ shop: '' }), service: 'shop', sinceMs: 1_000, signal: never });
    expect(unread).toMatchObject([{ source: 'shop', remedy: expect.stringContaining('logs:') as unknown }]);
  });
});

describe('programs with recorded answers', () => {
  it('reads docker logs, both outputs, each with its time', async () => {
    recorded(
      'docker',
      `[ "$1 $2 $3" = "logs --timestamps --since" ] || exit 64\necho "${agoIso(3)} {\\"level\\":50,\\"msg\\":\\"payment declined\\"}"\necho "${agoIso(2)} ERROR pool is empty" >&2`,
    );
    const { templates, unread } = await logsOf('{ docker: shop }');
    expect(unread).toEqual([]);
    expect(templates.map(({ template }) => template).sort()).toEqual(['payment declined', 'pool is empty']);
    expect(templates.every(({ firstAt }) => firstAt !== null)).toBe(true);
  });

  it('says what docker said when it refuses', async () => {
    recorded('docker', 'echo "Error response from daemon: No such container: shop" >&2\nexit 1');
    expect((await logsOf('{ docker: shop }')).unread).toMatchObject([{ why: expect.stringContaining('No such container') as unknown }]);
  });

  it('keeps the stacks of two pods apart although their lines come mixed', async () => {
    const at = agoIso(2);
    recorded(
      'kubectl',
      `cat <<'END'\n[pod/a/app] ${at} ERROR first broke\n[pod/b/app] ${at} ERROR second broke\n[pod/a/app] ${at}     at one (a.js:1:1)\n[pod/b/app] ${at}     at two (b.js:1:1)\nEND`,
    );
    const { templates } = await logsOf('{ kubernetes: { namespace: x, selector: app=shop } }');
    expect(templates.map(({ sample }) => sample.replaceAll(/\s+/g, ' ')).join('|')).toMatch(/first broke at one.*\|?.*/);
    expect(templates.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  });

  it('does not take no pods for no errors', async () => {
    recorded('kubectl', 'echo "No resources found in x namespace." >&2');
    expect((await logsOf('{ kubernetes: { namespace: x, selector: app=shop } }')).unread).toMatchObject([
      { why: expect.stringContaining('no pod') as unknown },
    ]);
  });

  it('reads the journal: bytes, priorities, and a last line that was cut', () => {
    const lines = [
      '{"__REALTIME_TIMESTAMP":"1772445600000000","MESSAGE":"disk full","PRIORITY":"3"}',
      '{"__REALTIME_TIMESTAMP":"1772445601500000","MESSAGE":[195,164],"PRIORITY":"6"}',
      '{"__REALTIME_TIMESTAMP":"1772445602000000","MESSAGE":null}',
      '{"__REALTIME_TIMES',
    ];
    expect(parseJournal(lines.join('\n'))).toEqual([
      { text: 'disk full', atMs: 1_772_445_600_000, level: 'error' },
      { text: 'ä', atMs: 1_772_445_601_500, level: 'info' },
    ]);
  });

  it('is not read, and says so, where the program is missing', async () => {
    process.env['PATH'] = `${folder}/nothing`;
    const { unread } = await logsOf('{ docker: shop }');
    process.env['PATH'] = `${folder}/bin:${path ?? ''}`;
    expect(unread).toMatchObject([{ why: 'docker is not installed here', remedy: expect.stringContaining('Install docker') as unknown }]);
  });
});

describe('Loki', () => {
  let server: Server;
  let origin = '';
  /** Newest last; the server answers as Loki does: backward, at most `limit`, `end` exclusive. */
  let stored: { ns: bigint; line: string }[] = [];
  const asked: URLSearchParams[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      const { searchParams, pathname } = new URL(request.url ?? '/', 'http://loki');
      asked.push(searchParams);
      if (pathname !== '/loki/api/v1/query_range' || searchParams.get('query') !== '{app="shop"}')
        return void response.writeHead(400).end('parse error');
      const [start, end] = [BigInt(searchParams.get('start') ?? 0), BigInt(searchParams.get('end') ?? 0)];
      const found = stored
        .filter(({ ns }) => ns >= start && ns < end)
        .toReversed()
        .slice(0, Number(searchParams.get('limit')));
      response.end(
        JSON.stringify({
          status: 'success',
          data: { resultType: 'streams', result: [{ stream: { app: 'shop' }, values: found.map(({ ns, line }) => [String(ns), line]) }] },
        }),
      );
    });
    // It closes no connection on which the next question may be on its way already.
    server.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('pages through more than one answer holds, without losing or doubling lines of one nanosecond', async () => {
    const begin = BigInt(Date.now() - 600_000) * 1_000_000n;
    stored = Array.from({ length: 12_000 }, (_, index) => ({
      ns: begin + BigInt(Math.floor(index / 3)) * 10_000n + 123n,
      line: 'ERROR the same again',
    }));
    const { templates, unread } = await logsOf(`{ loki: '${origin}', query: '{app="shop"}' }`);
    expect(unread).toEqual([]);
    expect(templates).toMatchObject([{ template: 'the same again', count: 12_000 }]);
    expect(asked.every((parameters) => parameters.get('direction') === 'backward')).toBe(true);
  });

  it('says what the server refused', async () => {
    const { unread } = await logsOf(`{ loki: '${origin}', query: '{app="other"}' }`);
    expect(unread).toMatchObject([{ why: expect.stringContaining('status 400: parse error') as unknown }]);
  });
});
