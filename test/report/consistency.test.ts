/** What must hold of the text of every report, tried on all recorded windows: a page that contradicts itself is believed in nothing. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../report/html.js';
import type { ReportInput } from '../../report/report-input.js';
import { milliseconds, percent } from '../../core/model/figures.js';
import { renderMarkdown } from '../../report/markdown.js';
import { recordedNames } from '../../lab/cases/record-evidence.js';
import { recordedReport } from '../support/recorded-report.js';

async function reportOf(name: string): Promise<{ input: ReportInput; text: string }> {
  const input = await recordedReport(name);
  return { input, text: renderMarkdown(input) };
}

/** What a person sees of a page. */
function visibleText(page: string): string {
  return page
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

function section(text: string, title: string): string {
  const from = text.indexOf(`### ${title}`);
  if (from === -1) return '';
  const end = text.indexOf('\n### ', from + 4);
  return text.slice(from, end === -1 ? undefined : end);
}

describe.each(recordedNames())('the report of the recorded window %s', (name) => {
  it('rules out nothing that it names as a cause', async () => {
    const { input } = await reportOf(name);
    const causes = input.incident.causes.map(({ id }) => id);
    expect(input.incident.ruledOut.map(({ id }) => id).filter((id) => causes.includes(id))).toEqual([]);
  });

  it('tells what it disproved from what follows from a cause, and a consequence names a cause that stands or none', async () => {
    const { input, text } = await reportOf(name);
    const { ruledOut } = input.incident;
    for (const { kind, consequenceOf } of ruledOut) {
      expect(['disproved', 'consequence', 'lesser']).toContain(kind);
      if (kind !== 'consequence') expect(consequenceOf).toBeUndefined();
      else if (input.incident.causes.length === 1) expect(consequenceOf).toBe(input.incident.causes[0]?.id);
    }
    const counted = /; ([\d ]+) other causes? disproved/.exec(text)?.[1] ?? '0';
    expect(Number(counted.replaceAll(' ', ''))).toBe(ruledOut.filter(({ kind }) => kind === 'disproved').length);
  });

  it('calls no check passed whose figure is beyond its limit', async () => {
    const { input } = await reportOf(name);
    for (const { id, ok, observed, limit } of input.incident.accountChecks ?? [])
      expect(ok, `${id} ${observed} ${limit}`).toBe(observed <= limit);
  });

  it('has an account whose lines add up to the mean, each with the share that it has of it', async () => {
    const { input } = await reportOf(name);
    const { accounting } = input.incident;
    const mean = accounting.reduce((sum, line) => sum + line.perRequestMs, 0);
    for (const line of accounting) expect(Math.abs(line.perRequestMs / mean - line.share), line.label).toBeLessThan(0.001);
  });

  it('says first how much of the load could not be sent', async () => {
    const { input, text } = await reportOf(name);
    const dropped = input.load?.droppedIterations ?? 0;
    const symptom = text.split('\n').find((line) => line.includes('Symptom confirmed:')) ?? '';
    const isTold = / of [\d.]+ requests\/s could be sent/.test(symptom);
    expect(isTold).toBe(dropped > 0 && input.plan?.rate != null && input.incident.confirmation !== null);
    if (!isTold) return;
    expect(symptom).toMatch(/Symptom confirmed:\*\* (no, [^:]+: )?only /);
    // The tile tells it, too: `21.0 of 60 offered`.
    expect(visibleText(renderHtml(input, sha256))).toMatch(new RegExp(`Load [\\d.]+ of ${input.plan?.rate} offered`));
  });

  it('tells each part of the account alike in table, bar and its legend', async () => {
    const { input, text } = await reportOf(name);
    const page = renderHtml(input, sha256).replaceAll('&lt;', '<').replaceAll('&gt;', '>');
    const bars = [...page.matchAll(/class="segment[^>]*title="([^"]*)"/g)].map(([, title]) => title);
    const rows = [...section(text, 'Where the time went').matchAll(/^\| (.+?) \| (.+?) \| (.+?) \| /gm)]
      .map(([, label, time, share]) => `${label} ${time} (${share})`.replaceAll('&lt;', '<').replaceAll('\\', ''))
      .filter((row) => !/^(Per request|---|\*\*|unattributed 0 ms)/.test(row));
    expect(bars).toEqual(rows);
    for (const { resource, perRequestMs, share } of input.incident.accounting)
      if (perRequestMs > 0) expect(`${milliseconds(perRequestMs)} ${percent(share)}`, resource).not.toMatch(/^0 | 0 %/);
  });

  it('holds no figure against a budget that it keeps', async () => {
    const { input, text } = await reportOf(name);
    const broken = input.incident.confirmation?.broken ?? [];
    for (const [, id = '', budget, was] of text.matchAll(/(p\d\d) is within (\d+) ms \(it was ([\d.]+) ms\)/g)) {
      expect(broken).toContain(id);
      expect(Number(was)).toBeGreaterThan(Number(budget));
    }
    const [, figure, limit] = /<div class="bad"><dt>p\d\d<\/dt><dd>([\d.]+) ms<small>budget (\d+) ms/.exec(renderHtml(input, sha256)) ?? [];
    if (figure !== undefined) expect(Number(figure)).toBeGreaterThan(Number(limit));
  });

  it('promises nothing of a re-run, and of a remedy no mean above the budget that it says it will keep', async () => {
    const { input, text } = await reportOf(name);
    expect(section(text, 'Recommended actions')).not.toMatch(/Re-run the confirmation[^\n]*\n[^\n]*Expected delta: p\d\d \S+ ms →/);
    expect(text).not.toContain('at best');
    expect(text, 'a request takes some time').not.toContain('→ 0 ms');
    for (const { remedy } of input.incident.causes) {
      if (remedy.forecast === undefined || remedy.forecast.highMs === null || remedy.forecast.likelyMs === null) continue;
      const { lowMs, likelyMs, highMs, nowMs } = remedy.forecast;
      expect([lowMs, likelyMs, highMs, nowMs]).toEqual([lowMs, likelyMs, highMs, nowMs].sort((a, b) => a - b));
    }
    for (const { share } of input.incident.causes) expect(share).toBeLessThanOrEqual(1.0001);
  });

  it('proposes no index that it rules out, and rules none out by rows beyond the limit that it names', async () => {
    const { input, text } = await reportOf(name);
    const reason = input.incident.ruledOut.find(({ id, kind }) => id === 'missing-index' && kind === 'disproved')?.reason;
    if (reason === undefined) return;
    const [heaviest = ''] = statementsOf(text);
    expect(heaviest).not.toMatch(/Candidate fix: .*CREATE INDEX/);
    const number = (pattern: RegExp): number => Number((pattern.exec(reason)?.[1] ?? '0').replaceAll(' ', ''));
    const [least, forEach] = [number(/where ([\d ]+) rows or more/), number(/and (\d+) for each kept/)];
    expect(number(/drops only ([\d ]+) rows? at/)).toBeLessThan(least);
    const [dropped, kept] = [number(/drops ([\d ]+) and keeps/), number(/and keeps ([\d ]+)/)];
    if (kept > 0) expect(dropped).toBeLessThan(forEach * kept);
  });

  it('tells no figure of a profile that it rejects, and counts no rows of a plan that was not executed', async () => {
    const { input, text } = await reportOf(name);
    for (const statement of statementsOf(text))
      if (statement.includes('estimates only')) expect(statement).not.toMatch(/nothing wasteful|self time/);
    for (const { kind, summary } of input.incident.evidence) {
      if (kind === 'plan' && summary.includes('not executed')) expect(summary).not.toMatch(/removed|kept|loop/);
      if (kind === 'profile' && summary.includes('quality rejected')) expect(summary).not.toContain('%');
    }
  });

  it('has pools of whole connections, a confidence with the word of its number, and no limit of the load that was not reached', async () => {
    const { input, text } = await reportOf(name);
    expect(text).not.toMatch(/pool of \d+\.\d|all \d+\.\d connections/);
    for (const [, word, number] of text.matchAll(/(high|moderate|low) confidence \(([\d.]+)\)/g))
      expect(word).toBe(Number(number) >= 0.8 ? 'high' : Number(number) >= 0.6 ? 'moderate' : 'low');
    const shed = /shed load: at ([\d.]+) requests\/s/.exec(text)?.[1];
    if (shed !== undefined && input.plan?.rate != null) expect(Number(shed)).toBeLessThanOrEqual(input.plan.rate);
  });
});

/** The statements of the slow query findings, heaviest first, each with what is told of it. */
function statementsOf(text: string): string[] {
  return section(text, 'Slow query findings')
    .split(/\n(?=- )/)
    .filter((item) => item.startsWith('- `'));
}
