import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { findServiceProcess } from '../../../adapters/kernel/find-process.js';
import { identifyProcess, snapshotTree } from '../../../adapters/kernel/processes.js';
import { summarizeProcess } from '../../../core/observe/process.js';
import type { ProcessObservation } from '../../../core/model/observation.js';
import { startNodeProgram, type NodeProgram } from '../../support/services/node-program.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function start(source: string): Promise<NodeProgram> {
  const program = await startNodeProgram(source);
  stops.push(program.stop);
  return program;
}

async function observe({ pid }: NodeProgram, looks: number): Promise<ProcessObservation> {
  const found = await findServiceProcess({ kind: 'pid', pid });
  const snapshots = [];
  for (let look = 0; look < looks; look += 1) {
    snapshots.push(snapshotTree(found, performance.now()));
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const observation = summarizeProcess(
    await identifyProcess(pid),
    snapshots.filter((snapshot) => snapshot !== null),
  );
  if (observation === null) throw new Error('the process was not seen');
  return observation;
}

describe('a process tree, observed', () => {
  it('charges a busy child to the tree and a busy thread to itself', async () => {
    const burn = 'while (true) {}';
    const program = await start(
      `const { Worker } = require('node:worker_threads');
       new Worker(${JSON.stringify(burn)}, { eval: true });
       const child = require('node:child_process').spawn(process.execPath, ['-e', 'process.stdout.write("on"); setTimeout(() => process.exit(), 20000); setInterval(() => { const end = Date.now() + 50; while (Date.now() < end) {} }, 51)'], { stdio: ['pipe', 'pipe', 'inherit'] });
       child.stdout.once('data', () => console.log(1)); process.on('SIGTERM', () => { child.kill('SIGKILL'); process.exit(); });`,
    );
    stops.push(async () => {
      program.child.kill('SIGTERM');
      await once(program.child, 'exit');
    });
    const observed = await observe(program, 5);
    expect(observed.pids).toHaveLength(2);
    expect(observed).toMatchObject({ pid: program.pid, runtime: 'node' });
    const main = observed.threads.find(({ tid }) => tid === program.pid);
    const busiest = observed.threads.filter(({ isMain }) => !isMain)[0];
    const wanted = (thread: typeof main): number => ((thread?.cpuMs ?? 0) + (thread?.runDelayMs ?? 0)) / observed.windowMs;
    expect(wanted(busiest)).toBeGreaterThan(0.7);
    expect(wanted(main)).toBeLessThan(0.3);
    expect(observed.cpuMs).toBeGreaterThanOrEqual(busiest?.cpuMs ?? Infinity);
    expect(observed.userMs + observed.systemMs).toBeCloseTo(observed.cpuMs, 3);
  });

  it('counts children that end between two looks', async () => {
    const program = await start(
      `const { spawn } = require('node:child_process');
       const again = () => spawn(process.execPath, ['-e', 'const end = Date.now() + 40; while (Date.now() < end) {}']).once('exit', again);
       again(); console.log(1);`,
    );
    const observed = await observe(program, 6);
    const main = observed.threads.find(({ isMain, tid }) => isMain && tid === program.pid);
    expect(observed.cpuMs).toBeGreaterThan(2 * (main?.cpuMs ?? 0) + 50);
  });

  it('sees memory, files and host', async () => {
    const observed = await observe(
      await start('globalThis.kept = Buffer.alloc(80_000_000, 1); setInterval(() => {}, 1000); console.log(1)'),
      2,
    );
    expect(observed.rssEndBytes).toBeGreaterThan(80_000_000);
    expect(observed.openFiles).toBeGreaterThan(2);
    expect(observed.usableCores).toBeGreaterThan(0);
    expect(observed.host.cores).toBeGreaterThanOrEqual(1);
    expect(observed.host.cpuRatio).toBeLessThanOrEqual(1);
    expect(observed.host.memoryAvailableRatio).toBeGreaterThan(0);
  });
});

it('knows the cores that affinity leaves', async () => {
  const [program, ...programArguments] = ['taskset', '-c', '0', 'sleep', '10'];
  const child = spawn(program, programArguments, { stdio: 'ignore' });
  stops.push(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await identifyProcess(child.pid ?? 0)).toMatchObject({ usableCores: 1, runtime: 'native' });
});
