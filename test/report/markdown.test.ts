import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Incident } from '../../core/model/incident.js';
import { layoutFlame } from '../../report/flame-layout.js';
import { renderFlameSvg } from '../../report/flame-graph.js';
import { escapeHtml } from '../../report/html/html-text.js';
import { escapeMarkdown, toMarkdown } from '../../report/markdown-text.js';
import { renderMarkdown } from '../../report/markdown.js';
import { renderNotification } from '../../report/notification.js';
import {
  frame,
  hostile,
  hostileNames,
  inconclusiveWithoutProfile,
  missingIndexLocalized,
  missingIndexResolved,
  notReproduced,
} from './incidents.js';

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('`', '|', '\\', '<', '&', '*', '\n', '\u202e', ' ', 'a') }),
);

function sectionsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^### (.+)$/gm)].map(([, title = '']) => title);
}

describe('the Markdown report', () => {
  it('has the sections of the design in their order', () => {
    expect(sectionsOf(renderMarkdown(missingIndexResolved()))).toEqual([
      'Where the time went',
      'Flame graph findings',
      'Slow query findings',
      'Localized cause',
      'Ruled out',
      'Recommended actions (ordered by impact)',
      'Escalation path',
      'Re-runs',
      'Evidence',
    ]);
  });

  it('speaks of queries only after a scan and of missing evidence only when there is some', () => {
    const titles = sectionsOf(renderMarkdown(inconclusiveWithoutProfile()));
    expect(titles).toContain('Missing evidence');
    expect(titles).not.toContain('Slow query findings');
  });

  it.each([missingIndexLocalized, missingIndexResolved, notReproduced, inconclusiveWithoutProfile])(
    'ends its actions with the re-run and its exact command',
    (create) => {
      const input = create();
      const actions = /### Recommended actions[^\n]*\n\n([\s\S]*?)\n\n###/.exec(renderMarkdown(input))?.[1] ?? '';
      const last = actions.split('\n').findLast((line) => /^\d+\./.test(line));
      expect(last).toContain(`Re-run the confirmation**: \`perf-responder rerun ${input.incident.incidentId}\``);
    },
  );

  it('tells the load that confirmed and the second look at an outage apart, each with its own numbers', () => {
    const input = missingIndexLocalized();
    const { plan, load } = input;
    if (plan === null || load === null) return expect.fail('the example has no load');
    const second = { plan: { ...plan, warmUpMs: 1_000, rampUpMs: 0, durationMs: 7_000 }, load: { ...load, requests: 84, failedRatio: 1 } };
    const line = /^\*\*k6 run:\*\* .*$/m.exec(renderMarkdown({ ...input, secondLook: second }))?.[0] ?? '';
    const [first, look] = line.split('Then a second look, which all captures and the account are of:');
    expect(first).toContain('x 30 s');
    expect(look).toMatch(/x 7 s after 1 s of warm-up, 84 requests done .*, 100 % failed/);
    expect(renderMarkdown(input)).not.toContain('second look');
  });

  it('says why the account holds more than the mean of the answered requests, and warns when it holds less', () => {
    const { incident, ...rest } = missingIndexLocalized();
    const scaled = (factor: number): string => {
      const accounting = incident.accounting.map((line) => ({ ...line, perRequestMs: line.perRequestMs * factor }));
      return renderMarkdown({ ...rest, incident: { ...incident, accounting } });
    };
    expect(scaled(3)).toContain('still waiting when the load ended');
    expect(scaled(3)).not.toContain('is not explained');
    expect(scaled(0.5)).toContain('is not explained');
    expect(scaled(1)).not.toMatch(/still waiting when the load ended|is not explained/);
  });

  it('prints every check of the account, a failed one as a warning, one that passed folded', () => {
    const { incident, ...rest } = missingIndexLocalized();
    const evidence = [incident.evidence[0]?.id ?? ''];
    const check = { id: 'over-attribution' as const, observed: 1.42, limit: 1.1, detail: 'some of them overlap', evidence };
    const time = (ok: boolean): string => renderMarkdown({ ...rest, incident: { ...incident, accountChecks: [{ ...check, ok }] } });
    const words = (said: string): string => `Sum of the parts (\`over-attribution\`): ${said}, 142 % (limit 110 %): some of them overlap.`;
    expect(time(false)).toContain(`> ⚠ ${words('failed')}`);
    expect(time(true)).toContain(`<details><summary>1 cross-check of this account passed</summary>\n\n- ${words('passed')}`);
  });

  it('says what to do in the first screen', () => {
    const top = renderMarkdown(missingIndexLocalized()).split('\n').slice(0, 8).join('\n');
    for (const words of [
      'Cause found',
      'invoices (account_id, issued_at)',
      'high confidence (0.94)',
      'CREATE INDEX CONCURRENTLY',
      'perf-responder rerun',
    ])
      expect(top).toContain(words);
  });

  it.each<[string, Partial<Incident>, string]>([
    [
      'a refused one',
      { outcome: 'refused', confirmation: null, reasons: ['host evil.example is not in the catalog'] },
      '**Symptom confirmed:** no, refused before any load was sent: host evil.example is not in the catalog',
    ],
    [
      'one whose load never ended',
      { outcome: 'unproven', confirmation: null, reasons: ['k6 failed'] },
      '**Symptom confirmed:** no, unproven: no load run was finished',
    ],
    ['one that is still open', { outcome: null, confirmation: null }, '**Symptom confirmed:** no, not measured yet'],
  ])('is honest about %s', (_, change, words) => {
    const input = { ...notReproduced(), load: null, plan: null };
    expect(renderMarkdown({ ...input, incident: { ...input.incident, ...change } })).toContain(words);
  });

  it('names no hot path from a rejected profile', () => {
    const input = missingIndexLocalized();
    if (input.profile === null) throw new Error('the fixture has a profile');
    const quality = { verdict: 'rejected' as const, checks: [{ id: 'samples', ok: false, detail: 'only 40 samples' }] };
    const text = renderMarkdown({ ...input, profile: { ...input.profile, quality } });
    expect(text).toContain('**Rejected profile**: only 40 samples. No hot path is named from it.');
    expect(text).not.toContain('Sample share');
  });

  it('keeps every row of every table on one line with as many cells as its head', () => {
    const lines = renderMarkdown(hostileNames()).split('\n');
    const cells = (line: string): number => line.replace(/\\./g, '').split('|').length;
    const heads = lines.flatMap((line, index) => (/^\|[-:|]+\|$/.test(line) ? [index - 1] : []));
    expect(heads.length).toBeGreaterThan(4);
    for (const head of heads) {
      for (let row = head; lines[row]?.startsWith('|') === true; row += 1) expect(cells(lines[row] ?? '')).toBe(cells(lines[head] ?? ''));
    }
  });
});

describe('foreign text', () => {
  it('can never leave a code span, in a table or outside', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const span = toMarkdown([{ code: text }]);
        const fence = /^`*/.exec(span)?.[0] ?? '';
        if (span === '(empty)') return;
        expect(fence.length).toBeGreaterThan(0);
        expect(span.endsWith(fence)).toBe(true);
        expect(span.slice(fence.length, -fence.length).match(/`+/g) ?? []).not.toContain(fence);
        expect(toMarkdown([{ code: text }], true).replaceAll('\\|', '')).not.toContain('|');
      }),
    );
  });

  it('never becomes markup in Markdown or HTML, and hides nothing', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(escapeMarkdown(text).replace(/\\[\s\S]/g, '')).not.toMatch(/[`|*[\]<~\n]/);
        expect(escapeHtml(text)).not.toMatch(/[<>"'\n\u202e\u200b]/);
        expect(escapeMarkdown(text)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
    );
  });

  it('stays readable where nothing is wrong with it', () => {
    expect(escapeMarkdown('Seq Scan on order_lines: 99.9 % of 41.0 ms (p95 > 250)')).toBe(
      'Seq Scan on order_lines: 99.9 % of 41.0 ms (p95 > 250)',
    );
    expect(escapeMarkdown('# not a heading')).toBe('\\# not a heading');
    expect(escapeMarkdown('1. not a list')).toBe('1\\. not a list');
    expect(escapeMarkdown('שלום')).toBe('שלום');
  });
});

describe('the static flame graph', () => {
  it('keeps children inside their parent, whatever the weights of a file say', () => {
    const root = { ...frame('all', '', 'unknown', 0, [frame('a', '', 'application', 80), frame('b', '', 'gc', 80)]), total: 100 };
    const boxes = layoutFlame(root);
    expect(boxes.map(({ node }) => node.frame)).toEqual(['all', 'a', 'b']);
    expect(boxes.every(({ start, width }) => start + width <= 1 + 1e-9)).toBe(true);
  });

  it('escapes names and bears deep stacks', () => {
    let root = frame(hostile.breakout, '', 'application', 1);
    for (let depth = 0; depth < 3000; depth += 1)
      root = { frame: `f${depth}`, module: '', category: 'application', self: 0, total: 1, children: [root] };
    const svg = renderFlameSvg(root);
    expect(svg).not.toContain('<img');
    expect(svg).toContain('&lt;/script&gt;&lt;img src=x');
    expect(svg.match(/<rect /g)).toHaveLength(3001);
  });

  it('draws nothing for an empty profile', () => expect(renderFlameSvg(frame('all', '', 'unknown', 0))).not.toContain('<rect'));
});

describe('a notification', () => {
  it('stays short whatever it quotes', () => {
    const { incident } = hostileNames();
    const long = {
      ...incident,
      endpoint: 'x'.repeat(5000),
      reasons: ['y'.repeat(5000)],
      causes: incident.causes.map((cause) => ({ ...cause, summary: 'z'.repeat(5000) })),
    };
    const { headline, text, fields } = renderNotification(long, 'needs-human');
    expect(headline).toMatch(/^Needs you: /);
    expect(headline.length).toBeLessThanOrEqual(150);
    expect(text.length).toBeLessThanOrEqual(1200);
    expect(Math.max(...fields.map(({ value }) => value.length))).toBeLessThanOrEqual(300);
  });
});
