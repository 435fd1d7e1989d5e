/** One key signs links to reports, links that act and the cookie of a reader: what is signed for one of them opens none of the others. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forms } from '../../client/hook/pages/incident-forms.js';
import { makeCookie, pageActions, readAction, readCookie, signAction } from '../../client/hook/pages/page-link.js';
import { isValidLink, signReportLink } from '../../client/hook/report-link.js';
import { sampleIncident } from '../support/stories/sample-incident.js';

const key = 'k'.repeat(64);
const inAnHour = (): Date => new Date(Date.now() + 3_600_000);
/** Names that nobody gives, and those of which the other two forms are made. */
const ids = fc.oneof(fc.string(), fc.constantFrom('read', 'act', '["read"', '["read","', 'INC-2026-1128-001', '["act","read","ack","'));

const queryOf = (address: string): URLSearchParams => new URL(address).searchParams;
const linkOf = (id: string): URLSearchParams => queryOf(signReportLink(key, 'http://hook', id, inAnHour()));
const cookieOf = (expires: string | null, signed: string | null): string => `responder_read=${expires ?? ''}.${signed ?? ''}`;

describe('what is signed', () => {
  it('for a report is no cookie and lets nobody act, whatever the incident is called', () => {
    fc.assert(
      fc.property(ids, ids, fc.constantFrom(...pageActions), (id, other, action) => {
        const query = linkOf(id);
        expect(isValidLink(key, id, query, new Date())).toBe(true);
        const [expires, signed] = [query.get('expires'), query.get('signature')];
        expect(readCookie(key, cookieOf(expires, signed))).toBe(false);
        const asAction = new URLSearchParams({ id: other, expires: expires ?? '', person: '', act: signed ?? '' });
        expect(readAction(key, id, action, asAction)).toBeNull();
      }),
      { seed: 9 },
    );
  });

  it('as a cookie opens what a reader may open, and is no link to a report and to no act', () => {
    const cookie = makeCookie(key, true);
    expect(readCookie(key, cookie)).toBe(true);
    const [, expires = '', signed = ''] = /^responder_read=(\d+)\.([0-9a-f]+);/.exec(cookie) ?? [];
    fc.assert(
      fc.property(ids, fc.constantFrom(...pageActions), (id, action) => {
        expect(isValidLink(key, id, new URLSearchParams({ expires, signature: signed }), new Date())).toBe(false);
        expect(readAction(key, id, action, new URLSearchParams({ id: '', expires, person: '', act: signed }))).toBeNull();
      }),
      { seed: 9 },
    );
  });

  it('to act is for that act on that incident, and reads nothing', () => {
    fc.assert(
      fc.property(ids, fc.string(), fc.constantFrom(...pageActions), fc.constantFrom(...pageActions), (id, person, action, other) => {
        const query = signAction(key, id, action, person);
        expect(readAction(key, id, action, query)).toMatchObject({ person });
        if (other !== action) expect(readAction(key, id, other, query)).toBeNull();
        expect(readAction(key, `${id}x`, action, query)).toBeNull();
        const [expires, signed] = [query.get('expires'), query.get('act')];
        expect(readCookie(key, cookieOf(expires, signed))).toBe(false);
        expect(isValidLink(key, id, new URLSearchParams({ expires: expires ?? '', signature: signed ?? '' }), new Date())).toBe(false);
      }),
      { seed: 9 },
    );
  });
});

it('the page of an incident offers an acknowledgement only while one is wanted', () => {
  const shown = (status: 'investigating' | 'resolved'): string =>
    forms({ ...sampleIncident(), status }, { sign: () => 'signed', people: ['alice'] }).text;
  expect(shown('investigating')).toContain('I am on it');
  expect(shown('resolved')).not.toContain('I am on it');
  expect(shown('resolved')).toContain('Add the note');
});
