import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runChecks } from '../../../adapters/checks/run-checks.js';
import { readSeries } from '../../../adapters/checks/service/metric-range.js';
import { readVersion } from '../../../adapters/checks/service/version.js';
import { freePort } from '../../../adapters/kernel/free-port.js';
import { findOnset } from '../../../core/command/rca/onset.js';
import type { CheckArea, CheckRow } from '../../../core/command/checks/check.js';
import { measureIncident } from '../../../worker/measure-incident.js';
import { catalogOf, never } from '../../support/check-catalog.js';
import { until } from '../../support/until.js';

async function look(area: CheckArea, keys: string, top = ''): Promise<Map<string, CheckRow>> {
  const rows = await runChecks({ catalog: catalogOf({ shop: keys }, top), services: ['shop'], areas: [area], signal: never });
  return new Map(rows.map((row) => [row.target.startsWith('shop ') ? `${row.id} ${row.target.slice(5)}` : row.id, row]));
}

describe('the process of a service', () => {
  let child: ChildProcess;
  beforeAll(async () => {
    // Of 24 descriptors some twenty are open from the beginning.
    child = spawn(
      'bash',
      [
        '-c',
        'ulimit -n 24; for n in 4 5 6 7 8 9; do eval "exec $n</dev/null"; done; exec {a}</dev/null {b}</dev/null {c}</dev/null {d}</dev/null {e}</dev/null {f}</dev/null {g}</dev/null {h}</dev/null {i}</dev/null {j}</dev/null; echo ready; read line',
      ],
      {
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    );
    await new Promise((resolve) => child.stdout?.once('data', resolve));
  });
  afterAll(() => child.kill('SIGKILL'));

  it('is told as young, near its limit of descriptors, and with its memory', async () => {
    const rows = await look('service', `process: { pid: ${child.pid ?? 0} }`);
    expect(rows.get('service.process')).toMatchObject({
      verdict: 'warn',
      detail: expect.stringContaining(`process ${child.pid ?? 0} runs since`) as unknown,
    });
    expect(rows.get('service.descriptors')?.detail).toMatch(/^\d+ of 24 open files/);
    expect(rows.get('service.descriptors')?.verdict).toMatch(/^(warn|fail)$/);
    expect(rows.get('service.memory')).toMatchObject({ verdict: 'ok', detail: expect.stringContaining('MiB resident') as unknown });
  });

  it('fails when it is stopped, and when nothing is there; what then cannot be seen is unknown', async () => {
    child.kill('SIGSTOP');
    expect((await look('service', `process: { pid: ${child.pid ?? 0} }`)).get('service.process')).toMatchObject({
      verdict: 'fail',
      remedy: expect.stringContaining('kill -CONT') as unknown,
    });
    child.kill('SIGCONT');
    const rows = await look('service', `process: { port: ${await freePort()} }`);
    expect(rows.get('service.process')?.verdict).toBe('fail');
    expect(rows.get('service.descriptors')?.verdict).toBe('unknown');
    expect((await look('service', `process: { port: 80, host: web-1 }`)).get('service.process')).toMatchObject({
      verdict: 'unknown',
      remedy: expect.stringContaining('that host') as unknown,
    });
  });
});

describe('the host', () => {
  it('tells disk, load, memory and clock with a number or a remedy', async () => {
    const rows = await look('host', '');
    expect([...rows.keys()].sort()).toEqual(['host.cgroup', 'host.clock', 'host.disk', 'host.load', 'host.memory']);
    for (const { verdict, value, remedy, command } of rows.values()) {
      expect(verdict === 'unknown' ? remedy : value).not.toBeNull();
      expect(verdict === 'unknown' || command !== null).toBe(true);
    }
    expect(Number(rows.get('host.disk')?.value)).toBeGreaterThan(0);
  });
});

describe('Prometheus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'check-prometheus-'));
  let server: ChildProcess;
  let top = '';
  beforeAll(async () => {
    const port = await freePort();
    writeFileSync(join(folder, 'p.yml'), 'global: { scrape_interval: 1s }\n');
    server = spawn(
      'prometheus',
      [`--config.file=${folder}/p.yml`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`],
      { stdio: 'ignore' },
    );
    await until(async () => (await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => null))?.ok === true);
    top = `observability: { prometheus: 'http://127.0.0.1:${port}' }`;
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const metric = async (kind: string, query: string): Promise<CheckRow | undefined> =>
    (await look('service', `metrics: { ${kind}: '${query}' }`, top)).get(`service.metrics ${kind}`);

  it('judges by the budgets of the endpoints; no traffic, no series and several are unknown', async () => {
    expect(await metric('p95', 'vector(0.2)')).toMatchObject({ verdict: 'ok', value: 0.2, limit: 0.25 });
    expect(await metric('p95', 'scalar(vector(0.3))')).toMatchObject({ verdict: 'fail', value: 0.3 });
    expect(await metric('errors', 'vector(0)/vector(0)')).toMatchObject({
      verdict: 'unknown',
      detail: expect.stringContaining('no traffic') as unknown,
    });
    expect(await metric('errors', 'absent_metric')).toMatchObject({
      verdict: 'unknown',
      detail: expect.stringContaining('no series') as unknown,
    });
    expect(await metric('errors', 'vector(1) or label_replace(vector(2), "a", "b", "", "")')).toMatchObject({
      verdict: 'unknown',
      detail: expect.stringContaining('2 series') as unknown,
    });
    expect(await metric('errors', 'sum(')).toMatchObject({ verdict: 'unknown', detail: expect.stringContaining('refused') as unknown });
    expect(await metric('traffic', 'vector(0)')).toMatchObject({ verdict: 'warn' });
  }, 60_000);

  it('is read over a time, too, and what cannot be read is named', async () => {
    const expressions = `p95: 'vector(0.2) + 0.6 * (time() > bool 1767225900)', errors: 'sum(', traffic: 'absent_metric'`;
    const catalog = catalogOf({ shop: `metrics: { ${expressions} }` }, top);
    // Twenty minutes around 2026-01-01T00:05:00Z, where the expression steps up.
    const fromMs = Date.parse('2025-12-31T23:55:00Z');
    const { series, unread } = await readSeries(catalog, ['shop', 'nobody'], { fromMs, toMs: fromMs + 1_200_000 }, never);
    expect(series).toMatchObject([{ service: 'shop', signal: 'p95' }]);
    expect(series[0]?.samples).toHaveLength(81);
    expect(findOnset({ onset: null }, series)).toMatchObject({ at: '2026-01-01T00:05:15.000Z', uncertaintyS: 15 });
    expect(unread).toEqual([
      { service: 'shop', signal: 'errors', why: expect.stringContaining('refused') as string },
      { service: 'shop', signal: 'traffic', why: expect.stringContaining('no series') as string },
    ]);
  });

  it('tells the impact from the onset that the counters show to the all-clear', async () => {
    // From 2026-01-01T00:05:00Z on a tenth of 20 requests a second fails.
    const errors = '0.1 * (time() > bool 1767225900)';
    const keys = `slo: { objective: 0.999, period: 30d }, metrics: { errors: 'vector(${errors})', traffic: 'vector(20)', p95: 'absent_metric' }`;
    const order = { services: ['shop'], onset: null, declaredAt: '2026-01-01T00:08:00.000Z', to: '2026-01-01T00:15:15.000Z' };
    const { impact, onset, burns } = await measureIncident(catalogOf({ shop: keys }, top), order, never);
    expect(onset).toMatchObject({ at: '2026-01-01T00:05:15.000Z', uncertaintyS: 15 });
    expect(impact).toMatchObject({
      from: '2026-01-01T00:05:15.000Z',
      services: ['shop'],
      unread: expect.stringContaining('p95 of shop') as string,
    });
    expect(impact?.requests).toBeCloseTo(600 * 20, -2);
    expect(impact?.failed).toBeCloseTo(600 * 2, -1);
    // 0.1 of the requests for five minutes, and for ten minutes of the hour, against a thousandth.
    expect(burns[0]?.fiveMinutes).toBeCloseTo(100);
    expect(burns[0]?.oneHour).toBeCloseTo(100 / 6, 0);
    // What begins long after the declaration is no onset of it.
    const early = await measureIncident(catalogOf({ shop: keys }, top), { ...order, declaredAt: '2026-01-01T00:01:00.000Z' }, never);
    expect(early).toMatchObject({ onset: null, impact: { from: '2026-01-01T00:01:00.000Z' } });
  }, 60_000);
});

describe('the version', () => {
  let server: Server;
  let url = '';
  beforeAll(async () => {
    server = createServer((_, response) => response.end('{"version":"1.4.1"}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => server.close());

  it('is read from texts and from the usual keys, and is not made up', async () => {
    expect([' v1.2\n', '{"commit":"abc"}', '"7"', '{"name":"x"}', '<html>', ''].map(readVersion)).toEqual([
      'v1.2',
      'abc',
      '7',
      null,
      null,
      null,
    ]);
    expect((await look('service', `deploy: { versionUrl: '${url}' }`)).get('service.version')).toMatchObject({
      verdict: 'ok',
      value: '1.4.1',
    });
  });
});
