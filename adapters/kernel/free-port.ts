/** Ports on the loopback address for programs that must be told theirs before they start. */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const lowest = 15_000;
const attempts = 200;
/** Linux' and the lowest usual default; systems that say otherwise do so in this file. */
const usualEphemeralStart = 32_768;

/**
 * A port of 127.0.0.1 that nothing listens on, below the ephemeral range: the kernel gives those to outgoing connections, so that a port of
 * that range may be gone by the time its program binds it. Drawn at random, so that two programs that choose at once do not meet.
 */
export async function freePort(): Promise<number> {
  const ephemeralStart = readEphemeralStart();
  const end = ephemeralStart > lowest + 1_000 ? ephemeralStart : 65_536;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = randomInt(lowest, end);
    if ((await whyPortIsTaken(port)) === null) return port;
  }
  throw new Error(`expected a free port on 127.0.0.1 between ${lowest} and ${end - 1}, but ${attempts} of them were taken`);
}

/** The system's words when `port` cannot be bound on 127.0.0.1; null when it can. */
export async function whyPortIsTaken(port: number): Promise<string | null> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(error.message));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(null)));
  });
}

function readEphemeralStart(): number {
  try {
    return Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10) || usualEphemeralStart;
  } catch {
    return usualEphemeralStart;
  }
}
