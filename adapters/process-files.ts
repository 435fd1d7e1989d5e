import { open, readFile, readdir, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ProcessObservation } from '../core/model/observation.js';
import type { ThreadSnapshot } from '../core/observe/process.js';

/** Kernel clock ticks in milliseconds: USER_HZ is 100 on every Linux in use. */
const tickMs = 10;

/** Text of a file below /proc, or null when it is gone or not ours to read. */
export async function readProc(path: string): Promise<string | null> {
  try {
    return await readFile(`/proc/${path}`, 'utf8');
  } catch {
    return null;
  }
}

export async function listProcesses(): Promise<number[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
}

export interface ProcessStat {
  pid: number;
  parent: number;
  state: string;
  /** Start in ticks since boot: with the pid it names a process for good. */
  startTicks: number;
  majorFaults: number;
  rssPages: number;
  userMs: number;
  systemMs: number;
  name: string;
}

export function parseStat(text: string): ProcessStat | null {
  // The name stands in parentheses and may itself hold spaces and parentheses.
  const match = /^(\d+) \(([\s\S]*)\) (\S) ([\s\S]*)$/.exec(text.trim());
  if (match === null) return null;
  const fields = (match[4] ?? '').split(' ').map(Number);
  const field = (number: number): number => fields[number - 4] ?? 0;
  return {
    pid: Number(match[1]),
    name: match[2] ?? '',
    state: match[3] ?? '?',
    parent: field(4),
    majorFaults: field(12),
    userMs: field(14) * tickMs,
    systemMs: field(15) * tickMs,
    startTicks: field(22),
    rssPages: field(24),
  };
}

export async function readStat(pid: number): Promise<ProcessStat | null> {
  const text = await readProc(`${pid}/stat`);
  return text === null ? null : parseStat(text);
}

export async function commandLine(pid: number): Promise<string> {
  return ((await readProc(`${pid}/cmdline`)) ?? '').replaceAll('\0', ' ').trim();
}

/** Inodes of the sockets that a process holds; empty when it is another user's. */
export async function socketInodes(pid: number): Promise<number[]> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return links.flatMap((link) => {
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
    return inode === undefined ? [] : [Number(inode)];
  });
}

export async function countOpenFiles(pid: number): Promise<number | null> {
  return await readdir(`/proc/${pid}/fd`).then(
    (names) => names.length,
    () => null,
  );
}

/** Every thread of a process with its scheduler statistics. */
export async function readThreads(pid: number): Promise<{ threads: ThreadSnapshot[]; diskWait: number }> {
  const names = await readdir(`/proc/${pid}/task`).catch(() => []);
  const rows = await Promise.all(names.map((name) => readThread(pid, Number(name))));
  const known = rows.filter((row) => row !== null);
  return { threads: known.map((row) => row.thread), diskWait: known.filter((row) => row.state === 'D').length };
}

async function readThread(pid: number, tid: number): Promise<{ thread: ThreadSnapshot; state: string } | null> {
  const [statText, schedule] = await Promise.all([readProc(`${pid}/task/${tid}/stat`), readProc(`${pid}/task/${tid}/schedstat`)]);
  const stat = statText === null ? null : parseStat(statText);
  if (stat === null) return null;
  const [run, delay] = (schedule ?? '').split(' ').map(Number);
  const thread: ThreadSnapshot = {
    pid,
    tid,
    name: stat.name,
    isMain: pid === tid,
    userMs: stat.userMs,
    systemMs: stat.systemMs,
    runMs: run === undefined || Number.isNaN(run) ? null : run / 1e6,
    runDelayMs: delay === undefined || Number.isNaN(delay) ? null : delay / 1e6,
  };
  return { thread, state: stat.state };
}

/** What kind of program it is, from its executable and what it has mapped. */
export async function detectRuntime(pid: number): Promise<{ executable: string; runtime: ProcessObservation['runtime'] }> {
  const executable = await readlink(`/proc/${pid}/exe`).catch(() => '');
  const name = basename(executable).toLowerCase();
  const named = [
    ['node', /^node(js)?(\d|$)/],
    ['python', /^python/],
    ['java', /^java$/],
    ['ruby', /^ruby/],
  ] as const;
  const byName = named.find(([, pattern]) => pattern.test(name))?.[0];
  if (byName !== undefined) return { executable, runtime: byName };
  const maps = (await readProc(`${pid}/maps`)) ?? '';
  if (maps.includes('libjvm.so')) return { executable, runtime: 'java' };
  if (/libpython\d/.test(maps)) return { executable, runtime: 'python' };
  return { executable, runtime: executable === '' ? 'unknown' : (await isGoProgram(pid)) ? 'go' : 'native' };
}

/** The Go linker puts its build id near the start of every binary. */
async function isGoProgram(pid: number): Promise<boolean> {
  const file = await open(`/proc/${pid}/exe`, 'r').catch(() => null);
  if (file === null) return false;
  try {
    const { buffer } = await file.read({ buffer: Buffer.alloc(16_384), position: 0 });
    return buffer.includes('Go build ID') || buffer.includes('Go\0\0');
  } finally {
    await file.close();
  }
}
