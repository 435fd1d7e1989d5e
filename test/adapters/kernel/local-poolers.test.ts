import { afterEach, expect, it } from 'vitest';
import { localPoolers } from '../../../adapters/kernel/local-poolers.js';
import { startNodeProgram, type NodeProgram } from '../../support/services/node-program.js';

const programs: NodeProgram[] = [];
afterEach(async () => {
  for (const program of programs.splice(0).reverse()) await program.stop();
});

async function start(source: string): Promise<NodeProgram> {
  const program = await startNodeProgram(source);
  programs.push(program);
  return program;
}

const listen = "const net = require('node:net'); const server = net.createServer(() => {}).listen(0, '127.0.0.1', () => ";

/** What the kernel knows by the name of a pooler, in front of one server. */
const passingOn = (name: string, server: number): string =>
  `process.title = ${JSON.stringify(name)}; ${listen} net.connect(${server}, '127.0.0.1', () => console.log(server.address().port)));`;

it('finds a pooler by its program, with its port and the server it is connected to', async () => {
  const server = await start(`${listen} console.log(server.address().port));`);
  const pooler = await start(passingOn('pgbouncer', server.port));
  const ours = localPoolers().find(({ ports }) => ports.includes(pooler.port));
  expect(ours).toMatchObject({ ports: [pooler.port], servers: new Map([[`127.0.0.1:${server.port}`, 1]]) });
});

it('takes no other program for one, though it passes connections on', async () => {
  const server = await start(`${listen} console.log(server.address().port));`);
  const proxy = await start(passingOn('pgbouncer-docs', server.port));
  expect(localPoolers().some(({ ports }) => ports.includes(proxy.port))).toBe(false);
});
