import { expect, it } from 'vitest';
import { servingInterpreters } from '../../../../core/diagnosis/account/interpreters.js';
import type { ThreadObservation } from '../../../../core/model/observation.js';
import { nodeProcess } from '../captures.js';

const thread = (pid: number, cpuMs: number, runDelayMs: number): ThreadObservation => ({
  tid: 1,
  pid,
  name: 'python',
  isMain: false,
  cpuMs,
  runDelayMs,
});
const interpreters = (...threads: ThreadObservation[]): ReturnType<typeof servingInterpreters> =>
  servingInterpreters({ ...nodeProcess({ mainCores: 0 }), windowMs: 1000, threads });

it('never lets threads that queue for the lock wait while one of them runs', () => {
  expect(interpreters(thread(7, 350, 900), thread(7, 350, 900))).toEqual([{ cpuMs: 700, delayMs: 300, mostDelayMs: 300 }]);
});

it('sees that a single thread was kept from running for most of the time', () => {
  expect(interpreters(thread(7, 180, 820))).toEqual([{ cpuMs: 180, delayMs: 820, mostDelayMs: 820 }]);
});

it('leaves open how long many short delays were together', () => {
  const threads = Array.from({ length: 18 }, () => thread(7, 10, 50));
  expect(interpreters(...threads)).toEqual([{ cpuMs: 180, delayMs: 180, mostDelayMs: 820 }]);
});

it('leaves out the master of a prefork server, however long it waited for a CPU', () => {
  expect(interpreters(thread(7, 10, 990), thread(8, 600, 0), thread(9, 500, 0)).map(({ cpuMs }) => cpuMs)).toEqual([600, 500]);
});
