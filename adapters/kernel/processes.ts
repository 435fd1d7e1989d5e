import { availableParallelism, cpus } from 'node:os';
import type { ProcessIdentity, ProcessSnapshot, ThreadSnapshot, TreeSnapshot } from '../../core/observe/process.js';
import { quotaCores, throttledMs } from './cgroup.js';
import { snapshotHost } from './host-files.js';
import { listProc, processTree, readLivingStat, readProc, readStat } from './process-files.js';
import { detectRuntime } from './process-runtime.js';

/** What does not change while a process runs: its program and the cores that affinity and cgroup quota leave it. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity> {
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(readProc(`${pid}/status`) ?? '')?.[1];
  const affinity = allowed === undefined ? availableParallelism() : countCpus(allowed);
  const usableCores = Math.min(affinity, quotaCores(pid) ?? Infinity);
  return await Promise.resolve({ pid, ...detectRuntime(pid), usableCores, hostCores: cpus().length });
}

/** `0-3,8` is five. */
function countCpus(list: string): number {
  return list.split(',').reduce((sum, range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return sum + to - from + 1;
  }, 0);
}

/** One look at a process tree and its host. Null when the process is gone, or its id is another process's now. */
export function snapshotTree(root: { pid: number; startTicks: number }, atMs: number): TreeSnapshot | null {
  if (readLivingStat(root.pid)?.startTicks !== root.startTicks) return null;
  const processes = processTree(root.pid).flatMap((pid) => snapshotProcess(pid) ?? []);
  return { atMs, processes, throttledMs: throttledMs(root.pid), host: snapshotHost() };
}

function snapshotProcess(pid: number): ProcessSnapshot | null {
  const stat = readStat(pid);
  const status = readProc(`${pid}/status`);
  if (stat === null || status === null) return null;
  const io = readProc(`${pid}/io`);
  const counter = (text: string | null, key: string): number | null => {
    const value = new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(text ?? '')?.[1];
    return value === undefined ? null : Number(value);
  };
  const swapKilobytes = counter(status, 'VmSwap');
  return {
    pid,
    startTicks: stat.startTicks,
    userMs: stat.userMs,
    systemMs: stat.systemMs,
    childrenMs: stat.childrenMs,
    majorFaults: stat.majorFaults,
    rssBytes: (counter(status, 'VmRSS') ?? 0) * 1024,
    swapBytes: swapKilobytes === null ? null : swapKilobytes * 1024,
    readBytes: counter(io, 'read_bytes'),
    writeBytes: counter(io, 'write_bytes'),
    openFiles: listProc(`${pid}/fd`)?.length ?? null,
    threads: (listProc(`${pid}/task`) ?? []).flatMap((tid) => snapshotThread(pid, Number(tid)) ?? []),
  };
}

function snapshotThread(pid: number, tid: number): ThreadSnapshot | null {
  const stat = readStat(`${pid}/task/${tid}`);
  if (stat === null) return null;
  // Nanoseconds on a CPU and runnable without one; a kernel without CONFIG_SCHED_INFO has no such file, or zeros in it.
  const [run = 0, delay = 0] = (readProc(`${pid}/task/${tid}/schedstat`) ?? '').split(' ').map(Number);
  const ticked = stat.userMs + stat.systemMs;
  const { name, startTicks, state } = stat;
  return { tid, name, startTicks, state, runMs: run > 0 ? run / 1e6 : ticked, runDelayMs: delay / 1e6 };
}
