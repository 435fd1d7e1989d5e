// What must be true of a process before a signal is sent to it, and where its inspector listens.
import { readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EvidenceUnavailableError } from '../../../core/model/errors.js';
import { readLivingStat } from '../../kernel/process-files.js';
import { listeningSockets, ownListeningSockets, type ListeningSocket } from '../../kernel/process-sockets.js';
import { startLeaseholder } from './inspector-lease.js';

export function unavailable(pid: number, why: string, remedy: string, cause?: unknown): EvidenceUnavailableError {
  return new EvidenceUnavailableError({ id: 'node-profile', what: `CPU profile of process ${pid}`, why, remedy }, { cause });
}

export interface NodeTarget {
  pid: number;
  /** Clock ticks since boot: who has the id later is another process. */
  startTicks: number;
  /** The process's own idea of its pid: differs in a container. */
  innerPids: number[];
  /** Bit 9 of the caught signals: SIGUSR1 opens the inspector; not caught, it would kill. */
  catchesSigusr1: boolean;
  inspectorPorts: number[];
  isInspectFlagSet: boolean;
}

const sigusr1Bit = 9n;
const defaultPort = 9229;

/** Looks at a process without touching it. Throws EvidenceUnavailableError with the remedy when it cannot be profiled from here. */
export async function inspectTarget(pid: number): Promise<NodeTarget> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => {
    throw unavailable(
      pid,
      'there is no process with this id',
      'Check `process` in the catalog: port, pid, pidFile or command must name the running service',
    );
  });
  if (field(status, 'State').startsWith('Z'))
    throw unavailable(pid, 'the process has ended', 'Restart the service and run the triage again');
  const owner = Number(field(status, 'Uid').split(/\s+/)[1]);
  const user = process.geteuid?.() ?? 0;
  if (user !== 0 && user !== owner) {
    throw unavailable(
      pid,
      `it runs as user ${owner}, the responder as user ${user}`,
      `Run the responder's capture agent as user ${owner} (or as root)`,
    );
  }
  const executable = basename(await readlink(`/proc/${pid}/exe`).catch(() => ''));
  if (!/^node/.test(executable.replace(/ \(deleted\)$/, ''))) {
    throw unavailable(
      pid,
      `its executable is ${executable || 'unreadable'}, not Node.js`,
      'Set `profiler` in the catalog to one for this runtime ({ pprofUrl: … } for Go, { file: PATH } for any other)',
    );
  }
  const [theirs, ours] = await Promise.all([`/proc/${pid}/ns/net`, '/proc/self/ns/net'].map((path) => readlink(path).catch(() => '')));
  if (theirs !== ours && theirs !== '') {
    throw unavailable(
      pid,
      'it is in another network namespace (a container)',
      'Run a capture agent inside that container or with its network, and name it with `host:` in the catalog',
    );
  }
  const options = await nodeOptions(pid);
  return {
    pid,
    startTicks: readLivingStat(pid)?.startTicks ?? 0,
    innerPids: field(status, 'NSpid').split(/\s+/).map(Number),
    catchesSigusr1: ((BigInt(`0x${field(status, 'SigCgt') || '0'}`) >> sigusr1Bit) & 1n) === 1n,
    ...inspectorOptions(options),
  };
}

function field(status: string, name: string): string {
  return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? '';
}

/** Flags of Node: the arguments before the script, and NODE_OPTIONS. */
async function nodeOptions(pid: number): Promise<string[]> {
  const [commandLine, environment] = await Promise.all(
    ['cmdline', 'environ'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
  );
  const flags = (commandLine ?? '').split('\0').slice(1);
  const script = flags.findIndex((flag) => !flag.startsWith('-'));
  const fromEnvironment = /(?:^|\0)NODE_OPTIONS=([^\0]*)/.exec(environment ?? '')?.[1] ?? '';
  return [...(script === -1 ? flags : flags.slice(0, script)), ...fromEnvironment.split(/\s+/)];
}

function inspectorOptions(options: readonly string[]): Pick<NodeTarget, 'inspectorPorts' | 'isInspectFlagSet'> {
  const ports = options.flatMap((option) => {
    const value = /^--(?:inspect|inspect-brk|inspect-wait|inspect-port|debug-port)(?:=(.*))?$/.exec(option)?.[1];
    const port = value === undefined ? undefined : /(?:^|:)(\d+)$/.exec(value)?.[1];
    return port === undefined ? [] : [Number(port)];
  });
  return {
    inspectorPorts: ports.length === 0 ? [defaultPort] : ports,
    isInspectFlagSet: options.some((option) => /^--inspect(?:-brk|-wait)?(?:=|$)/.test(option)),
  };
}

/** The inspector that is open already: on a port that the flags name, or, when the flags ask for any port, on one of the service's sockets. */
export function openInspector(target: NodeTarget): ListeningSocket[] {
  const own = socketsOf(target);
  const named = own.filter((socket) => target.inspectorPorts.includes(socket.port));
  // With any port allowed, one that a crash of ours left open may be any of them.
  const mayBeAny = target.isInspectFlagSet || target.inspectorPorts.includes(0);
  return named.length > 0 || !mayBeAny ? named : own;
}

/**
 * Sends SIGUSR1 and waits for the new listening socket of the target. When none comes, the port belongs to somebody else (Node stays up
 * and complains on its own stderr only).
 */
export async function startInspector(target: NodeTarget, timeoutMs: number, signal?: AbortSignal): Promise<ListeningSocket> {
  const { pid } = target;
  if (!target.catchesSigusr1) {
    throw unavailable(
      pid,
      'it does not catch SIGUSR1 (which would kill it, so it was not sent)',
      'Start it without --disable-sigusr1 and without a handler of its own for SIGUSR1, or with --inspect=127.0.0.1:0',
    );
  }
  const before = new Set(socketsOf(target).map((socket) => socket.inode));
  const holder = await startLeaseholder(target, before);
  try {
    const opened = await untilOpen(target, before, timeoutMs, signal);
    // A second session beside the holder's would not be let in.
    await Promise.race([holder.done, sleep(leaseWaitMs, undefined, { ref: false })]);
    return opened;
  } catch (error) {
    // Where the port is taken none will come; in any other case it may come late, and the holder stays to meet it.
    if (isPortTaken(target)) holder.dismiss();
    throw error;
  }
}

const leaseWaitMs = 3_000;

async function untilOpen(
  target: NodeTarget,
  before: ReadonlySet<number>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ListeningSocket> {
  const { pid } = target;
  let sentAt = 0;
  let wasTaken = false;
  for (const end = Date.now() + timeoutMs; Date.now() < end;) {
    signal?.throwIfAborted();
    const opened = socketsOf(target).find((socket) => !before.has(socket.inode) && isInspectorPort(target, socket.port));
    if (opened !== undefined) return opened;
    const isTaken = isPortTaken(target);
    wasTaken ||= isTaken;
    // Another process may just be giving the port back; Node tries once for each signal, so ask again when it is free.
    if (!isTaken && Date.now() - sentAt >= resendMs) {
      send(target);
      sentAt = Date.now();
    }
    await sleep(40);
  }
  throw wasTaken
    ? portTaken(target)
    : unavailable(
        pid,
        'it was sent SIGUSR1 and opened no inspector',
        'Check that the service has no handler of its own for SIGUSR1, or start it with --inspect=127.0.0.1:0',
      );
}

const resendMs = 1500;

function isPortTaken(target: NodeTarget): boolean {
  const port = target.inspectorPorts[0] ?? defaultPort;
  return port !== 0 && listeningSockets(target.pid).some((socket) => socket.port === port);
}

function portTaken(target: NodeTarget): EvidenceUnavailableError {
  const port = target.inspectorPorts[0] ?? defaultPort;
  return unavailable(
    target.pid,
    `its inspector port ${port} is held by another process`,
    `Stop what listens on port ${port}, or start the service with --inspect-port=0`,
  );
}

/** Port 0 was asked for: any new socket may be the inspector, and its pid is verified before anything else. */
function isInspectorPort(target: NodeTarget, port: number): boolean {
  return target.inspectorPorts.includes(port) || target.inspectorPorts.includes(0);
}

function send(target: NodeTarget): void {
  if (readLivingStat(target.pid)?.startTicks !== target.startTicks)
    throw unavailable(target.pid, 'it ended, and its id may be another process by now', 'Run the triage again when the service is up');
  try {
    process.kill(target.pid, 'SIGUSR1');
  } catch (error) {
    throw unavailable(
      target.pid,
      'the signal SIGUSR1 was refused',
      'Run the responder as the user of the service; check that it still runs',
      error,
    );
  }
}

function socketsOf(target: NodeTarget): ListeningSocket[] {
  const sockets = ownListeningSockets(target.pid);
  if (sockets !== null) return sockets;
  throw unavailable(target.pid, 'its descriptors cannot be read', 'Check that it still runs, and run the responder as its user');
}
