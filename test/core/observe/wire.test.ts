import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { WireObservation } from '../../../core/model/observation.js';
import { parseSocketTable } from '../../../core/observe/socket-table.js';
import { noMemory, sampleWire, type WireScope } from '../../../core/observe/wire-sample.js';
import { summarizeWire, type PeerHint } from '../../../core/observe/wire.js';

interface Ages {
  /** Milliseconds since sent, received, acknowledged. */
  ages?: [number, number, number];
  bytes?: [number, number];
  unacked?: number;
  unread?: number;
}

const service = '127.0.0.1:8080';

function row(inode: number, local: string, peer: string, { ages = [0, 0, 0], bytes = [9, 9], unacked = 0, unread = 0 }: Ages): string {
  const [sent, received, acknowledged] = ages;
  return `ESTAB ${unread} 0 ${local} ${peer} ino:${inode} rto:204 bytes_sent:${bytes[0]} bytes_received:${bytes[1]} segs_out:3 lastsnd:${sent} lastrcv:${received} lastack:${acknowledged} unacked:${unacked}`;
}

const inbound = (inode: number, ages: Ages): string => row(inode, service, `127.0.0.1:${40_000 + inode}`, ages);
const outbound = (inode: number, ages: Ages, peer = '127.0.0.1:9001'): string => row(inode, `127.0.0.1:${50_000 + inode}`, peer, ages);

const owesAnswer: Ages = { ages: [90, 40, 40] };
const waits: Ages = { ages: [40, 90, 40] };
const answered: Ages = { ages: [40, 90, 40] };
const idle: Ages = { ages: [90, 85, 85] };

function observe(looks: string[][], scope: Partial<WireScope> = {}, hints: PeerHint[] = []): WireObservation {
  let memory = noMemory;
  const owned = new Set(Array.from({ length: 99 }, (_, index) => index + 1));
  const samples = looks.map((lines) => {
    const looked = sampleWire(parseSocketTable(lines.join('\n')), { owned, servicePort: 8080, ownEnds: new Set(), ...scope }, memory);
    memory = looked.memory;
    return looked.sample;
  });
  const wire = summarizeWire(samples, 1000, hints);
  if (wire === null) throw new Error('there was no sample');
  return wire;
}

const peerOf = (wire: WireObservation, peer = '127.0.0.1:9001'): WireObservation['peers'][number] | undefined =>
  wire.peers.find((one) => one.peer === peer);

describe('connections to a peer', () => {
  const looks = 5;
  const kept = Array.from({ length: looks }, () => [outbound(5, waits), outbound(6, idle)]);

  it('are new at the first look only where they are kept', () => {
    expect(peerOf(observe(kept))).toMatchObject({ connections: 2, opened: 0 });
  });

  it('are new at every look where each serves one request', () => {
    const fresh = Array.from({ length: looks }, (_, look) => [outbound(10 + 2 * look, waits), outbound(11 + 2 * look, waits)]);
    expect(peerOf(observe(fresh))).toMatchObject({ connections: 2, opened: 2 });
  });

  it('cannot be told to be new by one look', () => {
    expect(peerOf(observe(kept.slice(0, 1)))).not.toHaveProperty('opened');
  });
});

describe('where requests are', () => {
  it('splits requests into unread, waiting for a peer and inside', () => {
    const wire = observe([
      [
        inbound(1, owesAnswer),
        inbound(2, owesAnswer),
        inbound(3, { ...owesAnswer, unread: 80 }),
        inbound(4, answered),
        outbound(5, waits),
        outbound(6, idle),
      ],
      [inbound(1, owesAnswer), inbound(2, owesAnswer), inbound(3, owesAnswer), inbound(4, answered), outbound(5, idle), outbound(6, idle)],
    ]);
    expect(wire.inbound).toMatchObject({ connections: 4, unread: 0.5, served: 2.5 });
    expect(peerOf(wire)).toMatchObject({ connections: 2, waiting: 0.5, waitingMax: 1, connecting: 0 });
    expect(wire.waitingInside).toBe(2);
    expect(wire.multiplexed).toBe(false);
  });

  describe('inside while every connection to a peer is in use', () => {
    const served = (count: number): string[] => Array.from({ length: count }, (_, index) => inbound(index + 1, owesAnswer));
    const asking = (count: number): string[] => Array.from({ length: 3 }, (_, index) => outbound(40 + index, index < count ? waits : idle));
    const queuedWith = (looks: string[][]): number | undefined => peerOf(observe(looks))?.queued;
    const many = (look: string[]): string[][] => Array.from({ length: 6 }, () => look);

    it('queue for a connection, less what is inside at other times, too', () => {
      // Three at the peer and four inside in one half of the looks; two at the peer and one inside in the other.
      expect(queuedWith([...many([...served(7), ...asking(3)]), ...many([...served(3), ...asking(2)])])).toBeCloseTo(1.5);
    });

    it('do not where as many are inside when a connection is free', () => {
      expect(queuedWith([...many([...served(7), ...asking(3)]), ...many([...served(6), ...asking(2)])])).toBe(0);
    });

    it('cannot be told to when that was hardly ever seen', () => {
      expect(queuedWith([[...served(7), ...asking(3)], ...many([...served(3), ...asking(2)])])).toBe(0);
    });
  });

  it('counts connections that nobody has accepted once, in the accept queue', () => {
    const wire = observe([
      ['LISTEN 3 511 *:8080 *:*  ino:1', inbound(0, { ...owesAnswer, unread: 50 }), inbound(7, { ...owesAnswer, unread: 50 })],
    ]);
    expect(wire.inbound).toMatchObject({ connections: 1, unread: 1, acceptQueue: 3, acceptQueueMax: 3 });
  });

  it('leaves out other listeners, even after they closed, other programs, and the responder itself', () => {
    const inspector = 'LISTEN 0 511 127.0.0.1:9229 *:* ino:2';
    const session = row(3, '127.0.0.1:9229', '127.0.0.1:60000', waits);
    const stranger = outbound(1000, waits, '127.0.0.1:5432');
    const pprof = row(4, service, '127.0.0.1:60001', owesAnswer);
    const wire = observe(
      [
        [inspector, session, stranger, pprof],
        [session, stranger, pprof],
      ],
      { ownEnds: new Set(['127.0.0.1:60001']) },
    );
    expect(wire.peers).toEqual([]);
    expect(wire.inbound).toMatchObject({ connections: 0, served: 0 });
  });

  it('takes every listening port but the inspector when none is named', () => {
    const wire = observe(
      [
        [
          'LISTEN 0 511 *:8080 *:* ino:1',
          'LISTEN 0 511 127.0.0.1:9229 *:* ino:2',
          inbound(3, owesAnswer),
          row(4, '127.0.0.1:9229', '127.0.0.1:6', owesAnswer),
        ],
      ],
      { servicePort: null },
    );
    expect(wire.inbound).toMatchObject({ connections: 1, served: 1 });
  });

  it('does not call a peer slow whose answer has arrived, or that is still being connected', () => {
    const wire = observe([[outbound(1, { ...waits, unread: 30 }), 'SYN-SENT 0 1 127.0.0.1:51000 127.0.0.1:9001 ino:2 rto:1000']]);
    expect(peerOf(wire)).toMatchObject({ connections: 2, waiting: 0, connecting: 1 });
  });
});

describe('who spoke last', () => {
  const waitingIn = (...ages: Ages[]): number | undefined =>
    peerOf(observe([ages.map((each, index) => outbound(index + 1, each))]))?.waiting;

  it.each<[string, Ages, number]>([
    ['nobody yet: just connected', { bytes: [0, 0] }, 0],
    ['we, and never an answer', { bytes: [50, 0] }, 1],
    ['we, unacknowledged in the same tick', { ages: [12, 12, 12], unacked: 1 }, 1],
    ['we, acknowledged after a delay', { ages: [200, 200, 160] }, 1],
    ['the peer, within the same tick as its next neighbour', { ages: [300, 296, 296] }, 0],
  ])('%s', (_, ages, expected) => {
    expect(waitingIn(ages)).toBe(expected);
  });

  it('an age that ss leaves out is zero: sent this very moment', () => {
    const wire = observe([
      [`ESTAB 0 0 127.0.0.1:5 127.0.0.1:9001 ino:1 rto:204 bytes_sent:9 bytes_received:9 segs_out:3 lastrcv:40 lastack:40`],
    ]);
    expect(peerOf(wire)?.waiting).toBe(1);
  });

  it('divides ties as their neighbours are divided: a busy pool in front of a slow peer', () => {
    const tie: Ages = { ages: [200, 200, 200] };
    expect(waitingIn(tie, tie, tie, { ages: [196, 200, 196] })).toBe(4);
    expect(waitingIn(tie, tie, tie, { ages: [200, 196, 196] })).toBe(0);
    expect(waitingIn(tie, tie, tie, tie)).toBe(2);
  });

  it('counts no tie that is older than every request in service: an idle pool waits for nothing', () => {
    const requests = [1, 2, 3].map((inode) => inbound(inode, owesAnswer));
    const pool = [4, 5, 6, 7].map((inode) => outbound(inode, { ages: [5000, 5000, 5000] }));
    const wire = observe([[...requests, ...pool]]);
    expect(peerOf(wire)).toMatchObject({ connections: 4, waiting: 0, waitingMax: 0 });
    expect(wire.waitingInside).toBe(3);
    const recent = [4, 5, 6, 7].map((inode) => outbound(inode, { ages: [40, 40, 40] }));
    expect(peerOf(observe([[...requests, ...recent]]))?.waiting).toBe(2);
  });

  it('takes ties for requests in service though other answers are held back on their way', () => {
    const inService = [1, 2, 3].map((inode) => inbound(inode, { ages: [76, 76, 76] }));
    const justCame = inbound(4, { ages: [8, 4, 4] });
    const heldBack = [5, 6, 7, 8].map((inode) => inbound(inode, { ages: [12, 20, 20], unacked: 1 }).replace('ESTAB 0 0', 'ESTAB 0 116'));
    expect(observe([[...inService, justCame, ...heldBack]]).inbound.served).toBe(4);
  });

  it('does not take the acknowledgement of a keep-alive probe for that of a request', () => {
    expect(waitingIn({ ages: [4000, 4000, 996] }, { ages: [4000, 3996, 996] })).toBe(0);
  });

  it('remembers who spoke last while no byte moves', () => {
    const wire = observe([[outbound(1, { ages: [8, 8, 8], unacked: 1 })], [outbound(1, { ages: [208, 208, 208] })]]);
    expect(peerOf(wire)?.waiting).toBe(1);
  });
});

describe('connections that are no requests', () => {
  it('a stream of messages that never get an answer waits for nothing', () => {
    const looks = [100, 200, 300, 400, 500, 600].map((sent) => [outbound(1, { ages: [10, 9000, 5], bytes: [sent, 0] })]);
    expect(peerOf(observe(looks))?.waiting).toBeLessThan(0.6);
  });

  it('a long poll that is older than every request is told apart', () => {
    const requests = [1, 2, 3].map((inode) => inbound(inode, { ages: [400, 150, 150] }));
    const wire = observe([
      [...requests, outbound(4, { ages: [5000, 9000, 5000] }, '127.0.0.1:9092'), outbound(5, { ages: [120, 400, 120] })],
    ]);
    expect(peerOf(wire, '127.0.0.1:9092')?.waiting).toBe(0);
    expect(peerOf(wire)?.waiting).toBe(1);
    expect(wire.limits.join()).toContain('1.0 connections to Kafka (127.0.0.1:9092)');
  });

  it('a hung dependency is not a long poll: its requests are as old', () => {
    const requests = [1, 2, 3].map((inode) => inbound(inode, { ages: [9000, 5005, 5005] }));
    expect(peerOf(observe([[...requests, outbound(4, { ages: [5000, 9000, 5000] })]]))?.waiting).toBe(1);
  });

  it('suspects HTTP/2 when requests keep coming on connections that owe an answer', () => {
    const looks = Array.from({ length: 8 }, (_, look) => [inbound(1, { ages: [400, 30, 30], bytes: [10, 100 + look * 50] })]);
    expect(observe(looks).multiplexed).toBe(true);
  });

  it('notices that many requests share one connection to a peer', () => {
    const looks = Array.from({ length: 8 }, (_, look) => [
      outbound(1, { ages: [30, 400, 30], bytes: [100 + look * 50, 10] }, '10.0.0.5:6379'),
    ]);
    const wire = observe(looks);
    expect(wire.multiplexed).toBe(false);
    expect(wire.limits.join()).toContain('several requests share a connection to Redis (10.0.0.5:6379)');
  });
});

it('names peers by the catalog, then by the port, and says which of the catalog were never seen', () => {
  const hints: PeerHint[] = [
    { peer: '10.0.0.1:6543', label: 'database main', kind: 'database' },
    { peer: '10.0.0.9:1', label: 'database other', kind: 'database' },
  ];
  const wire = observe(
    [[outbound(1, idle, '10.0.0.1:6543'), outbound(2, waits, '10.0.0.2:5432'), outbound(3, idle, '10.0.0.3:7777')]],
    {},
    hints,
  );
  expect(wire.peers.map(({ label, kind }) => `${label}: ${kind}`)).toEqual([
    'PostgreSQL: database',
    'database main: database',
    'peer on port 7777: unknown',
  ]);
  expect(wire.limits.join()).toContain('no TCP connection to database other');
});

it('says that waits are unknown where the kernel tells no ages', () => {
  const wire = observe([
    [
      'ESTAB 70 0 127.0.0.1:8080 127.0.0.1:40001 ino:1',
      'ESTAB 0 0 127.0.0.1:8080 127.0.0.1:40002 ino:2',
      'ESTAB 0 0 127.0.0.1:50001 127.0.0.1:5432 ino:3',
    ],
  ]);
  expect(wire.inbound).toMatchObject({ unread: 1, served: 0 });
  expect(wire.limits.join()).toContain('no ages');
});

describe('the table that ss prints', () => {
  it.each([
    ['iproute2-6.1-one-line.txt', 'one line'],
    ['iproute2-4.9-two-lines-header.txt', 'two lines'],
  ])('%s', (file) => {
    const rows = parseSocketTable(readFileSync(new URL(`../../../fixtures/sockets/${file}`, import.meta.url), 'utf8'));
    expect(rows.map(({ state, local, peer, receiveQueue, inode }) => `${state} ${local} ${peer} ${receiveQueue} ${inode}`)).toEqual([
      'LISTEN *:8080 *:* 2 1077',
      'ESTAB 127.0.0.1:8080 127.0.0.1:45544 79 70757',
      'ESTAB 10.0.0.7:36102 10.0.0.9:5432 0 70760',
      'ESTAB [fe80::1]:36104 [fe80::2]:6379 0 70761',
      'SYN-SENT 10.0.0.7:36106 10.0.0.10:443 0 70762',
    ]);
    expect(rows[2]).toMatchObject({ ages: { sentMs: 96, receivedMs: 104, acknowledgedMs: 56 }, bytesSent: 938, bytesReceived: 744 });
    expect(rows[3]).toMatchObject({ ages: { sentMs: 0, receivedMs: 4 }, unacknowledged: 1 });
  });
});
