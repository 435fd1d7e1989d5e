import { createReport, type ReportDocument } from './document.js';
import { accountingBar, accountSwatch } from './html/accounting-bar.js';
import { beforeAfterChart } from './html/before-after-chart.js';
import { blockHtml, richHtml, tableHtml } from './html/blocks.js';
import { flameDataBlock, flamePanel } from './html/flame-panel.js';
import { safeHtml, noHtml, type Html } from './html/html-text.js';
import { keyFigures } from './html/key-figures.js';
import { loadChart } from './html/load-chart.js';
import { pageScript } from './html/page-script.js';
import { planTree } from './html/plan-tree.js';
import { styles } from './html/styles.js';
import type { ReportInput } from './report-input.js';
import type { Section } from './rich-text.js';
import { heaviestStatements } from './sections/queries.js';
import { sourcePaths } from './source-paths.js';

/** Base64 of the SHA-256 of a text. The caller passes it in, because this layer knows no platform. */
export type Sha256 = (text: string) => string;

/**
 * The report as one self-contained page: the words of the Markdown, with drawings. It requests nothing from the network, and its policy allows only its own
 * script. Text from services and databases is escaped. The same input gives the same page.
 */
export function renderHtml(input: ReportInput, sha256: Sha256): string {
  const report = createReport(input);
  const data = flameDataBlock(input, sourcePaths(input));
  const script: Html = { markup: `<script>${pageScript}</script>` };
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${sha256(pageScript)}'; base-uri 'none'; form-action 'none'`;
  return safeHtml`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Perf incident triage - ${report.endpoint} - ${report.time}</title>
<style>${{ markup: styles }}</style>
</head>
<body>
${header(report, input)}
<main>
${verdictCard(report)}
${keyFigures(input)}
${report.lead.map(({ label, text }) => safeHtml`<p class="lead"><strong>${label}</strong> ${richHtml(text)}</p>`)}
${input.load === null ? noHtml : loadChart(input.load, input.plan, input.incident.confirmation?.budget ?? {})}
<nav aria-label="Sections">${report.sections.map(({ id, title }) => safeHtml`<a href="#${id}">${title}</a> `)}</nav>
${report.sections.map((section) => sectionHtml(section, input))}
</main>
<footer>Incident ${input.incident.incidentId}, written by perf-responder.</footer>
${data}
${script}
</body>
</html>
`.markup;
}

function header({ endpoint, time }: ReportDocument, { incident }: ReportInput): Html {
  return safeHtml`<header><p class="eyebrow">Perf incident triage</p><h1>${endpoint}</h1><p class="meta">${time}, incident ${incident.incidentId}</p></header>`;
}

function verdictCard({ verdict }: ReportDocument): Html {
  const rows = verdict.rows.map(({ label, text }) => safeHtml`<dt>${label}</dt><dd>${richHtml(text)}</dd>`);
  return safeHtml`<section class="verdict ${verdict.tone}" aria-label="Verdict"><span class="badge">${verdict.badge}</span><p class="headline">${richHtml(verdict.headline)}</p><dl>${rows}</dl></section>`;
}

function sectionHtml(section: Section, input: ReportInput): Html {
  return safeHtml`<section aria-labelledby="${section.id}"><h2 id="${section.id}">${section.title}</h2>
${sectionBody(section, input)}
</section>
`;
}

/** The words of the section with its drawing, if it has one. */
function sectionBody({ id, blocks }: Section, { incident, profile, flame, scans }: ReportInput): Html {
  const words = blocks.map(blockHtml);
  if (id === 'time') {
    const swatch = accountSwatch(incident.accounting);
    const rows = blocks.map((block) => (block.kind === 'table' ? tableHtml(block, swatch) : blockHtml(block)));
    return safeHtml`${accountingBar(incident.accounting)}${rows}`;
  }
  if (id === 'flame') return safeHtml`${words}${flamePanel(flame, profile)}`;
  if (id === 'queries')
    return safeHtml`${words}${heaviestStatements({ scans }).map((scan, index) => planTree(scan, index + 1, incident.artifacts))}`;
  const last = id === 'reruns' ? incident.reruns.at(-1) : undefined;
  return safeHtml`${last === undefined ? noHtml : beforeAfterChart(last, incident.confirmation?.budget ?? {})}${words}`;
}
