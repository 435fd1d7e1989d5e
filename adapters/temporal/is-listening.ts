import { connect } from 'node:net';

/** One that drops packets must not hold up a command that can do without. */
const withinMs = 2_000;

/** Whether anything accepts connections at `HOST:PORT`. Temporal's client goes on trying where nobody listens; this ends at the first refusal. */
export async function isListening(address: string): Promise<boolean> {
  const target = `tcp://${address}`;
  if (!URL.canParse(target)) return false;
  const { hostname, port } = new URL(target);
  return await new Promise((resolve) => {
    const socket = connect({ host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port), timeout: withinMs });
    const end = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => end(true));
    for (const event of ['timeout', 'error']) socket.once(event, () => end(false));
  });
}
