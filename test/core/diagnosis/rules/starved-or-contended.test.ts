import { describe, expect, it } from 'vitest';
import { decideBranch, diagnose } from '../../../../core/diagnosis/diagnose.js';
import type { DiagnosisInput } from '../../../../core/diagnosis/input.js';
import { appFrame, captures, cpuProfileOf, database, nodeProcess, peer, sockets, statement } from '../captures.js';

const flat = cpuProfileOf([
  { category: 'framework', share: 0.6 },
  { category: 'application', share: 0.4, callers: [{ frame: appFrame('render'), share: 0.13 }] },
]);

/** A service that is ready to run all the time and gets a part of a core; 50 requests a second of an open load. */
function contended(cores: { got: number; helpers?: number; delay: number }, overrides: Partial<DiagnosisInput> = {}): DiagnosisInput {
  const process = nodeProcess({ mainCores: cores.got, helperCores: cores.helpers ?? 0, runDelayCores: cores.delay });
  const { plan } = captures();
  return captures({
    plan: { ...plan, executor: 'constant-arrival-rate', vus: 0, rate: 60, maxVus: 40 },
    service: { process, wire: sockets({ unread: 19, inside: 1 }), missing: [] },
    profile: flat,
    ...overrides,
  });
}

const named = (input: DiagnosisInput): string[] => diagnose(input).causes.map((cause) => cause.id);

describe('a service that is ready to run and does not', () => {
  it('was denied by others when others had the CPU for most of that time and its load would fit', () => {
    expect(diagnose(contended({ got: 0.13, delay: 0.87 }))).toMatchObject({
      outcome: 'localized',
      causes: [{ id: 'cpu-starved', component: 'host' }],
    });
  });

  it('was not, when it wanted little CPU and the requests queue in front of it for something else', () => {
    const result = diagnose(contended({ got: 0.05, delay: 0.1 }, { profile: null }));
    expect(result.causes.map(({ id }) => id)).toEqual(['inside-wait']);
    expect(result.causes[0]?.summary).toContain('queue in front of it, because its workers stand there');
  });

  it('explains away what the profile shows of it', () => {
    const profile = cpuProfileOf([{ category: 'application', share: 0.9, callers: [{ frame: appFrame('render'), share: 0.9 }] }]);
    expect(named(contended({ got: 0.13, delay: 0.87 }, { profile }))).toEqual(['cpu-starved']);
  });

  it('is not called contention when the load alone would fill its core', () => {
    const profile = cpuProfileOf([{ category: 'application', share: 0.9, callers: [{ frame: appFrame('combine'), share: 0.9 }] }]);
    // 0.45 cores for 50 requests are 9 ms each; 120 a second of them are more than one event loop has.
    const { plan } = contended({ got: 0.45, delay: 0.55 });
    expect(named(contended({ got: 0.45, delay: 0.55 }, { profile, plan: { ...plan, rate: 120 } }))).toEqual(['hot-function']);
  });

  it('is not called contention by its own database on the same host: that is a wait for what the database executes', () => {
    const busy = database({ active: 0.8, statements: [statement()] });
    const diagnosis = diagnose(contended({ got: 0.03, delay: 0.97 }, { databases: [busy] }));
    expect(diagnosis.causes.map(({ id }) => id)).not.toContain('cpu-starved');
    expect(diagnosis.reasons.join(' ')).toContain('its database runs on the same host');
    expect(decideBranch(contended({ got: 0.03, delay: 0.97 }, { databases: [busy] })).branch).toBe('db-bound');
    for (const other of [database({ active: 0.05 }), { ...busy, peer: '10.0.0.7:5432' }])
      expect(named(contended({ got: 0.03, delay: 0.97 }, { databases: [other] }))).toEqual(['cpu-starved']);
  });

  it('is not called contention by its own threads', () => {
    const { plan } = contended({ got: 0.1, delay: 0.9 });
    expect(named(contended({ got: 0.1, helpers: 1, delay: 0.9 }, { plan: { ...plan, rate: 40 } }))).not.toContain('cpu-starved');
  });

  it('is never a matter of capacity while others have most of its CPU', () => {
    expect(named(contended({ got: 0.45, delay: 0.5 }, { plan: { ...captures().plan, rate: 400 } }))).not.toContain('capacity');
  });
});

describe('waiting inside the service for something that was not seen', () => {
  it('keeps a smaller cause from being named, and is told as missing', () => {
    const service = { process: nodeProcess({ mainCores: 0.1 }), wire: sockets({ peers: [peer('service', 7)], inside: 13 }), missing: [] };
    const result = diagnose(captures({ service }));
    expect(result.causes.map(({ id }) => id)).toEqual(['inside-wait']);
    expect(result.missingEvidence.map((row) => row.id)).toContain('inside-wait');
  });
});
