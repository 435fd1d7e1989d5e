import { availableParallelism, cpus, loadavg } from 'node:os';
import { readFile } from 'node:fs/promises';
import type { ProcessIdentity, ProcessSnapshot } from '../core/observe/process.js';
import { countOpenFiles, detectRuntime, listProcesses, readProc, readStat, readThreads } from './process-files.js';

const pageBytes = 4096;
const tickMs = 10;

/** A process and all that descend from it. */
export async function processTree(root: number): Promise<number[]> {
  const stats = (await Promise.all((await listProcesses()).map(readStat))).filter((stat) => stat !== null);
  const tree = [root];
  for (const parent of tree)
    tree.push(...stats.filter((stat) => stat.parent === parent && !tree.includes(stat.pid)).map((stat) => stat.pid));
  return tree;
}

export async function identifyProcess(pid: number): Promise<ProcessIdentity> {
  const { executable, runtime } = await detectRuntime(pid);
  return { pid, executable, runtime, usableCores: await usableCores(pid), hostCores: cpus().length };
}

/** Affinity and, where there is one, the cgroup's CPU quota. */
async function usableCores(pid: number): Promise<number> {
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec((await readProc(`${pid}/status`)) ?? '')?.[1];
  const affinity = allowed === undefined ? availableParallelism() : countCpus(allowed);
  const quota = await readCgroup(pid, 'cpu.max');
  const [limit, period] = (quota ?? 'max').trim().split(' ').map(Number);
  return limit === undefined || Number.isNaN(limit) || period === undefined ? affinity : Math.min(affinity, limit / period);
}

function countCpus(list: string): number {
  return list.split(',').reduce((sum, range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return sum + to - from + 1;
  }, 0);
}

async function readCgroup(pid: number, file: string): Promise<string | null> {
  const own = /^0::(\S+)/m.exec((await readProc(`${pid}/cgroup`)) ?? '')?.[1];
  if (own === undefined) return null;
  return await readFile(`/sys/fs/cgroup${own}/${file}`, 'utf8').catch(() => null);
}

/** One snapshot of a process tree and its host. Null when the process is gone. */
export async function snapshotProcess(root: number, atMs: number): Promise<ProcessSnapshot | null> {
  const pids = await processTree(root);
  const stats = (await Promise.all(pids.map(readStat))).filter((stat) => stat !== null);
  if (!stats.some((stat) => stat.pid === root)) return null;
  const [threads, io, swap, openFiles, host, throttled] = await Promise.all([
    Promise.all(pids.map(readThreads)),
    sumIo(pids),
    sumSwap(pids),
    countOpenFiles(root),
    snapshotHost(),
    readCgroup(root, 'cpu.stat'),
  ]);
  const throttledUs = /throttled_usec (\d+)/.exec(throttled ?? '')?.[1];
  return {
    atMs,
    pids: stats.map((stat) => stat.pid),
    threads: threads.flatMap((each) => each.threads),
    diskWaitThreads: threads.reduce((sum, each) => sum + each.diskWait, 0),
    majorFaults: stats.reduce((sum, stat) => sum + stat.majorFaults, 0),
    rssBytes: stats.reduce((sum, stat) => sum + stat.rssPages * pageBytes, 0),
    readBytes: io?.read ?? null,
    writeBytes: io?.written ?? null,
    swapBytes: swap,
    openFiles,
    throttledMs: throttledUs === undefined ? null : Number(throttledUs) / 1000,
    host,
  };
}

async function sumIo(pids: number[]): Promise<{ read: number; written: number } | null> {
  const texts = await Promise.all(pids.map((pid) => readProc(`${pid}/io`)));
  if (texts.every((text) => text === null)) return null;
  const sum = (key: string): number =>
    texts.reduce((total, text) => total + Number(new RegExp(`^${key}: (\\d+)`, 'm').exec(text ?? '')?.[1] ?? 0), 0);
  return { read: sum('read_bytes'), written: sum('write_bytes') };
}

async function sumSwap(pids: number[]): Promise<number | null> {
  const texts = await Promise.all(pids.map((pid) => readProc(`${pid}/status`)));
  const values = texts.flatMap((text) => /^VmSwap:\s+(\d+) kB/m.exec(text ?? '')?.[1] ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + Number(value) * 1024, 0);
}

async function snapshotHost(): Promise<ProcessSnapshot['host']> {
  const [stat, memory, vm] = await Promise.all([readProc('stat'), readProc('meminfo'), readProc('vmstat')]);
  const fields = (/^cpu\s+(.*)$/m.exec(stat ?? '')?.[1] ?? '').split(' ').map((value) => Number(value) * tickMs);
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] = fields;
  const busyMs = user + nice + system + irq + softIrq + steal;
  const kilobytes = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(memory ?? '')?.[1] ?? 0);
  const total = kilobytes('MemTotal');
  return {
    busyMs,
    stealMs: steal,
    totalMs: busyMs + idle + ioWait,
    loadAverage: loadavg()[0] ?? 0,
    memoryAvailableRatio: total === 0 ? null : kilobytes('MemAvailable') / total,
    swapInPages: Number(/^pswpin (\d+)/m.exec(vm ?? '')?.[1] ?? 0),
  };
}
