import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../core/diagnosis/diagnose.js';
import { standingDocument } from '../../../../core/evidence/kinds/standing.js';
import type { StandingSite } from '../../../../core/model/standing.js';
import { captures, nodeProcess, peer, sockets } from '../captures.js';

const lock: StandingSite = { frame: { name: 'refresh', module: '/srv/stock.py', line: 8 }, called: null, standing: 17, isInLoop: false };

/** 20 requests in flight, of which `atPeer` wait for another service, over threads of Python that stand at `sites`. */
function answer(sites: StandingSite[], atPeer = 1): ReturnType<typeof diagnose> {
  const process = { ...nodeProcess({ mainCores: 0.1 }), runtime: 'python' };
  const input = captures({ service: { process, wire: sockets({ peers: [peer('service', atPeer)], inside: 20 - atPeer }), missing: [] } });
  const standing = { what: 'threads', looks: 60, windowMs: 6000, sites };
  return diagnose({
    ...input,
    read: (document) => (document.name === standingDocument.name ? document.schema.parse(standing) : input.read(document)),
  });
}

describe('requests that wait inside the service', () => {
  it('are told by the line at which their threads stand, and the stacks are cited', () => {
    const { causes, evidence } = answer([lock]);
    expect(causes).toMatchObject([{ id: 'inside-wait', location: { frame: 'refresh', file: '/srv/stock.py', line: 8 } }]);
    const cited = evidence.filter(({ id }) => causes[0]?.evidence.includes(id)).map(({ summary }) => summary);
    expect(cited).toContainEqual(expect.stringContaining('17 at refresh (/srv/stock.py:8)'));
  });

  it('have no line where a thread of the background is all that stands, or where those that stand may all wait for the peer', () => {
    const background = { ...lock, standing: 1 };
    const { causes, missingEvidence } = answer([background]);
    expect(causes[0]?.location).not.toHaveProperty('frame');
    expect(missingEvidence.find(({ id }) => id === 'inside-wait')?.why).toContain('1 of its threads stood at refresh (/srv/stock.py:8)');
    expect(answer([{ ...lock, standing: 11 }], 8).causes[0]?.location ?? {}).not.toHaveProperty('frame');
  });

  it('do not stand where hardly any request comes by: idle workers wait there', () => {
    const rate = captures({}).load.requestRate;
    const workers = { ...lock, standing: 40, perSecond: rate / 20 };
    expect(answer([workers]).causes[0]?.location).not.toHaveProperty('frame');
    const [cause] = answer([workers, { ...lock, frame: { ...lock.frame, name: 'takeTurn' }, perSecond: rate }]).causes;
    expect(cause?.location).toMatchObject({ frame: 'takeTurn' });
  });

  it('wait for a program that is started for each of them, whose CPU is none of the interpreter', () => {
    const process = { ...nodeProcess({ mainCores: 0.1 }), runtime: 'python', cpuMs: 39_000, unseenMs: 36_000 };
    const input = captures({ service: { process, wire: sockets({ inside: 20 }), missing: [] } });
    const standing = { what: 'threads', looks: 60, windowMs: 6000, sites: [{ ...lock, frame: { ...lock.frame, name: 'thumbnail' } }] };
    const { causes } = diagnose({
      ...input,
      read: (document) => (document.name === standingDocument.name ? document.schema.parse(standing) : input.read(document)),
    });
    expect(causes).toMatchObject([{ id: 'inside-wait', location: { frame: 'thumbnail' } }]);
    expect(causes[0]?.summary).toContain('Programs that it starts, and that end soon, burnt 1.2 cores meanwhile');
  });

  it('stand in the service, too, where it sends its answer bit by bit', () => {
    const { load } = captures();
    const slowly = { ...load, timingMs: { blocked: 0, connecting: 0, tls: 0, sending: 0, waiting: 4, receiving: 396 } };
    const at = (standing: number): ReturnType<typeof diagnose> => {
      const input = captures({ load: slowly, service: { process: nodeProcess({ mainCores: 0.1 }), wire: sockets({}), missing: [] } });
      const awaits = { what: 'awaits', looks: 900, windowMs: 3000, sites: [{ ...lock, standing, perSecond: 400 }] };
      return diagnose({
        ...input,
        read: (document) => (document.name === standingDocument.name ? document.schema.parse(awaits) : input.read(document)),
      });
    };
    expect(at(19).causes).toMatchObject([{ id: 'inside-wait', location: { frame: 'refresh', line: 8 } }]);
    expect(at(4)).toMatchObject({ outcome: 'inconclusive', causes: [] });
  });

  it('wait for the one that holds the event loop, however few threads there are', () => {
    const [cause] = answer([{ ...lock, standing: 0.97, isInLoop: true }]).causes;
    expect(cause).toMatchObject({ id: 'inside-wait', location: { frame: 'refresh', line: 8 } });
    expect(cause?.summary).toContain('Its event loop is held at refresh');
  });
});
