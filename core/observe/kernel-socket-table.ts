import type { SocketRow } from './socket-table.js';

/** State numbers of the kernel's include/net/tcp_states.h, in the words of `ss`. */
const states: Record<string, string> = { '01': 'ESTAB', '02': 'SYN-SENT', '08': 'CLOSE-WAIT', '0A': 'LISTEN' };

/**
 * Reads `/proc/net/tcp` or `/proc/net/tcp6`: ends, queues and inodes. The kernel tells no ages here, so `ages` is null. Sockets in states that
 * the accounting has no use for (closing, time-wait) are left out.
 */
export function parseKernelSocketTable(text: string): SocketRow[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local, peer, stateNumber = '', queues = '', , , , , inode] = line.trim().split(/\s+/);
      const state = states[stateNumber];
      if (state === undefined || local === undefined || peer === undefined) return [];
      const [send = '0', receive = '0'] = queues.split(':');
      return [
        {
          state,
          local: readEnd(local),
          peer: readEnd(peer),
          receiveQueue: parseInt(receive, 16),
          sendQueue: parseInt(send, 16),
          inode: Number(inode ?? 0),
          ages: null,
          unacknowledged: 0,
          bytesSent: null,
          bytesReceived: null,
        },
      ];
    });
}

/** `0100007F:1F90` → `127.0.0.1:8080`: the address is 32-bit words in the byte order of the machine, which is little-endian wherever we run. */
function readEnd(text: string): string {
  const [address = '', port = ''] = text.split(':');
  const bytes = (address.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).map((byte) => parseInt(byte, 16)).reverse());
  return `${bytes.length === 4 ? bytes.join('.') : readAddress6(bytes)}:${parseInt(port, 16)}`;
}

function readAddress6(bytes: number[]): string {
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (isMapped) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[index * 2] ?? 0) * 256 + (bytes[index * 2 + 1] ?? 0)).toString(16));
  return `[${shorten(groups)}]`;
}

/** The longest run of two or more zero groups becomes `::`, as everybody writes addresses (RFC 5952). */
function shorten(groups: string[]): string {
  const runs = [
    ...groups
      .map((group) => (group === '0' ? '0' : '-'))
      .join('')
      .matchAll(/0{2,}/g),
  ];
  const longest = runs.reduce<{ index: number; length: number } | null>(
    (best, run) => (best === null || run[0].length > best.length ? { index: run.index, length: run[0].length } : best),
    null,
  );
  if (longest === null) return groups.join(':');
  return `${groups.slice(0, longest.index).join(':')}::${groups.slice(longest.index + longest.length).join(':')}`;
}
