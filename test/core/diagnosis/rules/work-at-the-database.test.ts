import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../core/diagnosis/diagnose.js';
import type { DiagnosisInput } from '../../../../core/diagnosis/input.js';
import type { ProfileCategory } from '../../../../core/model/profile.js';
import { appFrame, captures, cpuProfileOf, database, nodeProcess, sockets, statement } from '../captures.js';

/** A service that is saturated with 19 ms of CPU a request, of which `share` is `category` that one handler called for. */
function saturated(category: ProfileCategory, share: number): DiagnosisInput {
  const profile = cpuProfileOf([
    { category, share, callers: [{ frame: appFrame('listOrders'), share }] },
    { category: 'framework', share: 1 - share },
  ]);
  const service = { process: nodeProcess({ mainCores: 0.97 }), wire: sockets({ unread: 15, inside: 5 }), missing: [] };
  return captures({ profile, service });
}

const answer = (input: DiagnosisInput): [string, string | undefined][] =>
  diagnose(input).causes.map(({ id, location }) => [id, location.frame]);

describe('CPU that a function burns in the driver or the mapper of a database', () => {
  it('is told at that function where no statement says why, and is no load beyond the service', () => {
    expect(answer(saturated('orm', 0.7))).toEqual([['hot-function', 'listOrders']]);
    expect(answer(saturated('database-driver', 0.7))).toEqual([['hot-function', 'listOrders']]);
    expect(diagnose(saturated('orm', 0.7)).causes[0]?.summary).toContain('in the driver and the mapper of its database');
  });

  it('leaves the load as the cause where it is a small part', () => {
    expect(answer(saturated('orm', 0.1)).map(([id]) => id)).toEqual(['capacity']);
  });

  it('is no load beyond the service either where nobody of it is on the stack, until the statements are counted', () => {
    const { profile, ...rest } = saturated('database-driver', 0.7);
    const categories = (profile?.categories ?? []).map((entry) => ({ ...entry, callers: [] }));
    const alone: DiagnosisInput = { ...rest, profile: profile === null ? null : { ...profile, categories } };
    const { causes, missingEvidence } = diagnose(captures(alone));
    expect(causes).toEqual([]);
    expect(missingEvidence.map(({ id }) => id)).toContain('statements-uncounted');
    const few = statement({ calls: 3000, totalExecMs: 600, meanExecMs: 0.2, rowsPerCall: 1, timeShare: 1 });
    expect(answer(captures({ ...alone, databases: [database({ active: 0.02, statements: [few] })] }))).toEqual([['capacity', undefined]]);
  });
});
