import { hmacHex, sameSecret } from './access/credentials.js';

function signature(key: string, incidentId: string, expires: string): string {
  return hmacHex(key, `${incidentId}\n${expires}`);
}

/** Address of a report that opens without a token until it expires. `origin` is where people reach the hook. */
export function signReportLink(key: string, origin: string, incidentId: string, expiresAt: Date): string {
  const expires = String(Math.floor(expiresAt.getTime() / 1000));
  return `${origin}/incidents/${encodeURIComponent(incidentId)}/report?expires=${expires}&signature=${signature(key, incidentId, expires)}`;
}

/** True for a link of this incident that was signed with this key and has not expired. One signature opens every form of the report. */
export function isValidLink(key: string, incidentId: string, query: URLSearchParams, now: Date): boolean {
  const expires = query.get('expires');
  const signed = query.get('signature');
  if (expires === null || signed === null || !/^\d{1,12}$/.test(expires)) return false;
  return sameSecret(signed.toLowerCase(), signature(key, incidentId, expires)) && Number(expires) * 1000 > now.getTime();
}

/** A link in a chat is opened the next morning, not next month. */
const linkLifetimeMs = 7 * 24 * 3_600_000;

/** Signed addresses of reports for notifications. Null if nobody could follow them: no hook serves reports, or its key is not known here. */
export function reportLinks(key: () => string | null, hookOrigin: string | null): (incidentId: string) => string | null {
  return (incidentId) => {
    const known = hookOrigin === null ? null : key();
    return known === null || hookOrigin === null
      ? null
      : signReportLink(known, hookOrigin, incidentId, new Date(Date.now() + linkLifetimeMs));
  };
}
