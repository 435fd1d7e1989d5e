/** Signed links of the pages: one kind opens a page, the other does one thing for one person, once. */
import { randomBytes } from 'node:crypto';
import { hmacHex, sameSecret } from '../access/credentials.js';
import { signReportLink } from '../report-link.js';

export const pageActions = ['ack', 'note', 'state', 'approve', 'update', 'publish'] as const;
export type PageAction = (typeof pageActions)[number];

/** A page may be opened the next morning; a link that acts is meant for the shift in which it came. */
const readLifetimeMs = 7 * 24 * 3_600_000;
const actLifetimeMs = 24 * 3_600_000;

/** What a link may do besides acting on an existing incident. */
export type LinkPurpose = PageAction | 'declare';

export interface ActionLink {
  /** Used once. */
  id: string;
  /** Unix seconds. */
  expires: string;
  /** Empty: whoever acts enters their name. */
  person: string;
}

function signatureOf(key: string, incidentId: string, action: LinkPurpose, { id, expires, person }: ActionLink): string {
  return hmacHex(key, JSON.stringify(['act', incidentId, action, person, expires, id]));
}

export function signAction(key: string, incidentId: string, action: LinkPurpose, person: string): URLSearchParams {
  const link = { id: randomBytes(16).toString('hex'), expires: String(Math.floor((Date.now() + actLifetimeMs) / 1000)), person };
  return new URLSearchParams({ ...link, act: signatureOf(key, incidentId, action, link) });
}

/** What a signed link allows. Null: nothing, because it was not signed here, or for something else, or has expired. */
export function readAction(key: string, incidentId: string, action: LinkPurpose, query: URLSearchParams): ActionLink | null {
  const [id, expires, person, signed] = ['id', 'expires', 'person', 'act'].map((name) => query.get(name));
  if (id == null || expires == null || person == null || signed == null || !/^\d{1,12}$/.test(expires)) return null;
  const link = { id, expires, person };
  const isRight = sameSecret(signed.toLowerCase(), signatureOf(key, incidentId, action, link));
  return isRight && Number(expires) * 1000 > Date.now() ? link : null;
}

/** Where the person of a test page acknowledges it. */
export function testAckUrl(key: string, origin: string, testId: string, person: string): string {
  return `${origin}/oncall/tests/${testId}/ack?${signAction(key, testId, 'ack', person).toString()}`;
}

export interface PageLinks {
  incidentUrl: (incidentId: string) => string | null;
  ackUrl: (incidentId: string, person: string) => string | null;
}

/** Addresses for messages; null where nobody could follow them. */
export function pageLinks(key: () => string | null, origin: string | null): PageLinks {
  const of = (address: (known: string, at: string) => string): string | null => {
    const known = origin === null ? null : key();
    return known === null || origin === null ? null : address(known, origin);
  };
  return {
    incidentUrl: (incidentId) =>
      of((known, at) => signReportLink(known, at, incidentId, new Date(Date.now() + readLifetimeMs)).replace('/report?', '?')),
    ackUrl: (incidentId, person) =>
      of((known, at) => `${at}/incidents/${incidentId}/ack?${signAction(known, incidentId, 'ack', person).toString()}`),
  };
}

/** The cookie that a signed link leaves, so that the list and live updates open, too: `<expires>.<signature>`. */
export const cookieName = 'responder_read';

/** Signed over a form that no link can have: a link to one report opens only that report. */
function cookieSignature(key: string, expires: string): string {
  return hmacHex(key, JSON.stringify(['read', expires]));
}

export function readCookie(key: string, header: string | undefined): boolean {
  const match = new RegExp(`(?:^|;\\s*)${cookieName}=(\\d{1,12})\\.([0-9a-f]{64})(?:;|$)`).exec(header ?? '');
  const [, expires, signed] = match ?? [];
  if (expires === undefined || signed === undefined) return false;
  return sameSecret(signed, cookieSignature(key, expires)) && Number(expires) * 1000 > Date.now();
}

export function makeCookie(key: string, isSecure: boolean): string {
  const expires = String(Math.floor((Date.now() + actLifetimeMs) / 1000));
  const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${actLifetimeMs / 1000}${isSecure ? '; Secure' : ''}`;
  return `${cookieName}=${expires}.${cookieSignature(key, expires)}; ${attributes}`;
}
