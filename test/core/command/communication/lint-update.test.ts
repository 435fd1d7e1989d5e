import { describe, expect, it } from 'vitest';
import { describeIssue, lintUpdate, stopsPublication, type UpdateRule } from '../../../../core/command/communication/lint-update.js';
import { defaultTemplates, fillTemplate, placeholders, templateNames } from '../../../../core/command/communication/update-templates.js';
import { draftValues, templateFor } from '../../../../core/command/communication/draft-update.js';
import { publicStatuses } from '../../../../core/command/communication/publication.js';
import { sampleIncident } from '../../../support/stories/sample-incident.js';

const situation = { status: 'investigating' as const, words: ['acme-internal', 'Müller GmbH'], people: ['alice', 'Alice A.'] };
const good = 'Some customers see errors when they pay. The next update follows by 15:30 UTC.';
const rulesOf = (text: string, over = {}): UpdateRule[] => lintUpdate(text, { ...situation, ...over }).map(({ rule }) => rule);

describe('the lint of what goes outside', () => {
  it('has nothing against an update that says what users see and when the next one comes', () => {
    for (const text of [
      good,
      'We are investigating slow checkouts. You may have to wait for up to 30 seconds. Next update at 15:30 UTC (16:30 Europe/Berlin).',
      'Customers in the EU may see old prices. We will update you within 30 minutes.',
      'Please select items from the list again if your cart is empty. Next update by 10:00 UTC.',
      'Since 14:05:30 UTC about 15 % of your orders do not go through (UTF-8 names only). Next update by 10:00 UTC.',
      'Payments work again for everybody by 15:00 UTC at the latest; it will be fixed within 20 minutes. Next update at 15:00 UTC.',
    ])
      expect([text, rulesOf(text)]).toEqual([text, []]);
  });

  it.each<[UpdateRule, string]>([
    ['address', 'db-prod-1 is down.'],
    ['address', 'Errors from 10.0.3.17.'],
    ['address', 'Look at shop.svc.cluster.local.'],
    ['address', 'orders.internal does not answer.'],
    ['address', 'redis:6379 is full.'],
    ['address', 'Calls to web01 fail.'],
    ['address', 'Calls to fe80::1 fail.'],
    ['address', 'See https://grafana.eu.acme.com/d/1.'],
    ['sql', 'SELECT * FROM orders is slow.'],
    ['sql', 'We ran update orders set state = 1.'],
    ['sql', 'DROP INDEX orders_idx'],
    ['secret', 'The password=hunter22 was wrong.'],
    ['secret', 'Authorization: Bearer abcdef123456'],
    ['secret', 'postgres://shop:secret@db/shop'],
    ['secret', 'Key AKIAIOSFODNN7EXAMPLE leaked.'],
    ['internal-word', 'The ACME-Internal gateway is slow.'],
    ['internal-word', 'Müller GmbH cannot pay.'],
    ['person', 'Alice is on it.'],
    ['person', 'Write to ops@example.com.'],
    ['ticket', 'See OPS-1234.'],
    ['blame', 'A new engineer accidentally deleted the data.'],
    ['blame', 'It was human error.'],
    ['promise', 'It will be fixed soon.'],
    ['promise', 'Everything will be back.'],
    ['promise', 'This will not happen again.'],
    ['promise', 'It will be resolved. Support is open until 18:00.'],
  ])('stops %s: %s', (rule, text) => {
    const issues = lintUpdate(`${good}\n${text}`, situation);
    expect(issues.filter(stopsPublication).map((issue) => [issue.rule, issue.line])).toEqual([[rule, 2]]);
  });

  it('is not led past by letters that look alike, nothing wide or a line break in a statement', () => {
    expect(rulesOf(`${good} acme\u200b-internal`)).toContain('internal-word');
    expect(rulesOf(`${good} ａcme-internal`)).toContain('internal-word');
    expect(rulesOf(`${good}\nSELECT id\nFROM orders`)).toContain('sql');
  });

  it('warns of jargon, of no next update and of no word about users', () => {
    expect(rulesOf('The p95 latency of the endpoint is high.')).toEqual(['jargon', 'next-update', 'impact']);
    expect(rulesOf('Everything works again for everybody.', { status: 'resolved' })).toEqual([]);
    expect(lintUpdate('p95', situation).some(stopsPublication)).toBe(false);
  });

  it('never repeats what it found', () => {
    const text = 'password=hunter22 on db-prod-1 for alice';
    expect(lintUpdate(text, situation).map(describeIssue).join(' ')).not.toMatch(/hunter22|db-prod|alice/);
  });
});

describe('templates of updates', () => {
  const document = sampleIncident();
  const values = draftValues(document, { components: ['Checkout'], timezone: 'Europe/Berlin', nowMs: Date.parse('2026-03-02T15:45:00Z') });

  it('go outside as they are, in every phase', () => {
    for (const status of publicStatuses) {
      const name = templateFor('external', 'update', status);
      const text = fillTemplate(name, defaultTemplates[name], { ...values, userImpact: 'slow answers or errors' });
      expect([name, lintUpdate(text, { ...situation, status })]).toEqual([name, []]);
      expect(text).not.toContain(document.title);
    }
  });

  it('hold every placeholder that there is, and refuse one that there is not, with its line', () => {
    expect(placeholders.filter((word) => !templateNames.some((name) => defaultTemplates[name].includes(`{{${word}}}`)))).toEqual([]);
    for (const name of templateNames) expect(fillTemplate(name, defaultTemplates[name], values)).not.toContain('{{');
    expect(() => fillTemplate('mine', 'a\n{{titel}}', values)).toThrow(/template mine, line 2: expected one of .*got \{\{titel\}\}/);
    expect(fillTemplate('mine', '{{title}}', { ...values, title: '{{severity}} $&' })).toBe('{{severity}} $&');
  });

  it('tell a cause outside only when the record has shown one', () => {
    const suspected = [
      { at: '', service: 'shop', kind: 'deploy', ref: 'v42', title: '', by: null, source: 'hook', verdict: 'suspected', why: '' },
    ] as const;
    const causeOf = (over: object): string =>
      draftValues({ ...document, triages: [], changes: [], ...over }, { components: [], timezone: 'UTC', nowMs: 0 }).cause;
    expect(causeOf({ status: 'identified', changes: suspected })).not.toContain('change');
    expect(causeOf({ status: 'identified', changes: [{ ...suspected[0], verdict: 'confirmed' }] })).toContain(
      'a recent change on our side',
    );
    expect(causeOf({ status: 'resolved' })).toContain('still being established');
  });
});

it('the next update of another day is told with its day', () => {
  const sample = { ...sampleIncident(), status: 'investigating' as const, nextUpdateAt: '2026-03-03T09:00:00.000Z' };
  const next = (nowMs: number): string => draftValues(sample, { components: ['Checkout'], timezone: 'UTC', nowMs }).nextUpdate;
  expect(next(Date.parse('2026-03-02T22:00:00Z'))).toBe('2026-03-03 09:00 UTC');
  expect(next(Date.parse('2026-03-03T06:00:00Z'))).toBe('09:00 UTC');
});

it('reads a word to its end, however many ways there are to take it apart', () => {
  expect(rulesOf(`${good} Look at db${'a'.repeat(5000)}!`)).toEqual([]);
  expect(rulesOf(`${good} Look at db${'-a1'.repeat(1000)}-7.`)).toContain('address');
});
