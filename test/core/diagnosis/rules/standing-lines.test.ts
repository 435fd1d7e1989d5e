import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../core/diagnosis/diagnose.js';
import type { DiagnosisInput } from '../../../../core/diagnosis/input.js';
import { standingDocument } from '../../../../core/evidence/kinds/standing.js';
import type { Cause } from '../../../../core/model/cause.js';
import { captures, database, nodeProcess, peer, sockets } from '../captures.js';

/** The first cause, where so many requests are seen to await at one line. */
function first(input: DiagnosisInput, standing: number): Cause | undefined {
  const site = {
    frame: { name: 'checkout', module: '/srv/shop/app.js', line: 31 },
    called: null,
    standing,
    isInLoop: false,
    perSecond: 50,
  };
  const awaits = { what: 'awaits', looks: 900, windowMs: 3000, sites: [site] };
  const read: DiagnosisInput['read'] = (document) =>
    document.name === standingDocument.name ? document.schema.parse(awaits) : input.read(document);
  return diagnose({ ...input, read }).causes[0];
}

describe('requests that queue inside the service', () => {
  const inBursts = { ...peer('database', 3.5), waitingMax: 10, queued: 8 };
  const forPool = captures({
    service: { process: nodeProcess({ mainCores: 0.05 }), wire: sockets({ peers: [inBursts], inside: 9 }), missing: [] },
    databases: [database({ active: 3.5, sessions: 10 })],
  });

  it('for a connection are told by the line at which they do', () => {
    expect(first(forPool, 12)).toMatchObject({ id: 'pool-exhausted', location: { pool: 'main', frame: 'checkout', line: 31 } });
    expect(first(forPool, 12)?.summary).toContain('They wait at checkout (/srv/shop/app.js:31)');
  });

  it('are told without a line where those that stand there may all be at the database', () => {
    expect(first(forPool, 4)?.location).toEqual({ pool: 'main' });
  });

  it('for a helper thread are told by the line, too', () => {
    const process = nodeProcess({ mainCores: 0.1, helperCores: 1 });
    const forThreads = captures({ service: { process, wire: sockets({ inside: 20 }), missing: [] } });
    expect(first(forThreads, 18)).toMatchObject({ id: 'thread-pool-starvation', location: { frame: 'checkout', line: 31 } });
  });
});
