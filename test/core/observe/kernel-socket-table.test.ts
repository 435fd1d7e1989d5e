import { expect, it } from 'vitest';
import { parseKernelSocketTable } from '../../../core/observe/kernel-socket-table.js';

const header = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

it('reads ends, queues and inodes of IPv4 and leaves out sockets that are closing', () => {
  const rows = parseKernelSocketTable(
    [
      header,
      '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 18000 1 0000000000000000 100 0 0 10 0',
      '   1: 0100007F:1F90 0100007F:B1E8 01 00000000:0000004F 00:00000000 00000000  1000        0 18001 1 0000000000000000 20 4 30 10 -1',
      '   2: 0100007F:1F90 0100007F:B1EA 06 00000000:00000000 03:00000A2B 00000000     0        0 0 3 0000000000000000',
    ].join('\n'),
  );
  expect(rows).toMatchObject([
    { state: 'LISTEN', local: '127.0.0.1:8080', peer: '0.0.0.0:0', receiveQueue: 3, inode: 18000, ages: null },
    { state: 'ESTAB', local: '127.0.0.1:8080', peer: '127.0.0.1:45544', receiveQueue: 79, inode: 18001 },
  ]);
});

it.each([
  ['00000000000000000000000001000000', '[::1]'],
  ['0000000000000000FFFF00000100007F', '127.0.0.1'],
  ['B80D0120000000000000000001000000', '[2001:db8::1]'],
  ['00000000000000000000000000000000', '[::]'],
  ['B80D0120010000000000020000000300', '[2001:db8:0:1:2:0:3:0]'],
])('spells the IPv6 address %s as %s', (hexadecimal, address) => {
  const [row] = parseKernelSocketTable(`${header}\n 0: ${hexadecimal}:0050 ${hexadecimal}:1538 01 00000000:00000000 00:0 0 0 0 7`);
  expect(row).toMatchObject({ local: `${address}:80`, peer: `${address}:5432` });
});
