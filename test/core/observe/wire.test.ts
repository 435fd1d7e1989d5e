import { describe, expect, it } from 'vitest';
import { parseSocketTable, sentLast } from '../../../core/observe/socket-table.js';
import { sampleWire, summarizeWire } from '../../../core/observe/wire.js';

const line = (state: string, queues: string, local: string, peer: string, details: string): string =>
  `${state} ${queues} ${local} ${peer} ${details}`;

describe('the table of sockets', () => {
  it('reads mapped addresses, queues and ages of iproute2', () => {
    const [row] = parseSocketTable(
      'ESTAB  0      0      [::ffff:127.0.0.1]:19999 [::ffff:127.0.0.1]:45544 ino:70757 sk:43 cgroup:/ v6only:0 <-> ts sack bbr rtt:0.163/0.081 bytes_sent:12 bytes_received:79 segs_out:1 lastsnd:96 lastrcv:104 lastack:96 minrtt:0.163',
    );
    expect(row).toMatchObject({
      state: 'ESTAB',
      local: '127.0.0.1:19999',
      peer: '127.0.0.1:45544',
      inode: 70757,
      lastSentMs: 96,
      lastReceivedMs: 104,
      bytesSent: 12,
      bytesReceived: 79,
    });
  });

  it.each([
    ['sent later than it received', 40, 90, 40, 1],
    ['received later than it sent', 90, 40, 40, 0],
    ['same tick, acknowledged afterwards: it spoke last', 200, 200, 160, 1],
    ['same tick, nothing afterwards: the peer spoke last', 200, 200, 200, 0],
    ['same tick just now: cannot be told', 4, 4, 4, 0.5],
  ])('%s', (_, lastSentMs, lastReceivedMs, lastAckMs, expected) => {
    const row = {
      state: 'ESTAB',
      local: 'a:1',
      peer: 'b:2',
      receiveQueue: 0,
      sendQueue: 0,
      inode: 1,
      lastSentMs,
      lastReceivedMs,
      lastAckMs,
      bytesSent: 5,
      bytesReceived: 5,
    };
    expect(sentLast(row)).toBe(expected);
  });
});

it('sorts only the sockets of the service and leaves its other listeners out', () => {
  const table = [
    line('LISTEN', '3 511', '*:8080', '*:*', 'ino:1 sk:1'),
    line('LISTEN', '0 511', '127.0.0.1:9229', '*:*', 'ino:2 sk:2'),
    line('ESTAB', '120 0', '127.0.0.1:8080', '127.0.0.1:40001', 'ino:3 bytes_sent:9 bytes_received:9 lastsnd:50 lastrcv:10 lastack:10'),
    line('ESTAB', '0 0', '127.0.0.1:8080', '127.0.0.1:40002', 'ino:4 bytes_sent:9 bytes_received:9 lastsnd:50 lastrcv:10 lastack:10'),
    line('ESTAB', '0 0', '127.0.0.1:8080', '127.0.0.1:40003', 'ino:5 bytes_sent:9 bytes_received:9 lastsnd:10 lastrcv:50 lastack:10'),
    line('ESTAB', '0 0', '127.0.0.1:50001', '127.0.0.1:5432', 'ino:6 bytes_sent:9 bytes_received:9 lastsnd:10 lastrcv:50 lastack:10'),
    line('ESTAB', '0 0', '127.0.0.1:9229', '127.0.0.1:50009', 'ino:7 bytes_sent:9 bytes_received:9 lastsnd:10 lastrcv:50 lastack:10'),
    line('ESTAB', '0 0', '127.0.0.1:50002', '127.0.0.1:5432', 'ino:99 bytes_sent:9 bytes_received:9 lastsnd:10 lastrcv:50 lastack:10'),
  ].join('\n');
  const sample = sampleWire(parseSocketTable(table), new Set([1, 2, 3, 4, 5, 6, 7]), 8080);
  const wire = summarizeWire([sample, sample], 1000, []);
  expect(wire.inbound).toMatchObject({ connections: 3, unread: 1, served: 1, acceptQueue: 3 });
  expect(wire.peers).toMatchObject([{ peer: '127.0.0.1:5432', kind: 'database', label: 'PostgreSQL', connections: 1, waiting: 1 }]);
  expect(wire.waitingInside).toBe(0);
});
