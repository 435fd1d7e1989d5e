import { describe, expect, it } from 'vitest';
import type { StatusDocument } from '../../../../core/command/incident/status-document.js';
import { actionFor } from '../../../../core/command/rca/factors.js';
import { findOnset } from '../../../../core/command/rca/onset.js';
import { remediedCauses } from '../../../../core/decisions/remedy/remedied-causes.js';
import type { TimelineEvent } from '../../../../core/model/timeline.js';
import { analyzeRootCause } from '../../../../core/command/rca/rca.js';
import type { BisectSummary } from '../../../../core/model/bisect.js';
import type { Cause } from '../../../../core/model/cause.js';
import type { Incident } from '../../../../core/model/incident.js';
import { createIndexCause } from '../../../support/stories/fake-incident.js';
import { createIncidentFor } from '../../../support/stories/incident-document.js';
import { sampleIncident, timelineRow } from '../../../support/stories/sample-incident.js';

const accounting = [
  { resource: 'database-execution', label: 'executing statements', perRequestMs: 380, share: 0.95, evidence: ['plan-1'] },
];
const triage = (over: Partial<Incident> = {}): Incident => ({
  ...createIncidentFor('payment/pay'),
  service: 'payment',
  accounting,
  ruledOut: [
    { id: 'row-lock', kind: 'disproved', reason: 'no session waited for a row, limit 5 %', evidence: [] },
    {
      id: 'pool-exhausted',
      kind: 'consequence',
      consequenceOf: 'missing-index',
      reason: 'connections are held by the statement',
      evidence: [],
    },
  ],
  notJudged: [{ id: 'gc-pressure', needs: ['a CPU profile'] }],
  ...over,
});
const well = (remedied: string[]): Partial<Incident['reruns'][number]> => ({
  outcome: 'resolved',
  withinBudget: true,
  at: '2026-03-02T15:10:00.000Z',
  remedied,
});
const analyze = (status: Partial<StatusDocument>, ...triages: Incident[]) => analyzeRootCause(sampleIncident(status), triages, []);

describe('the ledger of hypotheses', () => {
  it('holds every rule with what the evidence says to it', () => {
    const { hypotheses } = analyze({}, triage());
    const status = Object.fromEntries(hypotheses.map((one) => [one.id, one.status]));
    expect(status).toEqual({
      'payment/pay:missing-index': 'supported',
      'change:async-payment': 'open',
      'payment/pay:gc-pressure': 'open',
      'payment/pay:row-lock': 'refuted',
      'payment/pay:pool-exhausted': 'refuted',
    });
    expect(hypotheses[0]?.supports[0]).toContain('plan-1 of perf-shop-orders-12345678-0123456789ab: seq scan on orders');
    expect(hypotheses.find(({ id }) => id.endsWith('pool-exhausted'))?.contradicts[0]).toContain('it follows from missing-index');
    expect(hypotheses.find(({ id }) => id.endsWith('gc-pressure'))).toMatchObject({ untested: ['a CPU profile'], testedBy: null });
  });

  it('is never confirmed by being near in time, and refuted by being after', () => {
    const [change] = sampleIncident().changes;
    if (change === undefined) throw new Error('the sample has a change');
    const late = { ...change, ref: 'v9', verdict: 'ruled-out-by-time', why: '5 min after the onset' } as const;
    const { hypotheses } = analyze({ changes: [change, late] });
    expect(hypotheses.map(({ id, status }) => [id, status])).toEqual([
      ['change:async-payment', 'open'],
      ['change:v9', 'refuted'],
    ]);
  });

  it('is confirmed by the same load after the remedy, and a change by the search that names its commit', () => {
    const [rerun] = [well(['missing-index'])] as unknown as Incident['reruns'];
    if (rerun === undefined) throw new Error('unreachable');
    const commit = '0123456789abcdef0123456789abcdef01234567';
    const culprit = { commit, subject: 'Drop the index', author: 'Ada', date: '2026-03-01', files: [] };
    const bisect = {
      outcome: 'culprit',
      culprit,
      range: null,
      posterior: 0.99,
      effect: null,
      reasons: [],
      workflowId: 'b',
    } satisfies BisectSummary;
    const [change] = sampleIncident().changes;
    const changes = change === undefined ? [] : [{ ...change, kind: 'deploy' as const, ref: commit.slice(0, 8) }];
    const { hypotheses, whys, rootCause } = analyze({ changes }, triage({ outcome: 'resolved', reruns: [rerun], bisect }));
    expect(hypotheses.filter(({ status }) => status === 'confirmed').map(({ id }) => id)).toEqual([
      'payment/pay:missing-index',
      'change:01234567',
    ]);
    expect(rootCause).toMatchObject({ status: 'confirmed', branch: 'A', statement: expect.stringContaining('Drop the index') as string });
    expect(whys.at(-1)).toMatchObject({ n: 4, answer: null, collect: expect.stringContaining('for people') as string });
  });

  it('confirms none of two causes by one load: nobody knows which of them went away', () => {
    const second: Cause = { ...createIndexCause, id: 'hot-function', summary: 'a loop is hot', share: 0.3 };
    const statuses = (remedied: string[]): string[] => {
      const reruns = [well(remedied)] as unknown as Incident['reruns'];
      const both = triage({ outcome: 'resolved', reruns, causes: [createIndexCause, second] });
      return analyze({ changes: [] }, both)
        .hypotheses.slice(0, 2)
        .map(({ status }) => status);
    };
    expect(statuses(['missing-index', 'hot-function'])).toEqual(['supported', 'supported']);
    expect(statuses(['hot-function'])).toEqual(['confirmed', 'supported']);
  });

  it('is not confirmed by a load that became well by something else than the remedy of the cause', () => {
    const status = (rerun: Partial<Incident['reruns'][number]>): string | undefined => {
      const reruns = [rerun] as unknown as Incident['reruns'];
      return analyze({ changes: [] }, triage({ outcome: 'resolved', reruns })).hypotheses.find(({ id }) => id.endsWith('missing-index'))
        ?.status;
    };
    expect(status(well([]))).toBe('supported');
    expect(status({ ...well(['missing-index']), remedied: ['hot-function'] })).toBe('supported');
    expect(status({ ...well(['missing-index']), withinBudget: false })).toBe('supported');
    expect(status(well(['missing-index']))).toBe('confirmed');
    const applied = (cause: string | null) => ({ kind: 'remedy-applied', planId: 'p', applied: true, cause }) as unknown as TimelineEvent;
    expect(remediedCauses([applied('missing-index')])).toEqual(['missing-index']);
    expect(remediedCauses([applied('missing-index'), applied(null)])).toEqual([]);
    expect(remediedCauses([])).toEqual([]);
  });

  it('is not confirmed by a search that is not sure', () => {
    const culprit = { commit: 'c'.repeat(40), subject: 's', author: 'a', date: 'd', files: [] };
    const bisect = {
      outcome: 'culprit',
      culprit,
      range: null,
      posterior: 0.6,
      effect: null,
      reasons: [],
      workflowId: 'b',
    } satisfies BisectSummary;
    expect(analyze({ changes: [] }, triage({ bisect })).rootCause?.statement).toBe(createIndexCause.summary);
  });
});

describe('why, and why again', () => {
  it('ends at the first question that nothing answers, and says what to collect', () => {
    const { whys, rootCause } = analyze({}, triage());
    expect(whys.map(({ n, branch, answer }) => [branch, n, answer !== null])).toEqual([
      ['A', 1, true],
      ['A', 2, true],
      ['A', 3, false],
    ]);
    expect(whys[0]?.answer).toBe('95 % of the mean latency, 380 ms a request, is executing statements');
    expect(whys[2]?.collect).toContain('perf-responder bisect payment/pay');
    expect(whys[2]?.collect).toContain('flag async-payment');
    expect(rootCause).toMatchObject({ status: 'supported', statement: createIndexCause.summary });
  });

  it('branches where a second cause holds more than a fifth, and not below', () => {
    const second = (share: number): Cause => ({ ...createIndexCause, id: 'hot-function', summary: 'a loop is hot', share });
    const branches = (share: number) =>
      new Set(analyze({}, triage({ causes: [createIndexCause, second(share)] })).whys.map(({ branch }) => branch));
    expect(branches(0.3)).toEqual(new Set(['A', 'B']));
    expect(branches(0.1)).toEqual(new Set(['A']));
  });

  it('takes the place where the time goes for no root cause and no factor: its defect is not known', () => {
    const place: Cause = { ...createIndexCause, id: 'expensive-query', summary: 'one statement holds the latency; why was not shown' };
    const { whys, rootCause, contributing } = analyze({ changes: [] }, triage({ causes: [place] }));
    expect(rootCause).toBeNull();
    expect(whys.map(({ answer }) => answer !== null)).toEqual([true, false]);
    expect(whys[1]?.question).toContain('why was not shown');
    expect(contributing.map(({ id }) => id)).toEqual(['response.no-runbook']);
  });

  it('names no root cause where no triage names one', () => {
    const missing = [{ capture: 'profile', reason: 'denied', remedy: 'allow perf' }] as unknown as Incident['missingEvidence'];
    const { whys, rootCause } = analyze({}, triage({ causes: [], accounting: [], missingEvidence: missing }));
    expect(rootCause).toBeNull();
    expect(whys).toMatchObject([{ n: 1, answer: null, collect: 'allow perf' }]);
    expect(analyze({}).rootCause).toBeNull();
  });
});

describe('factors and recommendations', () => {
  it('have stable ids, and each factor a recommendation', () => {
    const { contributing, recommendations } = analyze(
      { timeline: [timelineRow({ at: sampleIncident().declaredAt, kind: 'nobody-answered', text: 'nobody' })] },
      triage(),
    );
    expect(contributing.map(({ id }) => id)).toEqual([
      'trigger.flag',
      'latent.missing-index',
      'detection.no-alert',
      'response.nobody-answered',
      'response.no-runbook',
    ]);
    for (const { id } of contributing) {
      const known = actionFor[id];
      expect(known && recommendations[known.horizon], id).toContain(`${known?.action ?? ''} (${id})`);
    }
    expect(recommendations.immediate[0]).toContain(createIndexCause.remedy.statement);
  });

  it('ask for no remedy that was proven', () => {
    expect(analyze({}, triage({ outcome: 'resolved' })).recommendations.immediate).toEqual([]);
  });
});

it('finds late updates by their kind, whatever their words are', () => {
  const late = (kind: string, text: string): string[] =>
    analyze({ timeline: [timelineRow({ at: sampleIncident().declaredAt, kind, text })] }).contributing.map(({ id }) => id);
  expect(late('update-overdue', 'Die Meldung ist fällig')).toContain('response.late-updates');
  expect(late('reminder', 'the update is overdue')).not.toContain('response.late-updates');
  expect(late('note', 'overdue')).not.toContain('response.late-updates');
});

describe('the onset', () => {
  const at = Date.parse('2026-03-02T14:00:00Z');
  const step = (before: number, after: number) =>
    Array.from({ length: 40 }, (_, index) => ({ atMs: at + index * 15_000, value: index < 25 ? before : after }));

  it('is the earliest worsening that users feel, not a better number and not the traffic', () => {
    const series = [
      { service: 'payment', signal: 'traffic', samples: step(1, 9) },
      { service: 'payment', signal: 'errors', samples: step(0.2, 0) },
      { service: 'payment', signal: 'p95', samples: step(0.1, 0.9) },
    ];
    expect(findOnset(sampleIncident(), series)).toEqual({
      at: new Date(at + 25 * 15_000).toISOString(),
      uncertaintyS: 15,
      from: 'change point of p95 of payment: 0.1 → 0.9',
    });
  });

  it('is what was declared where nothing measured it, and not known without', () => {
    expect(findOnset(sampleIncident(), [])).toMatchObject({ uncertaintyS: 30, from: 'the declaration' });
    expect(findOnset({ onset: null }, [{ service: 's', signal: 'p95', samples: step(1, 1) }])).toBeNull();
  });
});
