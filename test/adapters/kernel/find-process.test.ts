import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findServiceProcess } from '../../../adapters/kernel/find-process.js';
import { snapshotTree } from '../../../adapters/kernel/processes.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { startNodeProgram, type NodeProgram } from '../../support/services/node-program.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const listening = `require('node:http').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port); })`;

async function start(source: string, ...programArguments: string[]): Promise<NodeProgram> {
  const program = await startNodeProgram(source, [], programArguments);
  stops.push(program.stop);
  return program;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'find-process-'));
  stops.push(() => rm(folder, { recursive: true }));
  return folder;
}

describe('finding the process of a service', () => {
  it('by port, by pid, by pid file and by command', async () => {
    const mark = `service-of-${process.pid}-${performance.now()}`;
    const { pid, port } = await start(listening, mark);
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'pid'), `${pid}\n`);
    for (const locator of [
      { kind: 'port' as const, port },
      { kind: 'pid' as const, pid },
      { kind: 'pid-file' as const, path: join(folder, 'pid') },
      { kind: 'command' as const, pattern: `node .*${mark}` },
    ])
      expect(await findServiceProcess(locator)).toMatchObject({ pid, port });
  });

  it('refuses a listener here for a service whose address is elsewhere, and says which machine looked', async () => {
    const { pid, port } = await start(listening);
    for (const serves of ['127.0.0.1', 'localhost'])
      expect(await findServiceProcess({ kind: 'port', port, serves })).toMatchObject({ pid });
    // A documentation address (RFC 5737): nobody's.
    await expect(findServiceProcess({ kind: 'port', port, serves: '192.0.2.7' })).rejects.toThrow(
      `192.0.2.7 is no address of this machine (${hostname()} looked)`,
    );
  });

  it('takes the primary of a cluster', async () => {
    const file = join(await temporaryFolder(), 'cluster.cjs');
    await writeFile(
      file,
      `const cluster = require('node:cluster'); const http = require('node:http');
       if (cluster.isPrimary) {
         cluster.setupPrimary({ exec: __filename, execArgv: [] });
         cluster.fork();
         cluster.fork().once('listening', ({ port }) => console.log(port));
       } else http.createServer().listen(0, '127.0.0.1');`,
    );
    const { pid, port } = await start(`require(${JSON.stringify(file)})`);
    expect(await findServiceProcess({ kind: 'port', port })).toMatchObject({ pid });
    expect(await findServiceProcess({ kind: 'command', pattern: file })).toMatchObject({ pid });
  });

  it('looks behind the shell that started it', async () => {
    const shell = await start(
      `const { spawn } = require('node:child_process');
       const child = spawn('sh', ['-c', '"$0" -e "$1"; true', process.execPath, ${JSON.stringify(listening)}], { stdio: ['ignore', 'pipe', 'inherit'] });
       child.stdout.once('data', (port) => console.log(child.pid + '' ));
       process.on('exit', () => child.kill()); setTimeout(() => process.exit(), 20_000);`,
    );
    const found = await findServiceProcess({ kind: 'pid', pid: shell.port });
    stops.push(() => {
      process.kill(found.pid, 'SIGKILL');
      return Promise.resolve();
    });
    expect(found.pid).not.toBe(shell.port);
    expect(found.port).toBeGreaterThan(0);
  });

  it('does not choose between two that have nothing to do with each other', async () => {
    const mark = `twins-of-${process.pid}-${performance.now()}`;
    const [first, second] = [await start(listening, mark), await start(listening, mark)];
    const search = findServiceProcess({ kind: 'command', pattern: mark });
    await expect(search).rejects.toThrow(UnreadableInputError);
    await expect(search).rejects.toThrow(new RegExp(`${first.pid}.*${second.pid}|${second.pid}.*${first.pid}`));
  });

  it('never names itself', async () => {
    const { title } = process;
    process.title = `responder-${process.pid}`;
    const search = findServiceProcess({ kind: 'command', pattern: process.title });
    await expect(search.finally(() => (process.title = title))).rejects.toThrow(/no process whose command matches responder/);
  });

  it('says that a pid file is no pid file', async () => {
    await expect(findServiceProcess({ kind: 'pid-file', path: '/proc/version' })).rejects.toThrow(/holds no process id.*pidFile/);
  });

  it('finds a listener of our own process too', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    stops.push(() => new Promise((resolve) => server.close(() => resolve())));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await findServiceProcess({ kind: 'port', port })).toMatchObject({ pid: process.pid });
  });
});

it('notices that a process id was given to another process', async () => {
  const { pid } = await start(listening);
  const found = await findServiceProcess({ kind: 'pid', pid });
  expect(snapshotTree(found, 0)?.processes.map((each) => each.pid)).toContain(pid);
  expect(snapshotTree({ ...found, startTicks: found.startTicks - 1 }, 0)).toBeNull();
});
