/** Whatever happens to us, an inspector that we opened is closed within 15 s. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { afterAll, describe, it } from 'vitest';
import { ownListeningSockets } from '../../../adapters/kernel/process-sockets.js';
import { captureNodeProfile } from '../../../adapters/profilers/node/node-inspector.js';
import { compiledProgram } from '../../../lab/program-path.js';
import { startNodeProgram, type NodeProgram } from '../../support/services/node-program.js';

const service = `require('node:http').createServer((_, r) => r.end('ok')).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;
const running: NodeProgram[] = [];

afterAll(async () => {
  await Promise.all(running.splice(0).map((program) => program.stop()));
});

async function start(): Promise<NodeProgram> {
  const program = await startNodeProgram(service, ['--inspect-port=0']);
  running.push(program);
  return program;
}

const openInspectors = ({ pid, port }: NodeProgram): number =>
  (ownListeningSockets(pid) ?? []).filter((socket) => socket.port !== port).length;

/** A capture in a process of its own. */
function capturer(program: NodeProgram): ChildProcessByStdio<null, Readable, null> {
  const file = JSON.stringify(compiledProgram('adapters/profilers/node/node-inspector.js'));
  const source = `import { captureNodeProfile } from ${file}; setInterval(() => undefined, 1000); console.log('began'); await captureNodeProfile({ pid: ${program.pid}, durationMs: 60_000, onProgress: () => console.log('profiling') });`;
  return spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** A capture that has begun to record. On a machine so busy that the target does not answer in time it gives up by itself: then the next one. */
async function profiling(program: NodeProgram): Promise<ChildProcessByStdio<null, Readable, null>> {
  for (;;) {
    const session = capturer(program);
    let said = '';
    const isAtWork = await new Promise<boolean>((resolve) => {
      session.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('profiling')) resolve(true);
      });
      session.once('exit', () => resolve(false));
    });
    if (isAtWork) return session;
  }
}

async function killedAfter(program: NodeProgram, ms: number): Promise<void> {
  const capturing = capturer(program);
  await once(capturing.stdout, 'data');
  await new Promise((resolve) => setTimeout(resolve, ms));
  capturing.kill('SIGKILL');
  await once(capturing, 'exit');
}

describe.runIf(process.platform === 'linux').concurrent('an inspector that we opened', { timeout: 150_000 }, () => {
  it('is closed 15 s after the responder was killed, at whichever of ten moments', async ({ expect }) => {
    const programs = await Promise.all(Array.from({ length: 10 }, start));
    await Promise.all(programs.map((program, index) => killedAfter(program, index * 120)));
    // The holder of the lease may be waiting for one that is just being opened, for ten seconds at most.
    await expect.poll(() => programs.map(openInspectors), { timeout: 60_000, interval: 250 }).toEqual(programs.map(() => 0));
    const answers = await Promise.all(programs.map(async ({ port }) => (await fetch(`http://127.0.0.1:${port}/`)).status));
    expect(answers).toEqual(programs.map(() => 200));
  });

  it('is closed, too, when the target answers the signal long after we have given up', async ({ expect }) => {
    const program = await start();
    process.kill(program.pid, 'SIGSTOP');
    try {
      await expect(captureNodeProfile({ pid: program.pid, durationMs: 100 })).rejects.toThrow();
      // Longer than any of our own waits for it.
      await new Promise((resolve) => setTimeout(resolve, 8_000));
      expect(openInspectors(program)).toBe(0);
    } finally {
      process.kill(program.pid, 'SIGCONT');
    }
    await expect.poll(() => openInspectors(program), { timeout: 60_000 }).toBe(1);
    await expect.poll(() => openInspectors(program), { timeout: 60_000, interval: 250 }).toBe(0);
    expect((await fetch(`http://127.0.0.1:${program.port}/`)).status).toBe(200);
  });

  it('and that a crash left open is closed by the next capture, at once', async ({ expect }) => {
    const program = await start();
    const session = await profiling(program);
    session.kill('SIGKILL');
    await once(session, 'exit');
    expect(openInspectors(program)).toBe(1);
    await captureNodeProfile({ pid: program.pid, durationMs: 100 }).catch(() => undefined);
    expect(openInspectors(program)).toBe(0);
  });
});
