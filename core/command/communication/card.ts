import type { Notification } from '../../model/notification.js';
import type { IncidentMessage } from './message.js';

/** What a message says, whatever form it takes. Plain text: each notifier escapes for itself. */
export interface Card {
  /** One line. */
  headline: string;
  text: string;
  facts: readonly { name: string; value: string }[];
  /** Absolute http(s) addresses. */
  links: readonly { title: string; url: string }[];
}

const link = (title: string, url: string | null): Card['links'] => (url === null || !/^https?:\/\//.test(url) ? [] : [{ title, url }]);
const fact = (name: string, value: string | null): Card['facts'] => (value === null || value === '' ? [] : [{ name, value }]);

/** What a person must see first on a locked screen: how bad, which incident, what it is about. */
function headlineOf({ event, severity, incidentId, title }: IncidentMessage): string {
  const about = `[${severity}] ${incidentId} ${title}`.replace(/\s+/g, ' ');
  if (event === 'page-cancelled') return `No longer needed: ${about}`;
  if (event === 'approval-needed') return `Approval needed: ${about}`;
  if (event === 'resolved') return `Resolved: ${about}`;
  return event === 'postmortem-due' ? `Postmortem due: ${about}` : about;
}

export function incidentCard(message: IncidentMessage): Card {
  const { text, status, level, role, at, incidentUrl, ackUrl } = message;
  const paged = [level, role].filter((part) => part !== null).join(', ');
  return {
    headline: headlineOf(message),
    text,
    facts: [...fact('Status', status), ...fact('Level', paged), ...fact('At', at)],
    links: [...link('Acknowledge', ackUrl), ...link('Open the incident', incidentUrl)],
  };
}

export function triageCard({ headline, text, fields, reportUrl }: Notification): Card {
  return { headline: headline.replace(/\s+/g, ' '), text, facts: fields, links: link('Open the report', reportUrl) };
}

/** Whole characters of a text whose form after `escape` takes at most `limit` UTF-16 units; what was cut ends in …. */
export function escapedWithin(text: string, limit: number, escape: (character: string) => string = (character) => character): string {
  const escaped = Array.from(text, escape);
  if (escaped.reduce((sum, part) => sum + part.length, 0) <= limit) return escaped.join('');
  let written = '';
  for (const part of escaped) {
    if (written.length + part.length > limit - 1) break;
    written += part;
  }
  return `${written}…`;
}
