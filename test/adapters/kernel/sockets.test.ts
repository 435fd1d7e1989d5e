import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { processTree } from '../../../adapters/kernel/process-files.js';
import { openSocketReader, servicePortsTowards, trackOwnership } from '../../../adapters/kernel/sockets.js';
import { startNodeProgram } from '../../support/services/node-program.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const listening = `require('node:http').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port); })`;
/** Opens connections and prints their local ports' sum when all stand: a number that only the right answer gives. */
const connecting = (port: number, count: number): string => `
  const { connect } = require('node:net');
  const all = Array.from({ length: ${count} }, () => new Promise((done) => { const s = connect(${port}, '127.0.0.1', () => done(s.localPort)); }));
  Promise.all(all).then((ports) => console.log(ports.reduce((sum, port) => sum + port, 0)));`;

/** Starts a program in a network namespace of its own. */
function inNamespace(...programArguments: string[]): [string, string[]] {
  const [program, ...options] = ['unshare', '--net'];
  return [program, [...options, ...programArguments]];
}

function canUnshare(): boolean {
  try {
    execFileSync(...inNamespace('ip', 'link', 'set', 'lo', 'up'), { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('sockets of a service', () => {
  it.each(['localhost', '127.0.0.1', '[::1]'])('tells the local ports of its connections to a peer named %s', async (host) => {
    const peer = await startNodeProgram(listening);
    const client = await startNodeProgram(connecting(peer.port, 3));
    stops.push(peer.stop, client.stop);
    const ports = await servicePortsTowards(client.pid, { host, port: peer.port });
    expect(ports.size).toBe(3);
    expect([...ports].reduce((sum, port) => sum + port, 0)).toBe(client.port);
    expect(await servicePortsTowards(client.pid, { host: '192.0.2.1', port: peer.port })).toEqual(new Set());
  });

  it('reads ages and owners of them', async () => {
    const peer = await startNodeProgram(listening);
    const client = await startNodeProgram(connecting(peer.port, 2));
    stops.push(peer.stop, client.stop);
    const reader = await openSocketReader(client.pid);
    expect(reader.missing).toBeNull();
    const rows = await reader.read();
    const owned = trackOwnership().of(rows, processTree(client.pid));
    const mine = rows.filter((row) => owned?.has(row.inode) === true);
    expect(mine.map(({ state, peer: end, ages }) => `${state} ${end} ${ages === null ? 'without' : 'with'} ages`)).toEqual(
      Array.from({ length: 2 }, () => `ESTAB 127.0.0.1:${peer.port} with ages`),
    );
  });

  it('knows the owner of a connection that was closed right after the look', async () => {
    const peer = await startNodeProgram(listening);
    stops.push(peer.stop);
    const ownership = trackOwnership();
    const reader = await openSocketReader(process.pid);
    const connection = connect(peer.port, '127.0.0.1');
    await once(connection, 'connect');
    ownership.of(await reader.read(), [process.pid]);
    ownership.prepare([process.pid]);
    const rows = await reader.read();
    const mine = rows.find((row) => row.peer === `127.0.0.1:${peer.port}`);
    connection.destroy();
    await once(connection, 'close');
    expect(
      ownership.of([...rows, ...rows.map((row) => ({ ...row, inode: row.inode + 1_000_000_000 }))], [process.pid])?.has(mine?.inode ?? 0),
    ).toBe(true);
  });

  it.skipIf(!canUnshare())('looks into the network namespace of the service', async () => {
    const source = `
      require('node:child_process').execFileSync('ip', ['link', 'set', 'lo', 'up']);
      const server = require('node:net').createServer().listen(4000, '127.0.0.1', () => {
        require('node:net').connect(4000, '127.0.0.1', () => console.log('ready'));
      });
      setTimeout(() => process.exit(), 20_000);`;
    const child = spawn(...inNamespace(process.execPath, '-e', source), { stdio: ['ignore', 'pipe', 'inherit'] });
    stops.push(async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    await once(child.stdout, 'data');
    const pid = child.pid ?? 0;
    const reader = await openSocketReader(pid);
    expect(reader.missing).toBeNull();
    expect((await reader.read()).map(({ state }) => state).sort()).toEqual(['ESTAB', 'ESTAB', 'LISTEN']);
    expect((await servicePortsTowards(pid, { host: '127.0.0.1', port: 4000 })).size).toBe(1);
  });
});
