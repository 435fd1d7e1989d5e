/** The status page as files: no script, no call back, readable on a phone. When we are down, it is as true as when it was written. */
import {
  componentStatusNow,
  indicatorNow,
  indicatorWords,
  isUnresolved,
  updatedAtOf,
  type Indicator,
  type PublicIncident,
  type StatusPage,
} from '../../core/command/communication/public-incident.js';
import { safeHtml, type Html } from '../html/html-text.js';
import { clock, componentWords, correctedNote, correctionNote, updateHeading } from './update-text.js';

/** The first page shows two weeks; the rest is in the history. */
const recentMs = 14 * 86_400_000;

/** Words and a sign show the severity, not colour alone. */
const signs: Readonly<Record<Indicator, string>> = { none: '✓', minor: '▲', major: '▲▲', critical: '✕' };

function time(iso: string): Html {
  return safeHtml`<time datetime="${iso}">${clock(iso)}</time>`;
}

function lines(text: string): Html {
  return safeHtml`${text.split(/\r?\n/).map((line, index) => (index === 0 ? safeHtml`${line}` : safeHtml`<br>${line}`))}`;
}

function document(page: StatusPage, { title, depth, main }: { title: string; depth: number; main: Html }): string {
  const root = '../'.repeat(depth);
  return safeHtml`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${root}style.css">
<link rel="alternate" type="application/atom+xml" title="Atom" href="${root}feed.atom">
<link rel="alternate" type="application/rss+xml" title="RSS" href="${root}feed.rss">
</head>
<body>
<header><nav aria-label="Pages"><a href="${root}index.html">${page.title}</a> <a href="${root}history.html">History</a></nav></header>
<main>
${main}
</main>
<footer><p>Feeds: <a href="${root}feed.atom">Atom</a> <a href="${root}feed.rss">RSS</a></p></footer>
</body>
</html>
`.markup;
}

function updates(incident: PublicIncident): Html {
  const note = (text: string | null): Html => (text === null ? safeHtml`` : safeHtml`<p class="note">${text}</p>`);
  const items = incident.updates.toReversed().map(
    (update) => safeHtml`<li id="${update.id}">
<p><strong>${updateHeading(update)}</strong> · ${time(update.at)}</p>
${note(correctedNote(incident, update))}<p>${lines(update.body)}</p>${note(correctionNote(incident, update))}
</li>`,
  );
  return safeHtml`<ol class="updates" reversed>${items}</ol>`;
}

function incidentBlock(incident: PublicIncident, root: string): Html {
  return safeHtml`<section class="incident ${incident.impact}">
<h3><a href="${root}incidents/${incident.id}.html">${incident.name}</a></h3>
${updates(incident)}
</section>`;
}

function componentList(page: StatusPage): Html {
  if (page.components.length === 0) return safeHtml``;
  const rows = page.components.map(
    (name) => safeHtml`<li><span>${name}</span> <strong>${componentWords[componentStatusNow(page, name)]}</strong></li>`,
  );
  return safeHtml`<h2>Components</h2><ul class="components">${rows}</ul>`;
}

export function indexHtml(page: StatusPage, nowMs: number): string {
  const indicator = indicatorNow(page);
  const open = page.incidents.filter(isUnresolved);
  const recent = page.incidents.filter((one) => !isUnresolved(one) && Date.parse(one.updatedAt) > nowMs - recentMs);
  const last = updatedAtOf(page);
  const main = safeHtml`<h1>${page.title}</h1>
<p class="now ${indicator}"><span aria-hidden="true">${signs[indicator]}</span> ${indicatorWords[indicator]}</p>
${open.length === 0 ? safeHtml`` : safeHtml`<h2>Now</h2>${open.map((one) => incidentBlock(one, ''))}`}
${componentList(page)}
<h2>Last two weeks</h2>
${recent.length === 0 ? safeHtml`<p>No incident ended in the last two weeks.</p>` : safeHtml`${recent.map((one) => incidentBlock(one, ''))}`}
<p class="note">${Date.parse(last) === 0 ? safeHtml`Nothing was ever published here.` : safeHtml`Last update ${time(last)}`}</p>`;
  return document(page, { title: `${page.title}: ${indicatorWords[indicator]}`, depth: 0, main });
}

export function historyHtml(page: StatusPage): string {
  const rows = page.incidents.map(
    (one) =>
      safeHtml`<li><a href="incidents/${one.id}.html">${one.name}</a><br>${time(one.createdAt)}${one.resolvedAt === null ? safeHtml`, not over yet` : safeHtml` to ${time(one.resolvedAt)}`}</li>`,
  );
  const list = rows.length === 0 ? safeHtml`<p>There was none yet.</p>` : safeHtml`<ul class="history">${rows}</ul>`;
  return document(page, { title: `History of ${page.title}`, depth: 0, main: safeHtml`<h1>History</h1>${list}` });
}

export function incidentHtml(page: StatusPage, incident: PublicIncident): string {
  const names = incident.updates.at(-1)?.components.map(({ name }) => name) ?? [];
  const main = safeHtml`<h1>${incident.name}</h1>
${names.length === 0 ? safeHtml`` : safeHtml`<p>Affects: ${names.join(', ')}</p>`}
${incident.startedAt === null ? safeHtml`` : safeHtml`<p>Began ${time(incident.startedAt)}</p>`}
${updates(incident)}`;
  return document(page, { title: `${incident.name} - ${page.title}`, depth: 1, main });
}

/** A badge for other pages; its words say the same as its colour. */
export function badgeSvg(page: StatusPage): string {
  const indicator = indicatorNow(page);
  const colour = { none: '#1a7f37', minor: '#7d4e00', major: '#953800', critical: '#a40e26' }[indicator];
  const words = indicatorWords[indicator];
  const width = 20 + words.length * 7;
  return safeHtml`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="24" role="img" aria-label="${words}"><title>${words}</title><rect width="100%" height="100%" rx="4" fill="${colour}"/><text x="10" y="16" font-family="sans-serif" font-size="12" fill="#fff">${words}</text></svg>
`.markup;
}
