/** How much somebody has to read at night: the words of the reports of all recorded windows. */
import { describe, expect, it } from 'vitest';
import { recordedNames } from '../../lab/cases/record-evidence.js';
import { toOneLine } from '../../report/foreign-text.js';
import { renderMarkdown } from '../../report/markdown.js';
import type { ReportInput } from '../../report/report-input.js';
import { recordedReport } from '../support/recorded-report.js';

const mostWords = 700;

function words(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

/** What is read without opening anything; the summary of what is folded is. */
function unfolded(markdown: string): string {
  return markdown.replace(/<details>(<summary>[\s\S]*?<\/summary>)[\s\S]*?<\/details>/g, '$1');
}

const reports: { name: string; input: ReportInput; text: string }[] = [];
for (const name of recordedNames()) {
  const input = await recordedReport(name);
  reports.push({ name, input, text: renderMarkdown(input) });
}
const confirmed = reports.filter(({ input }) => input.incident.confirmation?.verdict === 'confirmed');

describe('the report of a confirmed symptom', () => {
  it(`has at most ${mostWords} words in the median, and nothing of its evidence is dropped`, () => {
    const counts = confirmed.map(({ text }) => words(unfolded(text))).sort((a, b) => a - b);
    const median = counts[Math.floor(counts.length / 2)] ?? Infinity;
    process.stderr.write(`words of ${counts.length} confirmed reports: median ${median}, ${counts[0]} to ${counts.at(-1)}\n`);
    expect(counts.length).toBeGreaterThan(40);
    expect(median).toBeLessThanOrEqual(mostWords);
    for (const { name, input, text } of confirmed) {
      for (const { id } of input.incident.evidence) expect(text, `${name} ${id}`).toContain(`| ${id} |`);
      for (const { id } of input.incident.ruledOut) expect(text, `${name} ${id}`).toContain(`\`${id}\``);
      for (const { id } of input.incident.notJudged ?? []) expect(text, `${name} ${id}`).toContain(id);
    }
  });

  it('gives the reason of its cause once, and each statement once', () => {
    const times = (text: string, part: string): number => text.split(part).length - 1;
    for (const { name, input, text } of confirmed) {
      const plain = text.replaceAll('\\', '');
      const remedy = toOneLine(input.incident.causes[0]?.remedy.statement ?? '');
      if (/^CREATE INDEX/.test(remedy)) expect(times(text, remedy), `${name}: ${remedy}`).toBe(1);
      const statement = toOneLine(input.scans[0]?.statements[0]?.statement.text ?? '');
      // The headline names a place by the beginning of its statement only.
      if (statement.length > 100 && statement.length < 400) expect(times(plain, statement.replaceAll('\\', '')), name).toBe(1);
    }
  });

  it('names every cause in plain words beside its id, and no path of the host that its people do not know', () => {
    for (const { name, input, text } of confirmed) {
      for (const { id } of input.incident.causes) expect(text, name).toMatch(new RegExp(`[A-Z][^\`\\n]* \\(\`${id}\`\\)`));
      expect(text, name).not.toMatch(/file:\/\/|\/srv\/app\//);
    }
  });
});
