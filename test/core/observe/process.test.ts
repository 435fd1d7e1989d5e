import { describe, expect, it } from 'vitest';
import {
  summarizeProcess,
  type HostSnapshot,
  type ProcessSnapshot,
  type ThreadSnapshot,
  type TreeSnapshot,
} from '../../../core/observe/process.js';
import type { ProcessObservation } from '../../../core/model/observation.js';

const host: HostSnapshot = {
  busyMs: 0,
  stealMs: 0,
  totalMs: 0,
  loadAverage: 1,
  memoryAvailableRatio: 0.5,
  swapInBytes: 0,
  pressureMs: null,
};
const identity = { pid: 1, executable: '/usr/bin/node', runtime: 'node' as const, usableCores: 2, hostCores: 4 };

function thread(tid: number, runMs: number, more: Partial<ThreadSnapshot> = {}): ThreadSnapshot {
  return { tid, name: 'worker', startTicks: 100, state: 'S', runMs, runDelayMs: 0, ...more };
}

function process(pid: number, more: Partial<ProcessSnapshot> = {}): ProcessSnapshot {
  return {
    pid,
    startTicks: 100,
    userMs: 0,
    systemMs: 0,
    childrenMs: 0,
    majorFaults: 0,
    rssBytes: 1000,
    swapBytes: 0,
    readBytes: 0,
    writeBytes: 0,
    openFiles: 10,
    threads: [],
    ...more,
  };
}

function summarize(...looks: (ProcessSnapshot[] | Partial<TreeSnapshot>)[]): ProcessObservation {
  const snapshots = looks.map((look, index) => ({
    atMs: index * 1000,
    throttledMs: null,
    host,
    processes: [],
    ...(Array.isArray(look) ? { processes: look } : look),
  }));
  const observation = summarizeProcess(identity, snapshots);
  if (observation === null) throw new Error('nothing was summarized');
  return observation;
}

describe('CPU of a process tree over a window', () => {
  it('tells what was burnt by programs that came and went between two looks', () => {
    const observed = summarize([process(1)], [process(1, { userMs: 100, childrenMs: 700, threads: [thread(1, 100)] })]);
    expect(observed).toMatchObject({ cpuMs: 800, unseenMs: 700 });
    const worker = process(2, { startTicks: 300, userMs: 700 });
    const recycled = summarize([process(1)], [process(1), worker], [process(1, { userMs: 100, childrenMs: 700 })]);
    expect(recycled).toMatchObject({ cpuMs: 800, unseenMs: 0 });
  });

  it('takes the differences of what lived through it, thread by thread', () => {
    const observed = summarize(
      [process(1, { userMs: 500, systemMs: 100, threads: [thread(1, 400, { runDelayMs: 50 }), thread(2, 200)] })],
      [process(1, { userMs: 1100, systemMs: 300, threads: [thread(1, 1150, { runDelayMs: 350 }), thread(2, 250)] })],
    );
    expect(observed).toMatchObject({ windowMs: 1000, cpuMs: 800, userMs: 600, systemMs: 200, runDelayMs: 300 });
    expect(observed.threads).toMatchObject([
      { tid: 1, isMain: true, cpuMs: 750, runDelayMs: 300 },
      { tid: 2, isMain: false, cpuMs: 50 },
    ]);
  });

  it('counts threads that came and went inside it with what was last seen of them', () => {
    const observed = summarize([process(1)], [process(1, { threads: [thread(7, 300)] })], [process(1)]);
    expect(observed.cpuMs).toBe(300);
  });

  it('does not take a new thread with an old id for the old one', () => {
    const observed = summarize(
      [process(1, { threads: [thread(7, 5000)] })],
      [process(1, { threads: [thread(7, 5100)] })],
      [process(1, { threads: [thread(7, 40, { startTicks: 900 })] })],
    );
    expect(observed.threads.map(({ cpuMs }) => cpuMs)).toEqual([100, 40]);
  });

  it('charges children that ended unseen to the tree', () => {
    expect(summarize([process(1, { childrenMs: 100 })], [process(1, { childrenMs: 900 })]).cpuMs).toBe(800);
  });

  it('keeps a worker process that was replaced', () => {
    const observed = summarize(
      [process(1), process(2, { userMs: 1000, readBytes: 50 })],
      [process(1), process(2, { userMs: 1400, readBytes: 80 })],
      [process(1), process(3, { userMs: 200, readBytes: 5, startTicks: 300 })],
    );
    expect(observed).toMatchObject({ cpuMs: 600, readBytes: 35, pids: [1, 3], rssEndBytes: 2000 });
  });

  it('leaves unknown what the kernel does not tell', () => {
    const hidden = process(1, { readBytes: null, writeBytes: null, swapBytes: null, openFiles: null });
    expect(summarize([hidden], [hidden])).toMatchObject({
      readBytes: null,
      writeBytes: null,
      swapBytes: null,
      openFiles: null,
      throttledMs: null,
    });
  });
});

it('tells how busy the host was, how much was stolen, and who waited', () => {
  const observed = summarize(
    { processes: [process(1)], host: { ...host, pressureMs: { cpu: 0, memory: 0, io: 0 } }, throttledMs: 10 },
    {
      processes: [process(1, { threads: [thread(3, 0, { state: 'D' })] })],
      host: {
        ...host,
        busyMs: 3000,
        stealMs: 400,
        totalMs: 4000,
        memoryAvailableRatio: 0.1,
        swapInBytes: 8192,
        pressureMs: { cpu: 700, memory: 0, io: 50 },
      },
      throttledMs: 260,
    },
  );
  expect(observed).toMatchObject({ throttledMs: 250, diskWaitThreads: 0.5 });
  expect(observed.host).toMatchObject({ cores: 4, cpuRatio: 0.75, stealRatio: 0.1, memoryAvailableRatio: 0.1, swapInBytes: 8192 });
  expect(observed.host.pressure).toEqual({ cpu: 0.7, memory: 0, io: 0.05 });
});

it('needs two looks', () => {
  expect(summarizeProcess(identity, [{ atMs: 0, processes: [process(1)], throttledMs: null, host }])).toBeNull();
});
