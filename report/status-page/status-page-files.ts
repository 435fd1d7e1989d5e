/** Every file of the status page by its path: the same for the hook, which serves it, and for a folder of a web server. */
import type { StatusPage } from '../../core/command/communication/public-incident.js';
import { apiDocuments } from './api-documents.js';
import { atomFeed, rssFeed } from './feeds.js';
import { badgeSvg, historyHtml, incidentHtml, indexHtml } from './page-html.js';

const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --soft: #57606a; --line: #8c959f; --bad: #a40e26; --warn: #953800; --good: #116329; --box: #f2f4f7; --link: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --soft: #a8b1bb; --line: #6e7681; --bad: #ff9492; --warn: #f0a35e; --good: #6fdd8b; --box: #1b222b; --link: #79c0ff; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); overflow-wrap: anywhere; }
header, main, footer { max-width: 48rem; margin: 0 auto; padding: .5rem 1rem; }
a { color: var(--link); } nav a, footer a { display: inline-block; min-height: 44px; padding: .6rem .6rem .6rem 0; }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
h1 { font-size: 1.5rem; margin: .3rem 0; } h2 { font-size: 1.15rem; margin: 1.6rem 0 .4rem; } h3 { font-size: 1rem; margin: .6rem 0; }
.now { border: 2px solid var(--line); background: var(--box); padding: .8rem; font-weight: 600; }
.now.none { border-color: var(--good); } .now.minor, .now.major { border-color: var(--warn); } .now.critical { border-color: var(--bad); }
.incident { border-left: 4px solid var(--warn); padding-left: .8rem; margin: .8rem 0; } .incident.critical { border-color: var(--bad); }
.updates, .components, .history { list-style: none; padding: 0; margin: 0; } .updates li, .components li, .history li { border-top: 1px solid var(--line); padding: .5rem 0; }
.updates p { margin: .2rem 0; } .components li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .5rem; }
.note { color: var(--soft); font-size: .9rem; }
`;

export function statusPageFiles(page: StatusPage, nowMs: number): Map<string, string> {
  const files = new Map([
    ['index.html', indexHtml(page, nowMs)],
    ['history.html', historyHtml(page)],
    ['style.css', style],
    ['badge.svg', badgeSvg(page)],
    ['feed.atom', atomFeed(page)],
    ['feed.rss', rssFeed(page)],
  ]);
  for (const incident of page.incidents) files.set(`incidents/${incident.id}.html`, incidentHtml(page, incident));
  for (const [path, document] of Object.entries(apiDocuments(page))) files.set(`api/v2/${path}`, `${JSON.stringify(document)}\n`);
  return files;
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  atom: 'application/atom+xml; charset=utf-8',
  rss: 'application/rss+xml; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

export function typeOfFile(path: string): string {
  return types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}
