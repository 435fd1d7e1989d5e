/** A lock that all processes of one machine share and that ends with its holder, however that dies. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const retryMs = 100;
const handOverMs = 50;

/** The locks that surround what runs now. */
const surrounding = new AsyncLocalStorage<readonly Server[]>();

/**
 * File descriptors of the locks around the caller. A child that inherits them keeps the locks when we are killed; after an orderly release
 * there are none.
 */
export function heldLocks(): number[] {
  return (surrounding.getStore() ?? []).flatMap((server) => descriptorOf(server) ?? []);
}

/** Node has no public name for it; where it should be missing, the lock merely ends with its holder. */
function descriptorOf(server: Server): number | null {
  const handle: unknown = '_handle' in server ? server._handle : null;
  const isOpen = typeof handle === 'object' && handle !== null && 'fd' in handle && typeof handle.fd === 'number' && handle.fd > 2;
  return isOpen ? Number(handle.fd) : null;
}

/**
 * Runs work while no other process of this machine (network namespace) holds the lock of that name. Waiting ends with `signal`, and is told once. On Linux
 * only: an abstract socket has no file that a dead holder could leave. Elsewhere the work runs at once.
 */
export async function withHostLock<T>(name: string, signal: AbortSignal, work: () => Promise<T>, onWaiting?: () => void): Promise<T> {
  if (process.platform !== 'linux') return await work();
  const address = `\0perf-responder-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
  let lock = await tryLock(address);
  if (lock === null) onWaiting?.();
  while (lock === null) {
    await untilReleased(address, signal);
    lock = await tryLock(address);
  }
  const { server, release } = lock;
  try {
    return await surrounding.run([...(surrounding.getStore() ?? []), server], work);
  } finally {
    await release();
  }
}

async function tryLock(address: string): Promise<{ server: Server; release: () => Promise<void> } | null> {
  const waiting = new Set<Socket>();
  const server: Server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => undefined).on('close', () => waiting.delete(socket));
  });
  server.unref();
  const isOurs = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen(address, () => resolve(true));
  });
  if (!isOurs) return null;
  const release = async (): Promise<void> => {
    const isWanted = waiting.size > 0;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of waiting) socket.destroy();
    await closed;
    // Or whoever releases it would take it again before those who wait have heard of it.
    if (isWanted) await sleep(handOverMs);
  };
  return { server, release };
}

/** The holder never speaks; the connection ends when it does, and whoever waited is first to try: a holder that wants it again comes after. */
async function untilReleased(address: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const socket = connect(address);
  const stop = (): void => void socket.destroy();
  signal.addEventListener('abort', stop, { once: true });
  const state = { wasConnected: false };
  socket.once('connect', () => (state.wasConnected = true));
  await new Promise<void>((resolve) => socket.on('error', () => undefined).once('close', () => resolve()));
  signal.removeEventListener('abort', stop);
  // Between a holder's last breath and the next one there is nobody to connect to.
  if (!state.wasConnected) await sleep(retryMs, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}
