import type { PeerHint } from './wire.js';

/** A program on this host that passes the statements of its clients on to databases. */
export interface Pooler {
  name: string;
  ports: readonly number[];
  /** `address:port` of the servers to which it holds connections, and how many. */
  servers: ReadonlyMap<string, number>;
}

const programs = /^(pgbouncer|odyssey|pgcat|pgpool|pgagroal|pgdog|proxysql|maxscale)$/;

export function isPooler(program: string): boolean {
  return programs.test(program);
}

/**
 * Who waits for a pooler waits for the database behind it. One that leads to several databases of the catalog is a database, but which one cannot be
 * told; one that leads to none of them is left alone.
 */
export function poolerHints(poolers: readonly Pooler[], hints: readonly PeerHint[], addresses: readonly string[]): PeerHint[] {
  return poolers.flatMap(({ name, ports, servers }) => {
    const behind = hints.filter((hint) => hint.kind === 'database' && servers.has(hint.peer));
    const labels = [...new Set(behind.map((hint) => hint.label))];
    const [only, ...more] = labels;
    if (only === undefined) return [];
    const connections = [...new Set(behind.map(({ peer }) => peer))].reduce((sum, peer) => sum + (servers.get(peer) ?? 0), 0);
    const label = more.length === 0 ? only : `${name} (${labels.join(', ')})`;
    const ends = addresses.flatMap((address) =>
      ports.map((port) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`)),
    );
    return ends.map((peer) => ({ peer, label, kind: 'database' as const, pooler: { name, connections } }));
  });
}
