import { describe, expect, it } from 'vitest';
import { uncitedClaims } from '../../../core/decisions/uncited-claims.js';
import type { Cause, Evidence } from '../../../core/model/incident.js';

const evidence: Evidence[] = [{ id: 'plan-1', kind: 'plan', summary: 'seq scan 40 ms', artifact: null }];
const cause = (cited: string[]): Cause => ({
  ...{ id: 'missing-index', component: 'database query', location: {}, share: 1, confidence: 1, summary: '', evidence: cited },
  remedy: { kind: 'none', statement: '', expected: '', basis: 'none' },
});

describe('uncitedClaims', () => {
  it('finds nothing when every claim cites evidence that is there', () => {
    expect(uncitedClaims({ causes: [cause(['plan-1'])], ruledOut: [], evidence })).toEqual([]);
  });

  it('names a cause without evidence, and one whose evidence does not exist', () => {
    const ruledOut = [{ id: 'gc-pressure' as const, reason: '', evidence: ['profile-9'] }];
    expect(uncitedClaims({ causes: [cause([])], ruledOut, evidence })).toEqual([
      'cause missing-index cites no evidence',
      'ruled-out gc-pressure cites profile-9, which is not in the evidence',
    ]);
  });
});
