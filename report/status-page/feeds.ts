/** Atom (RFC 4287) and RSS 2.0, with one entry per update: readers show an entry once and would miss later additions. */
import {
  correctionOf,
  updatedAtOf,
  type PublicIncident,
  type PublicUpdate,
  type StatusPage,
} from '../../core/command/communication/public-incident.js';
import { slug } from './api-documents.js';
import { updateHeading, updateText } from './update-text.js';

/** A reader that was away for a week has missed fewer. */
const mostEntries = 50;

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 allows no other control characters, not even escaped. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Cs}]/gu, '\ufffd')
    .replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
}

interface Entry {
  incident: PublicIncident;
  update: PublicUpdate;
  /** Never changes, even if the page moves. */
  id: string;
  title: string;
  text: string;
  updatedAt: string;
  link: string;
}

/** A page without an address of its own gets one that is well-formed and belongs to nobody (RFC 2606). */
function baseOf({ url }: StatusPage): string {
  return url ?? 'https://status-page.invalid/';
}

function entriesOf(page: StatusPage): Entry[] {
  const all = page.incidents.flatMap((incident) =>
    incident.updates.map((update): Entry => ({
      incident,
      update,
      // A tag (RFC 4151) under a name that nobody can own, so that a new address of the page makes no new entries.
      id: `tag:perf-incident-responder.invalid,2026:${slug(page.title)}/${incident.id}/${update.id}`,
      title: `${incident.name}: ${updateHeading(update)}`,
      text: updateText(incident, update),
      updatedAt: correctionOf(incident, update.id)?.at ?? update.at,
      link: `${baseOf(page)}incidents/${incident.id}.html#${update.id}`,
    })),
  );
  return all.sort((left, right) => Date.parse(right.update.at) - Date.parse(left.update.at)).slice(0, mostEntries);
}

export function atomFeed(page: StatusPage): string {
  const entries = entriesOf(page).map(
    ({ id, title, text, updatedAt, update, link }) => `  <entry>
    <id>${escaped(id)}</id>
    <title>${escaped(title)}</title>
    <updated>${updatedAt}</updated>
    <published>${update.at}</published>
    <link rel="alternate" type="text/html" href="${escaped(link)}"/>
    <content type="text">${escaped(text)}</content>
  </entry>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>tag:perf-incident-responder.invalid,2026:${slug(page.title)}</id>
  <title>${escaped(page.title)}</title>
  <updated>${updatedAtOf(page)}</updated>
  <author><name>${escaped(page.title)}</name></author>
  <link rel="self" type="application/atom+xml" href="${escaped(baseOf(page))}feed.atom"/>
  <link rel="alternate" type="text/html" href="${escaped(baseOf(page))}"/>
${entries.join('\n')}${entries.length === 0 ? '' : '\n'}</feed>
`;
}

/** RSS uses dates of RFC 822. */
function rfc822(iso: string): string {
  return new Date(iso).toUTCString().replace('GMT', '+0000');
}

export function rssFeed(page: StatusPage): string {
  const items = entriesOf(page).map(
    ({ id, title, text, update, link }) => `    <item>
      <title>${escaped(title)}</title>
      <link>${escaped(link)}</link>
      <guid isPermaLink="false">${escaped(id)}</guid>
      <pubDate>${rfc822(update.at)}</pubDate>
      <description>${escaped(text)}</description>
    </item>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
  <channel>
    <title>${escaped(page.title)}</title>
    <link>${escaped(baseOf(page))}</link>
    <description>Updates of ${escaped(page.title)}</description>
    <lastBuildDate>${rfc822(updatedAtOf(page))}</lastBuildDate>
    <atom:link rel="self" type="application/rss+xml" href="${escaped(baseOf(page))}feed.rss"/>
${items.join('\n')}${items.length === 0 ? '' : '\n'}  </channel>
</rss>
`;
}
