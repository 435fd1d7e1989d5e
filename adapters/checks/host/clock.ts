import { judged, unknownFinding, type Finding } from '../../../core/command/checks/check.js';
import { runProgram } from '../../logs/run-program.js';
import { lookAtUrl } from '../http-look.js';
import type { Check, CheckWorld } from '../check.js';

/** Beyond a second timelines of two machines get out of order; at five minutes Kerberos and signed requests are refused (RFC 4120, AWS). */
const warnS = 1;
const failS = 300;
const command = 'chronyc tracking';

/** `System time : 0.000012 seconds slow of NTP time` */
async function ofChrony(signal: AbortSignal): Promise<number | null> {
  const { stdout, exitCode } = await runProgram('chronyc', ['-n', 'tracking'], { signal, withinMs: 3_000 });
  if (exitCode !== 0 || /Leap status\s*:\s*Not synchronised/.test(stdout)) return null;
  const [, seconds, direction] = /System time\s*:\s*([\d.]+) seconds (slow|fast)/.exec(stdout) ?? [];
  return seconds === undefined ? null : Number(seconds) * (direction === 'fast' ? 1 : -1);
}

/** The `Date` header of whoever answers: whole seconds, so it shows only what is more than two off. */
async function ofHttp({ catalog, services }: CheckWorld, signal: AbortSignal): Promise<{ seconds: number; from: string } | null> {
  for (const url of services.flatMap((name) => catalog.services[name]?.dependencies ?? [])) {
    const { dateMs } = await lookAtUrl(url, { signal, withinMs: 2_000 });
    if (dateMs !== null) return { seconds: Math.round((Date.now() - dateMs) / 1000), from: url };
  }
  return null;
}

async function look(world: CheckWorld, signal: AbortSignal): Promise<Finding> {
  const offset = await ofChrony(signal).catch(() => null);
  const remedy = 'Set up chrony or systemd-timesyncd, and step the clock (chronyc makestep).';
  if (offset !== null)
    return judged(
      Math.abs(offset),
      { warn: warnS, fail: failS },
      { detail: `the clock is ${Math.abs(offset).toFixed(6)} s ${offset < 0 ? 'behind' : 'ahead'}, says chrony`, command, remedy },
    );
  const http = await ofHttp(world, signal);
  if (http !== null && Math.abs(http.seconds) > 2)
    return judged(
      Math.abs(http.seconds),
      { warn: warnS, fail: failS },
      { detail: `the clock differs by ${http.seconds} s from that of ${http.from}`, command, remedy },
    );
  return unknownFinding(
    'no chrony that is in step tells how far the clock is off',
    'Install chrony; timelines of several machines need one clock.',
    command,
  );
}

export const clock: Check = {
  id: 'host.clock',
  area: 'host',
  title: 'how far the clock is off',
  plan: (world) => [{ target: 'this host', look: (signal) => look(world, signal) }],
};
