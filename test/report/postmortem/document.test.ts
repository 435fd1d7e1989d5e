import { expect, test } from 'vitest';
import { actionItems } from '../../../core/command/postmortem/action-items.js';
import { postmortemMetrics } from '../../../core/command/postmortem/metrics.js';
import type { StatusDocument } from '../../../core/command/incident/status-document.js';
import { headingsOf, postmortemDocument, type PostmortemTemplate } from '../../../report/postmortem/document.js';
import { sampleIncident, timelineRow } from '../../support/stories/sample-incident.js';

function written(template: PostmortemTemplate, over: Partial<StatusDocument> = {}): string {
  const status = sampleIncident(over);
  const metrics = postmortemMetrics(status, { slo: null, valuePerRequest: null });
  const input = { status, metrics, actions: actionItems(status, () => 'payments-dev'), authors: ['payments-dev'] };
  return postmortemDocument(input, template)
    .blocks.map(({ body }) => body)
    .join('\n\n');
}

const sections003 = [
  'Incident Summary',
  'What Happened',
  'Timeline',
  'Root Cause',
  'Impact',
  'What Went Well',
  'What Went Poorly',
  'Action Items',
  'Lessons Learned',
  'Appendix',
];
const sections004 = [
  'Summary',
  'Timeline',
  'Root Cause',
  'Contributing Factors',
  'What Went Well',
  'What Could Be Improved',
  'Action Items',
];

test('each template has the sections of its seed, both has all of them', () => {
  expect(headingsOf(written('003'))).toEqual(sections003);
  expect(headingsOf(written('004'))).toEqual(sections004);
  expect(headingsOf(written('both'))).toEqual(expect.arrayContaining([...sections003, ...sections004]));
});

test('the same times stand in every section', () => {
  const text = written('both');
  expect(text).toContain('| Duration | 50 min (14:25 - 15:15 UTC) |');
  expect(text).toContain('- **Duration:** 50 min (14:25 - 15:15 UTC)');
  expect(text).toContain('| 14:30 | alert: error ratio of payment is 15 % |');
  expect(text).toContain('- detected 5 min after the impact began (held against 5 min)');
  expect(text).toContain('- the first person answered 3 min after the detection (limit of SEV2: 15 min)');
  expect(written('004')).toContain('- 14:33 - acknowledged: acknowledged by the commander');
  expect(written('004')).toContain(
    '- [ ] Test under load: async-payment, before it goes out again \\[P-change-async-payment\\] - Owner: payments-dev - Due: 2026-03-03',
  );
});

test('the answer is held against the catalog, and counts and roles read as English', () => {
  const sample = sampleIncident();
  const at = '2026-03-02T14:31:00.000Z';
  const text = written('both', {
    paging: { ...sample.paging, respondWithinS: 60 },
    roles: [
      ...sample.roles,
      { role: 'scribe', person: 'alice', state: 'active' },
      { role: 'communications', person: 'nia', state: 'active' },
    ],
    timeline: [
      ...sample.timeline,
      timelineRow({ at, kind: 'nobody-answered', text: 'nobody answered' }),
      timelineRow({ at, kind: 'page', text: 'L1 paged: alice, nia' }),
    ],
    management: { level: 'M1', nextAt: null, nextLevel: null, told: [{ level: 'M1', role: 'Head', person: 'nia', sentAt: at }] },
  });
  const poorly = text.slice(text.indexOf('## What Went Poorly'));
  expect(poorly).toContain('- the first person answered 3 min after the detection (limit of SEV2: 1 min)');
  expect(poorly).toContain('- every level was paged and nobody answered (once)');
  expect(text).toContain('L1 paged: the commander, the communications lead');
});

test('what is not known is said, with what is missing; a suspicion is no cause', () => {
  const text = written('003');
  expect(text).toContain('| Customers Affected | not known (missing: users affected) |');
  expect(text).toContain('## Root Cause\n\nNot known.');
  expect(written('004')).toContain(
    '- flag async-payment: async payment enabled (suspected, not shown: 10 min before the begin, same service)',
  );
  const { times } = sampleIncident();
  const unmeasured = { seconds: null, status: 'not-applicable', from: null, to: times.ttr.to } as const;
  expect(written('003', { onset: null, times: { ...times, ttr: unmeasured } })).toContain(
    '45 min from the detection (14:30 - 15:15 UTC); when the impact began is not known',
  );
});

test('texts of people cannot become markup, and days are told apart', () => {
  const timeline = [
    timelineRow({ at: '2026-03-02T23:58:00.000Z', kind: 'note', text: '<!-- /block:timeline --> | a\n# b', source: 'human' }),
    timelineRow({ id: 'T-2', at: '2026-03-03T00:04:00.000Z', atOriginal: '2026-03-03T00:09:00.000Z', kind: 'note', text: 'c' }),
  ];
  const text = written('003', { timeline });
  expect(text).toContain('| 03-02 23:58 | &lt;!-- /block:timeline --> \\| a # b |');
  expect(text).toContain('| 03-03 00:04 | c (recorded as 03-03 00:09) |');
  expect(text).toContain('# Postmortem: Payment API \\| answers &lt;slowly>');
});
