import type { StatusDocument, TimelineRow } from '../../../core/command/incident/status-document.js';
import { noFindings } from '../../../core/command/incident/findings.js';

export function timelineRow(row: Partial<TimelineRow> & Pick<TimelineRow, 'at' | 'kind' | 'text'>): TimelineRow {
  return {
    id: 'T-1',
    atOriginal: null,
    recordedAt: row.at,
    precision: 'exact',
    source: 'workflow',
    by: null,
    proof: null,
    pinned: false,
    evidence: [],
    ...row,
  };
}

const begin = '2026-03-02T14:25:00.000Z';
const detected = '2026-03-02T14:30:00.000Z';
const answered = '2026-03-02T14:33:00.000Z';
const mitigated = '2026-03-02T14:50:00.000Z';
const resolved = '2026-03-02T15:15:00.000Z';

/** The sample incident of the seeds, with one set of times: began 14:25, alert 14:30, answered 14:33, resolved 15:15. */
export function sampleIncident(over: Partial<StatusDocument> = {}): StatusDocument {
  const recorded = (from: string, to: string) =>
    ({ seconds: (Date.parse(to) - Date.parse(from)) / 1000, status: 'recorded', from, to }) as const;
  return {
    ...noFindings(),
    id: 'INC-2026-0302-001',
    title: 'Payment API | answers <slowly>',
    severity: 'SEV2',
    severityReason: { rule: 'error-ratio', evidence: [] },
    status: 'resolved',
    declaredAt: detected,
    onset: { at: begin, uncertaintyS: 30 },
    commander: 'alice',
    impact: {
      summary: 'checkout fails for some',
      services: ['payment'],
      errorRatio: 0.15,
      slowRatio: null,
      requestsPerMinute: 1000,
      estimatedAffected: null,
      how: {},
    },
    roles: [{ role: 'commander', person: 'alice', state: 'active' }],
    paging: { level: 'L1', nextAt: null, nextLevel: null, state: 'acknowledged', acknowledgedBy: 'alice', pages: [] },
    management: { level: null, nextAt: null, nextLevel: null, told: [] },
    communications: [],
    nextUpdateAt: null,
    timeline: [
      timelineRow({ id: 'T-1', at: detected, kind: 'alert', source: 'alert', text: 'error ratio of payment is 15 %' }),
      timelineRow({ id: 'T-2', at: answered, kind: 'acknowledged', text: 'acknowledged by alice', by: 'alice', source: 'human' }),
      timelineRow({ id: 'T-3', at: '2026-03-02T14:45:00.000Z', kind: 'note', text: 'flag disabled', by: 'alice', source: 'human' }),
      timelineRow({ id: 'T-4', at: '2026-03-02T14:57:00.000Z', kind: 'reminder', text: 'an update is due' }),
      timelineRow({ id: 'T-5', at: resolved, kind: 'state', text: 'pool leak is gone', by: 'alice', source: 'human' }),
    ],
    changes: [
      {
        at: '2026-03-02T14:15:00.000Z',
        service: 'payment',
        kind: 'flag',
        ref: 'async-payment',
        title: 'async payment enabled',
        by: null,
        source: 'hook',
        revertible: true,
        verdict: 'suspected',
        why: '10 min before the begin, same service',
      },
    ],
    times: {
      ttd: recorded(begin, detected),
      tta: recorded(detected, answered),
      tte: recorded(detected, answered),
      ttm: recorded(begin, mitigated),
      ttr: recorded(begin, resolved),
    },
    postmortem: { dueAt: '2026-03-04T15:15:00.000Z', path: null },
    ...over,
  };
}
