import type { DiagnosisInput } from '../input.js';

/** Cores that the service wanted and did not get, that its serving threads used, and that the whole process used. */
interface Readiness {
  runDelayCores: number;
  busyCores: number;
  totalCores: number;
}

/** From this part of the CPU that others use on the host, a database's executions explain the contention: its workers and system time are not counted. */
const explainsContention = 0.25;

/**
 * Part, 0..1, of the time the service was ready to run in which its own database had the CPU. If that database runs on the same host and executes enough,
 * waiting for a CPU is waiting for its statements. 0 if the database runs elsewhere or does little.
 */
export function heldByOwnDatabase(input: DiagnosisInput, cpu: Readiness | null): number {
  const process = input.service?.process ?? null;
  if (process === null || cpu === null || cpu.runDelayCores <= 0) return 0;
  const local = input.databases.filter(({ peer }) => isLoopback(peer));
  const executing = local.reduce((sum, { activity, totalExecMs }) => {
    const windowMs = activity?.windowMs ?? 0;
    return sum + (windowMs > 0 && totalExecMs !== null ? totalExecMs / windowMs : (activity?.service?.active ?? 0));
  }, 0);
  const takenByOthers = process.host.cpuRatio * process.host.cores - cpu.totalCores;
  if (takenByOthers <= 0 || executing < explainsContention * takenByOthers) return 0;
  return cpu.runDelayCores / (cpu.runDelayCores + cpu.busyCores);
}

/** Databases on the host of the service that it has connections to or the catalog names, and whether their statements were counted. */
export function localDatabases({ databases, service }: DiagnosisInput): { peer: string; isCounted: boolean }[] {
  const named = databases.map(({ peer, statements }) => ({ peer, isCounted: statements !== null }));
  const others = (service?.wire?.peers ?? []).filter(
    ({ kind, connections, peer }) => kind === 'database' && connections > 0 && !named.some((one) => one.peer === peer),
  );
  return [...named, ...others.map(({ peer }) => ({ peer, isCounted: false }))].filter(({ peer }) => isLoopback(peer));
}

/** `127.0.0.1:5432`, `[::1]:5432`, or the path of a local socket. */
function isLoopback(peer: string): boolean {
  return /^(127\.|\[?::1\]?:|\[?::ffff:127\.|localhost:|\/)/.test(peer);
}
