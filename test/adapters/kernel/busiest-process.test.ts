import { afterEach, expect, it } from 'vitest';
import { findBusiestProcess } from '../../../adapters/kernel/busiest-process.js';
import { startNodeProgram } from '../../support/services/node-program.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const never = new AbortController().signal;

it('finds the worker that does the work, and never the primary that starts the workers', async () => {
  const work = (name: string): string => `process.stdin.on('end', () => process.exit()).resume(); ${name}`;
  const busy = work('setInterval(() => { for (const end = Date.now() + 20; Date.now() < end;); }, 25)');
  const program = await startNodeProgram(
    `const start = (source) => require('node:child_process').spawn(process.execPath, ['-e', source], { stdio: ['pipe', 'ignore', 'inherit'] }).pid;
     start(${JSON.stringify(work('1'))});
     console.log(start(${JSON.stringify(busy)}));
     setInterval(() => undefined, 1000);`,
  );
  stops.push(program.stop);
  const { pid, tookMs } = await findBusiestProcess(program.pid, 1000, never);
  expect(pid).toBe(program.port);
  expect(tookMs).toBe(1000);
});

it('does not look long at a service of one process, nor choose a child that runs another program', async () => {
  const program = await startNodeProgram(
    `require('node:child_process').spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] }); console.log(1); setInterval(() => undefined, 1000);`,
  );
  stops.push(program.stop);
  expect(await findBusiestProcess(program.pid, 1000, never)).toEqual({ pid: program.pid, tookMs: 0 });
});
