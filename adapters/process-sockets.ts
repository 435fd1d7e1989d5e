import { readFile, readdir, readlink } from 'node:fs/promises';

export interface ListeningSocket {
  /** Address to connect to from the same host: loopback where the socket listens on every address. */
  host: string;
  port: number;
  inode: string;
}

/** TCP sockets that listen in the network namespace of a process, whoever owns them. */
export async function listeningSockets(pid: number | 'self'): Promise<ListeningSocket[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '')));
  return tables.flatMap((table) => table.split('\n').slice(1).flatMap(parseRow));
}

/** Those of them that the process itself holds open. Needs the right to look into its descriptors. */
export async function ownListeningSockets(pid: number): Promise<ListeningSocket[]> {
  const [sockets, inodes] = await Promise.all([listeningSockets(pid), socketInodes(pid)]);
  return sockets.filter((socket) => inodes.has(socket.inode));
}

async function socketInodes(pid: number): Promise<Set<string>> {
  const descriptors = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}

/** `sl local_address rem_address st … inode`, hexadecimal, state 0A = LISTEN. */
function parseRow(row: string): ListeningSocket[] {
  const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
  const [address = '', port = ''] = local.split(':');
  if (state !== '0A') return [];
  return [{ host: address.length === 32 && isLoopback6(address) ? '[::1]' : '127.0.0.1', port: parseInt(port, 16), inode }];
}

function isLoopback6(address: string): boolean {
  return address === '00000000000000000000000001000000';
}
