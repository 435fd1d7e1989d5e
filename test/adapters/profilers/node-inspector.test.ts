import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { captureNodeProfile } from '../../../adapters/profilers/node/node-inspector.js';
import { ownListeningSockets } from '../../../adapters/kernel/process-sockets.js';
import { readProfileBytes } from '../../../adapters/artifacts/profile-file.js';
import { EvidenceUnavailableError } from '../../../core/model/errors.js';
import { readRequestTrace } from '../../../core/profile/requests/request-trace.js';
import { summarizeProfile } from '../../../core/profile/summarize.js';
import { startNodeProgram, type NodeProgram } from '../../support/services/node-program.js';

const service = `
const http = require('node:http');
function chewNumbers(rounds) {
  let sum = 0;
  for (let i = 0; i < rounds; i += 1) sum = (sum * 31 + Math.sqrt(i)) % 1000003;
  return sum;
}
const server = http.createServer((request, response) => {
  if (request.url.startsWith('/slow')) return void response.end(String(chewNumbers(3000000)));
  response.end('ok');
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

const running: NodeProgram[] = [];
async function start(nodeArguments: string[] = ['--inspect-port=0'], source = service): Promise<NodeProgram> {
  const program = await startNodeProgram(source, nodeArguments);
  running.push(program);
  return program;
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((program) => program.stop()));
});

/** Requests until the returned function is called. */
function keepCalling(port: number, paths: readonly string[]): () => Promise<void> {
  const state = { goesOn: true };
  const caller = async (path: string): Promise<void> => {
    while (state.goesOn)
      await fetch(`http://127.0.0.1:${port}${path}`, { method: path.includes('slow') ? 'POST' : 'GET' }).then((answer) => answer.text());
  };
  const callers = paths.map(caller);
  return async () => {
    state.goesOn = false;
    await Promise.all(callers);
  };
}

async function refusal(capture: Promise<unknown>): Promise<EvidenceUnavailableError> {
  const error: unknown = await capture.catch((reason: unknown) => reason);
  if (!(error instanceof EvidenceUnavailableError)) throw new Error(`expected EvidenceUnavailableError, got ${String(error)}`);
  expect(error.missing.remedy).not.toBe('');
  return error;
}

function portsOf(program: NodeProgram): number[] {
  return (ownListeningSockets(program.pid) ?? []).map((socket) => socket.port);
}

describe('a running Node service', () => {
  it('shows its hot function as the leading leaf, its routes with their methods, and has its inspector closed afterwards', async () => {
    const program = await start();
    const stop = keepCalling(program.port, ['/slow/17?token=secret', '/quick', '/quick']);
    const progress: number[] = [];
    const capture = await captureNodeProfile({ pid: program.pid, durationMs: 1500, onProgress: (elapsedMs) => progress.push(elapsedMs) });
    await stop();
    const summary = summarizeProfile(await readProfileBytes(new TextEncoder().encode(capture.cpuProfile)));
    expect(summary.leaders).toEqual(['chewNumbers']);
    const trace = readRequestTrace({ traceEvents: capture.traceEvents, profile: JSON.parse(capture.cpuProfile), windowMs: 1500 });
    const slow = trace.routes.find((route) => route.route === '/slow/:id');
    expect(slow).toMatchObject({ method: 'POST' });
    expect(slow?.cpuShare).toBeGreaterThan(0.6);
    expect(trace.routes.find((route) => route.route === '/quick')).toMatchObject({ method: 'GET' });
    expect(JSON.stringify(capture.traceEvents)).not.toContain('secret');
    expect(capture.sources.map((line) => line.text)).toEqual(expect.any(Array));
    expect(progress.length).toBeGreaterThan(0);
    expect(portsOf(program)).toEqual([program.port]);
    expect(await (await fetch(`http://127.0.0.1:${program.port}/quick`)).text()).toBe('ok');
  });

  it('is profiled through an inspector that was open already, which then stays open', async () => {
    const program = await start(['--inspect=127.0.0.1:0']);
    const before = portsOf(program);
    expect(before).toHaveLength(2);
    await captureNodeProfile({ pid: program.pid, durationMs: 200 });
    expect(portsOf(program).sort()).toEqual(before.sort());
  });

  it('can be profiled twice, one after the other, but not twice at once', async () => {
    const program = await start();
    const first = captureNodeProfile({ pid: program.pid, durationMs: 600 });
    const error = await refusal(captureNodeProfile({ pid: program.pid, durationMs: 600 }));
    expect(error.missing.why).toMatch(/another capture/);
    await first;
    await captureNodeProfile({ pid: program.pid, durationMs: 100 });
  });

  it('is left clean when the capture is cancelled', async () => {
    const program = await start();
    const controller = new AbortController();
    const capture = captureNodeProfile({
      pid: program.pid,
      durationMs: 60_000,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('stop it')),
    });
    await expect(capture).rejects.toThrow('stop it');
    expect(portsOf(program)).toEqual([program.port]);
  });

  it('that ends during the capture is reported', async () => {
    const program = await start();
    const capture = captureNodeProfile({ pid: program.pid, durationMs: 60_000, onProgress: () => void program.stop() });
    expect((await refusal(capture)).missing.why).toMatch(/ended|connection/);
  });
});

describe('what cannot be profiled', () => {
  it('is never sent a signal: a process that is not Node lives on', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(child, 'spawn');
    try {
      expect((await refusal(captureNodeProfile({ pid: child.pid ?? 0, durationMs: 100 }))).missing.why).toMatch(/sleep, not Node/);
      expect(child.signalCode).toBeNull();
      expect(await readFile(`/proc/${child.pid ?? 0}/comm`, 'utf8')).toBe('sleep\n');
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  it('names a process that is gone', async () => {
    expect((await refusal(captureNodeProfile({ pid: 2 ** 22 + 1, durationMs: 100 }))).missing.why).toMatch(/no process/);
  });

  it('does not profile the wrong process: an inspector port held by another one is refused', async () => {
    const other = createServer((_, response) => response.end('[]')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const program = await start([`--inspect-port=127.0.0.1:${port}`]);
      const error = await refusal(captureNodeProfile({ pid: program.pid, durationMs: 100 }));
      expect(error.missing.why).toContain(`port ${port} is held by another process`);
      expect(error.missing.remedy).toContain('--inspect-port=0');
      expect(program.child.exitCode).toBeNull();
    } finally {
      other.close();
    }
  });
});
