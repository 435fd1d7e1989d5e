import { execFileSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAtName } from '../../../adapters/checks/network/dns.js';
import { judgeCertificate } from '../../../adapters/checks/network/tls.js';
import { runChecks } from '../../../adapters/checks/run-checks.js';
import { freePort } from '../../../adapters/kernel/free-port.js';
import type { CheckRow } from '../../../core/command/checks/check.js';
import { catalogOf, never } from '../../support/check-catalog.js';

const folder = mkdtempSync(join(tmpdir(), 'check-network-'));
const servers: Server[] = [];

function certificate(name: string, days: number, names: string): { key: Buffer; cert: Buffer } {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      String(days),
      '-subj',
      `/CN=${name}`,
      '-addext',
      `subjectAltName=${names}`,
    ],
    { stdio: 'ignore' },
  );
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

async function serve(options: { key: Buffer; cert: Buffer }): Promise<number> {
  const server = createServer(options, (socket) => socket.end());
  server.on('tlsClientError', () => undefined);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function network(keys: string): Promise<CheckRow[]> {
  return await runChecks({ catalog: catalogOf({ shop: keys }), services: ['shop'], areas: ['network'], signal: never });
}

afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('network.tls', () => {
  it('tells a chain that clients refuse, a name that does not fit, and what speaks no TLS', async () => {
    const [own, other, dead] = [
      await serve(certificate('own', 90, 'IP:127.0.0.1,DNS:localhost')),
      await serve(certificate('other', 90, 'DNS:shop.example')),
      await freePort(),
    ];
    const rows = await network(`dependencies: ['https://127.0.0.1:${own}/', 'https://127.0.0.1:${other}/', 'https://127.0.0.1:${dead}/']`);
    const of = (port: number): CheckRow | undefined =>
      rows.find(({ id, target }) => id === 'network.tls' && target === `127.0.0.1:${port}`);
    expect(of(own)).toMatchObject({
      verdict: 'fail',
      detail: expect.stringMatching(
        /refuse the chain \(DEPTH_ZERO_SELF_SIGNED_CERT\); TLSv1\.3, valid until .*, (89|90) days left/,
      ) as unknown,
    });
    expect(of(other)).toMatchObject({ verdict: 'fail', detail: expect.stringContaining('shop.example') as unknown });
    expect(of(dead)).toMatchObject({ verdict: 'fail', detail: expect.stringContaining('ECONNREFUSED') as unknown });
    expect(rows.find(({ id, target }) => id === 'network.tcp' && target.endsWith(String(dead)))).toMatchObject({ verdict: 'fail' });
    expect(rows.find(({ id, target }) => id === 'network.tcp' && target.endsWith(String(own)))).toMatchObject({ verdict: 'ok' });
  });
});

describe('judgeCertificate', () => {
  const now = Date.parse('2026-03-02T00:00:00Z');
  const day = 86_400_000;
  const of = (days: number, more: Partial<Parameters<typeof judgeCertificate>[2]> = {}) =>
    judgeCertificate(
      'shop.example',
      443,
      {
        certificate: {
          valid_from: new Date(now - day).toUTCString(),
          valid_to: new Date(now + days * day).toUTCString(),
          subjectaltname: 'DNS:shop.example',
        },
        chainError: null,
        nameError: null,
        protocol: 'TLSv1.3',
        ...more,
      },
      now,
    ).verdict;

  it('warns three weeks before the end, fails three days before it and after it', () => {
    expect([22, 21, 4, 3, 0, -1].map((days) => of(days))).toEqual(['ok', 'warn', 'warn', 'fail', 'fail', 'fail']);
  });

  it('fails for what a client refuses, however long it is valid', () => {
    expect(of(90, { chainError: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })).toBe('fail');
    expect(of(90, { nameError: 'altnames' })).toBe('fail');
  });
});

/** A name server with one answer: an A record for every name, or silence. */
async function nameServer(address: readonly number[] | null): Promise<{ server: string; socket: Socket }> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    if (address === null) return;
    let end = 12;
    while ((query[end] ?? 0) !== 0) end += (query[end] ?? 0) + 1;
    const question = query.subarray(12, end + 5);
    const isA = question.readUInt16BE(question.length - 4) === 1;
    const header = Buffer.concat([query.subarray(0, 2), Buffer.from([0x81, 0x80, 0, 1, 0, isA ? 1 : 0, 0, 0, 0, 0])]);
    const record = isA ? Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address]) : Buffer.alloc(0);
    socket.send(Buffer.concat([header, question, record]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { server: `127.0.0.1:${socket.address().port}`, socket };
}

describe('network.dns', () => {
  const sockets: Socket[] = [];
  let [one, same, different, silent] = ['', '', '', ''];
  beforeAll(async () => {
    const made = await Promise.all([nameServer([127, 0, 0, 1]), nameServer([127, 0, 0, 1]), nameServer([10, 9, 8, 7]), nameServer(null)]);
    sockets.push(...made.map(({ socket }) => socket));
    [one = '', same = '', different = '', silent = ''] = made.map(({ server }) => server);
  });
  afterAll(() => {
    for (const socket of sockets) socket.close();
  });

  it('is ok where the servers agree, and warns where they do not or one is silent', async () => {
    expect(await lookAtName('localhost', [one, same])).toMatchObject({ verdict: 'ok' });
    expect(await lookAtName('localhost', [one, different])).toMatchObject({
      verdict: 'warn',
      detail: expect.stringContaining('10.9.8.7') as unknown,
    });
    expect(await lookAtName('localhost', [one, silent])).toMatchObject({
      verdict: 'warn',
      detail: expect.stringMatching(/ETIMEOUT|ECANCELLED/) as unknown,
    });
  });

  it('is not ok for a name that has no address', async () => {
    const { verdict, remedy } = await lookAtName('no-such-name.invalid', []);
    expect(['fail', 'unknown']).toContain(verdict);
    expect(remedy).not.toBeNull();
  });
});
