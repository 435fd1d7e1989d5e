import { describe, expect, it } from 'vitest';
import { readdirSync } from 'node:fs';
import { recordedEvidence } from '../../lab/cases/record-evidence.js';
import { reportPage } from '../../lab/report-page.js';
import { renderMarkdown } from '../../report/markdown.js';
import { recordedReport } from '../support/recorded-report.js';

const columns = 88;

describe('the page of a report that the demo shows', () => {
  it('is one screen for every recorded window: verdict, why, what to do, and the load', async () => {
    for (const name of readdirSync(recordedEvidence())) {
      const lines = reportPage(renderMarkdown(await recordedReport(name))).split('\n');
      expect(lines.length, name).toBeLessThanOrEqual(24);
      const long = lines.filter((line) => line.length > columns && line.trim().includes(' '));
      expect(long, name).toEqual([]);
      expect(lines.join('\n'), name).toMatch(/^Perf incident triage - [\s\S]*^- What: [\s\S]*^- Why: [\s\S]*^- Do now: [\s\S]*^k6 run: /m);
      expect(lines.join(' '), name).not.toMatch(/\*\*|&[a-z]+;|<\/?(?:a|b|br|code|details|em|pre|span|strong|summary|sub|sup)\b/);
    }
  });

  it('shows code as it is typed, whatever Markdown needs around it', () => {
    const markdown =
      '## T\n\n> - **Do now:** run ``CREATE INDEX `a` ON `b` `` and `x_**y**`; 5 \\* 3 is `15`\n\n### Where the time went\n\nno';
    expect(reportPage(markdown)).toBe('T\n- Do now: run CREATE INDEX `a` ON `b`  and x_**y**; 5 * 3 is 15');
  });

  it('ends what is to be copied with its line', () => {
    const markdown = '> - **Do now:** `CREATE INDEX a ON b (c)` Then prove it: `perf-responder rerun x`; `d` Next';
    expect(reportPage(markdown)).toBe('- Do now: CREATE INDEX a ON b (c)\n  Then prove it: perf-responder rerun x; d Next');
  });
});
