import type { FlameNode, ProfileCategory } from '../core/model/profile.js';
import type { Incident } from '../core/model/incident.js';
import { cites, confidenceWords, escapeHtml, ms, percent, ratio } from './format.js';
import { categoryColours as categoryColors } from './category-colours.js';
import { layoutFlame } from './flame-layout.js';
import { renderFlameSvg } from './flame-graph.js';
import { accountingBar, colorOf, loadChart, planTree } from './html/charts.js';
import { flameScript } from './html/flame-script.js';
import { styles } from './html/styles.js';
import type { ReportInput } from './report-input.js';
import { budgetRows, recommendedActions, verdictOf } from './verdict.js';

/** Base64 SHA-256 of a text; injected because this layer does no I/O and knows no platform. */
export type Sha256 = (text: string) => string;

/** The report as one self-contained page: no request leaves it, its policy allows only its own script, and everything foreign is escaped. */
export function renderHtml(input: ReportInput, sha256: Sha256): string {
  const { incident } = input;
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${sha256(flameScript)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const sections = [
    accounting(incident),
    loadSection(input),
    flame(input),
    queries(input),
    causes(incident),
    actions(incident),
    ruledOut(incident),
    missing(incident),
    reruns(incident),
    bisect(incident),
    evidence(incident),
  ];
  const title = `Perf incident triage - ${incident.endpoint} - ${incident.timing.acceptedAt}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${styles}</style></head>
<body><main>
<h1>${escapeHtml(title)}</h1>
<p class="meta">Incident ${escapeHtml(incident.incidentId)}${incident.symptom === null ? '' : `, alarm: ${escapeHtml(incident.symptom.text)}`}${incident.timing.reportReadyMs === null ? '' : `, report ready ${ms(incident.timing.reportReadyMs)} after the alert (load window ${ms(incident.timing.loadWindowMs)})`}</p>
${verdict(incident)}
${sections.filter((section) => section !== '').join('\n')}
</main>${input.flame === null ? '' : `<script type="application/json" id="flame-data">${flameData(input.flame)}</script><script>${flameScript}</script>`}</body></html>
`;
}

function section(title: string, body: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${body}</section>`;
}

function table(head: string[], rows: string[][], numbers: number[] = []): string {
  const cell = (value: string, index: number): string => `<td${numbers.includes(index) ? ' class="number"' : ''}>${value}</td>`;
  return `<div class="scroll"><table><thead><tr>${head.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('')}</tbody></table></div>`;
}

function verdict(incident: Incident): string {
  const { title, lines } = verdictOf(incident);
  const mood =
    incident.outcome === 'resolved' || incident.outcome === 'not-reproduced' ? ' good' : incident.causes.length > 0 ? ' bad' : '';
  const budgets =
    incident.confirmation === null
      ? []
      : budgetRows(incident.confirmation).map(
          (row) =>
            `<span class="${row.broken ? 'broken' : 'kept'}">${escapeHtml(`${row.name} ${row.observed}`)}</span> (budget ${escapeHtml(row.budget)})`,
        );
  return `<div class="verdict${mood}"><strong>${escapeHtml(title)}</strong>${budgets.length === 0 ? '' : `<p>${budgets.join(' · ')}</p>`}${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')}</div>`;
}

function accounting(incident: Incident): string {
  if (incident.accounting.length === 0) return '';
  const total = incident.accounting.reduce((sum, line) => sum + line.perRequestMs, 0);
  const rows = incident.accounting
    .filter((line) => line.share >= 0.001 || line.resource === 'unattributed')
    .map((line) => [
      `<i class="swatch" style="background:${colorOf(line.resource)}"></i>${escapeHtml(line.label)}`,
      ms(line.perRequestMs),
      percent(line.share),
      escapeHtml(cites(line.evidence)),
    ]);
  return section(
    'Where the time went',
    accountingBar(incident.accounting) +
      table(
        ['Per request', 'Time', 'Share', 'Evidence'],
        [...rows, ['<strong>mean latency</strong>', `<strong>${ms(total)}</strong>`, '100 %', '']],
        [1, 2],
      ),
  );
}

function loadSection({ load, plan, incident }: ReportInput): string {
  if (load === null) return '';
  const offered = plan === null ? '' : plan.executor === 'constant-vus' ? `${plan.vus} users` : `${plan.rate ?? 0} requests/s offered`;
  const failed = load.thresholds.filter((threshold) => !threshold.ok).map((threshold) => `${threshold.metric}: ${threshold.expression}`);
  const text = `${offered}: ${load.requests} requests, ${load.requestRate.toFixed(1)}/s, mean ${ms(load.latencyMs.mean)}, p99 ${ms(load.latencyMs.p99)}, ${percent(load.failedRatio)} failed, ${load.droppedIterations} dropped${failed.length === 0 ? '' : `; failed thresholds: ${failed.join(', ')}`}`;
  return section('k6 run', `<p>${escapeHtml(text)}</p>${loadChart(load, incident.confirmation?.budget ?? {})}`);
}

function flame({ profile, flame: root, incident }: ReportInput): string {
  if (profile === null || root === null)
    return incident.confirmation?.verdict === 'confirmed'
      ? section('Flame graph findings', '<p>No profile was captured; see missing evidence. No hot path is guessed.</p>')
      : '';
  const rows = profile.leaves
    .slice(0, 5)
    .map((leaf, index) => [
      String(index + 1),
      `${percent(leaf.selfShare)} [${percent(leaf.ci[0])}–${percent(leaf.ci[1])}]`,
      `<code>${escapeHtml(leaf.frame)}</code> <span class="dim">${escapeHtml(leaf.module)}${leaf.line === null ? '' : `:${leaf.line}`}</span>`,
      leaf.category,
    ]);
  const failed = profile.quality.checks.filter((check) => !check.ok).map((check) => check.detail);
  const quality =
    profile.quality.verdict === 'good'
      ? ''
      : `<p class="broken">Profile quality: ${profile.quality.verdict}. ${escapeHtml(failed.join('; '))}</p>`;
  const tie =
    profile.leaders.length > 1
      ? `<p>A tie: ${profile.leaders
          .slice(0, 5)
          .map((name) => `<code>${escapeHtml(name)}</code>`)
          .join(', ')} cannot be told apart.</p>`
      : '';
  const controls =
    '<div class="controls" id="flame-controls" hidden><input id="flame-search" type="search" placeholder="search frames (text or pattern)" aria-label="Search frames"><button id="flame-reset" type="button">Reset</button><span id="flame-matched" aria-live="polite"></span></div>';
  const legend = usedCategories(root).map(
    (category) => `<span><i class="swatch" style="background:${categoryColors[category]}"></i>${category}</span>`,
  );
  const graph = `${controls}<div id="flame">${renderFlameSvg(root)}</div><p id="flame-detail" aria-live="polite">Width is share of samples; click, or press Enter, to zoom; Escape to go back.</p><p class="legend">${legend.join(' ')}</p>`;
  return section('Flame graph findings', quality + tie + table(['Rank', 'Sample share', 'Stack (leaf)', 'Category'], rows, [0]) + graph);
}

function usedCategories(root: FlameNode): ProfileCategory[] {
  return [...new Set(layoutFlame(root).map((box) => box.node.category))].sort();
}

/** JSON inside a script element: no `<` may remain, or a name could end the element. */
function flameData(root: FlameNode): string {
  return JSON.stringify({ root, colors: categoryColors })
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function queries({ scans }: ReportInput): string {
  const statements = scans.flatMap((scan) => scan.statements.map((entry) => ({ database: scan.database, entry }))).slice(0, 5);
  if (statements.length === 0) return '';
  const blocks = statements.map(({ database, entry }) => {
    const { statement } = entry;
    const facts = `${database}: ${statement.calls} calls, mean ${ms(statement.meanExecMs)}, ${percent(statement.timeShare)} of the database's time, ${statement.rowsPerCall.toFixed(1)} rows a call; plan: ${entry.planSource}${entry.planNote === null ? '' : ` (${entry.planNote})`}`;
    const findings = (entry.plan?.findings ?? []).map((finding) => `<li>${escapeHtml(finding.text)}</li>`);
    const fixes = [
      ...entry.candidates.map((candidate) => candidate.statement),
      ...entry.nonSargable.flatMap((predicate) => predicate.rewrite ?? predicate.indexStatement ?? []),
    ];
    return `<pre>${escapeHtml(statement.text.slice(0, 2000))}</pre><p>${escapeHtml(facts)}</p>${planTree(entry)}${findings.length === 0 ? '' : `<ul>${findings.join('')}</ul>`}${fixes.map((fix) => `<p>Candidate:</p><pre>${escapeHtml(fix)}</pre>`).join('')}`;
  });
  return section('Slow query findings', blocks.join(''));
}

function causes(incident: Incident): string {
  if (incident.confirmation?.verdict !== 'confirmed') return '';
  if (incident.causes.length === 0)
    return section('Localized cause', `<p>No cause is named. ${escapeHtml(incident.reasons.join('; '))}</p>`);
  const blocks = incident.causes.map((cause) => {
    const place = Object.entries(cause.location).map(([key, value]) => [
      escapeHtml(key),
      `<code>${escapeHtml(Array.isArray(value) ? value.join(', ') : String(value))}</code>`,
    ]);
    return `<p><strong>${cause.id}</strong> (${escapeHtml(cause.component)}), ${percent(cause.share)} of the mean latency, confidence ${confidenceWords(cause.confidence)} (${cause.confidence.toFixed(2)}). ${escapeHtml(cause.summary)} ${escapeHtml(cites(cause.evidence))}</p>${place.length === 0 ? '' : table(['Where', ''], place)}`;
  });
  return section('Localized cause', blocks.join(''));
}

function actions(incident: Incident): string {
  if (incident.outcome === 'refused') return '';
  const steps = recommendedActions(incident).map((action) => {
    const what =
      action.statement === null
        ? escapeHtml(action.text)
        : `${escapeHtml(action.text.slice(0, action.text.indexOf(':')))}<pre>${escapeHtml(action.statement)}</pre>`;
    return `<li>${what} <span class="dim">Expected: ${escapeHtml(action.expected)}${action.basis === 'none' ? '' : ` (${action.basis})`} ${escapeHtml(cites(action.evidence))}</span></li>`;
  });
  return section(
    'Recommended actions (ordered by impact)',
    `<ol>${steps.join('')}<li>Re-run the confirmation: <code>perf-responder rerun ${escapeHtml(incident.incidentId)}</code></li></ol>`,
  );
}

function ruledOut(incident: Incident): string {
  if (incident.ruledOut.length === 0) return '';
  return section(
    'Ruled out',
    `<ul>${incident.ruledOut.map((row) => `<li><strong>${row.id}</strong>: ${escapeHtml(row.reason)} ${escapeHtml(cites(row.evidence))}</li>`).join('')}</ul>`,
  );
}

function missing(incident: Incident): string {
  if (incident.missingEvidence.length === 0) return '';
  return section(
    'Missing evidence',
    table(
      ['What', 'Why', 'Remedy'],
      incident.missingEvidence.map((row) => [row.what, row.why, row.remedy].map(escapeHtml)),
    ),
  );
}

function reruns(incident: Incident): string {
  if (incident.reruns.length === 0) return '';
  const rows = incident.reruns.map((rerun) => [
    escapeHtml(rerun.at),
    rerun.verdict,
    `${ms(rerun.before.p50Ms)} → ${ms(rerun.after.p50Ms)}`,
    `${ms(rerun.before.p95Ms)} → ${ms(rerun.after.p95Ms)}`,
    `${rerun.before.requestRate.toFixed(1)} → ${rerun.after.requestRate.toFixed(1)}/s`,
    `${ratio(rerun.ratio, rerun.ci)} (${rerun.ciKind})`,
    rerun.withinBudget ? '<span class="kept">yes</span>' : '<span class="broken">no</span>',
  ]);
  return section(
    'Re-runs',
    table(['At', 'Verdict', 'p50', 'p95', 'Rate', 'p95 after ÷ before, 95 % interval', 'Within budget'], rows) +
      '<p class="dim">Measured with the same load; below 1 is faster. “Within budget” and “faster than before” are two statements.</p>',
  );
}

function bisect(incident: Incident): string {
  const { bisect: answer } = incident;
  if (answer === null) return '';
  const who =
    answer.culprit === null
      ? ''
      : `<p><code>${escapeHtml(answer.culprit.commit)}</code> ${escapeHtml(`${answer.culprit.subject}, ${answer.culprit.author}, ${answer.culprit.date}`)}</p>`;
  const effect =
    answer.effect === null ? '' : `<p>${escapeHtml(ratio(answer.effect.ratio, answer.effect.ci))} times its parent (measured)</p>`;
  return section(
    'Introducing commit',
    `<p>Outcome: <strong>${answer.outcome}</strong>${answer.posterior === null ? '' : `, posterior ${answer.posterior.toFixed(2)}`}</p>${who}${effect}<ul>${answer.reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`).join('')}</ul>`,
  );
}

function evidence(incident: Incident): string {
  if (incident.evidence.length === 0) return '';
  return section(
    'Evidence',
    table(
      ['Id', 'Kind', 'Numbers', 'Artifact'],
      incident.evidence.map((entry) => [
        entry.id,
        entry.kind,
        escapeHtml(entry.summary),
        entry.artifact === null ? '' : `<code>${escapeHtml(entry.artifact)}</code>`,
      ]),
    ),
  );
}
