import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { judged, type Finding } from '../../../core/command/checks/check.js';
import type { Check } from '../check.js';
import { withinDeadline } from '../time-limit.js';
import { addressesOf } from './addresses.js';

const withinMs = 3_000;
/** The first retransmission of a SYN comes after one second (RFC 6298): whatever took longer was lost once, or waited in a full accept queue. */
const warnMs = 1_000;

type Connected = { tookMs: number } | { error: string };

function connecting(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    signal.addEventListener('abort', () => socket.destroy(), { once: true });
    socket.on('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.on('error', reject);
  });
}

/** Several addresses that all refuse come as one error without a message of its own. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  return 'code' in error && typeof error.code === 'string' ? error.code : 'refused';
}

async function connectOnce(host: string, port: number, signal: AbortSignal): Promise<Connected> {
  const startedAt = performance.now();
  try {
    await withinDeadline(signal, withinMs, (limit) => connecting(host, port, limit));
    return { tookMs: performance.now() - startedAt };
  } catch (error) {
    signal.throwIfAborted();
    return { error: problemOf(error) };
  }
}

export const tcp: Check = {
  id: 'network.tcp',
  area: 'network',
  title: 'whether a connection can be made, and in what time',
  plan: (world) =>
    addressesOf(world).map(({ host, port, usedBy }) => ({
      target: `${host}:${port}`,
      look: async (signal): Promise<Finding> => {
        const made = await connectOnce(host, port, signal);
        const command = `nc -vz -w 3 ${host} ${port}`;
        if ('error' in made)
          return {
            verdict: 'fail',
            value: null,
            limit: warnMs,
            detail: `${usedBy}: ${made.error}`,
            command,
            remedy: 'See whether it runs and listens there, and what filters are on the way.',
          };
        const tookMs = Math.round(made.tookMs * 10) / 10;
        return judged(
          tookMs,
          { warn: warnMs, fail: null },
          {
            detail: `${usedBy}: connected in ${tookMs} ms`,
            command,
            remedy: 'Look for lost packets and a full accept queue (ss -ltn: Recv-Q at Send-Q).',
          },
        );
      },
    })),
};
