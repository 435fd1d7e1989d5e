import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writePublished, readPublished } from '../../../adapters/status-page/published-incidents.js';
import { writeStatusFolder } from '../../../adapters/status-page/status-folder.js';
import { publicationOf, publicIncident, type PublicOrder, type StatusPage } from '../../../core/command/communication/public-incident.js';
import { statusPageFiles } from '../../../report/status-page/status-page-files.js';

const hostile = 'Checkout <script>alert(1)</script> & "more" \u0007\ud800';
const order: PublicOrder<string> = {
  incidentId: 'INC-2026-0302-001',
  title: null,
  startedAt: '2026-03-02T14:30:00.000Z',
  updates: [
    {
      id: 'T-5',
      status: 'investigating',
      text: hostile,
      at: '2026-03-02T14:40:00.000Z',
      corrects: null,
      severity: 'SEV2',
      services: ['shop'],
    },
    {
      id: 'T-9',
      status: 'investigating',
      text: 'Only cards fail.',
      at: '2026-03-02T14:50:00.000Z',
      corrects: 'T-5',
      severity: 'SEV1',
      services: ['shop', 'pay'],
    },
    {
      id: 'T-14',
      status: 'monitoring',
      text: 'A fix is in.',
      at: '2026-03-02T15:00:00.000Z',
      corrects: null,
      severity: 'SEV2',
      services: ['shop', 'pay'],
    },
  ],
};
const resolved = {
  id: 'T-20',
  status: 'resolved',
  text: 'Over.',
  at: '2026-03-02T16:00:00.000Z',
  corrects: null,
  severity: 'SEV2',
  services: ['shop'],
} as const;
const componentsOf = (services: readonly string[]): string[] => [
  ...(services.includes('shop') ? ['Checkout'] : []),
  ...(services.includes('pay') ? ['Payments'] : []),
];
const open = publicIncident(order, componentsOf);
const over = publicIncident(
  { ...order, incidentId: 'INC-2026-0301-001', title: 'Slow search', updates: [...order.updates, resolved] },
  componentsOf,
);
const page: StatusPage = {
  title: 'Shop & status',
  url: 'https://status.example.com/',
  components: ['Checkout', 'Payments', 'Search'],
  incidents: [open, over],
};
const files = statusPageFiles(page, Date.parse('2026-03-02T17:00:00Z'));
const file = (path: string): string => files.get(path) ?? '';
const json = (path: string): Record<string, unknown> => JSON.parse(file(`api/v2/${path}`)) as Record<string, unknown>;

describe('an incident as everybody reads it', () => {
  it('takes components through their statuses, and is as bad as it ever was', () => {
    expect(open).toMatchObject({ name: 'Problem with Checkout, Payments', impact: 'critical', status: 'monitoring', resolvedAt: null });
    expect(
      open.updates.map(({ components }) => components.map(({ name, oldStatus, newStatus }) => `${name}: ${oldStatus} > ${newStatus}`)),
    ).toEqual([
      ['Checkout: operational > partial_outage'],
      ['Checkout: partial_outage > major_outage', 'Payments: operational > major_outage'],
      ['Checkout: major_outage > degraded_performance', 'Payments: major_outage > degraded_performance'],
    ]);
    expect(over).toMatchObject({ name: 'Slow search', status: 'resolved', resolvedAt: resolved.at });
    expect(publicationOf(open, 'T-9').body).toBe('Correction of the update of 14:40 UTC: Only cards fail.');
  });

  it('is kept whole, and a file that is torn hides no other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'responder-published-'));
    try {
      for (const one of [over, open, open]) await writePublished(folder, one);
      expect(await readPublished(folder)).toEqual([open, over].map((one) => JSON.parse(JSON.stringify(one)) as unknown));
      const { writeFileSync } = await import('node:fs');
      writeFileSync(join(folder, 'status-page', 'INC-2026-0303-001.json'), '{"id":');
      expect(await readPublished(folder)).toHaveLength(2);
      await writeStatusFolder(join(folder, 'out'), files);
      expect(readFileSync(join(folder, 'out', 'incidents', 'INC-2026-0302-001.html'), 'utf8')).toBe(
        file('incidents/INC-2026-0302-001.html'),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the status page', () => {
  it('has the files that readers and monitors of status pages ask for', () => {
    expect([...files.keys()].sort()).toEqual(
      [
        'index.html',
        'history.html',
        'style.css',
        'badge.svg',
        'feed.atom',
        'feed.rss',
        'incidents/INC-2026-0301-001.html',
        'incidents/INC-2026-0302-001.html',
      ]
        .concat(['summary', 'status', 'components', 'incidents', 'incidents/unresolved'].map((name) => `api/v2/${name}.json`))
        .sort(),
    );
  });

  it('lets no markup through and needs no script', () => {
    for (const [path, content] of files) {
      if (/\.(?:html|svg|atom|rss)$/.test(path)) expect([path, /<script/i.test(content)]).toEqual([path, false]);
      if (path.endsWith('.html')) expect([path, content.includes('\u0007')]).toEqual([path, false]);
    }
    expect(file('index.html')).toContain('&lt;script&gt;');
  });

  it('corrects visibly: both texts stand, each with where the other is', () => {
    const shown = file('incidents/INC-2026-0302-001.html');
    expect(shown).toContain('Corrected at 2026-03-02 14:50 UTC');
    expect(shown).toContain('This corrects the update of 2026-03-02 14:40 UTC');
    expect(shown).toContain('Checkout &lt;script&gt;');
    expect(shown).toContain('Only cards fail.');
  });

  it('has JSON of the shape of API v2', () => {
    const summary = json('summary.json');
    expect(Object.keys(summary).sort()).toEqual(['components', 'incidents', 'page', 'scheduled_maintenances', 'status']);
    expect(summary['page']).toEqual({
      id: 'shop-status',
      name: 'Shop & status',
      url: page.url,
      time_zone: 'Etc/UTC',
      updated_at: '2026-03-02T16:00:00.000Z',
    });
    expect(summary['status']).toEqual({ indicator: 'critical', description: 'Major Service Outage' });
    expect((summary['components'] as { name: string; status: string }[]).map(({ name, status }) => [name, status])).toEqual([
      ['Checkout', 'degraded_performance'],
      ['Payments', 'degraded_performance'],
      ['Search', 'operational'],
    ]);
    const [first] = summary['incidents'] as Record<string, unknown>[];
    const keys = [
      'components',
      'created_at',
      'id',
      'impact',
      'incident_updates',
      'monitoring_at',
      'name',
      'page_id',
      'resolved_at',
      'shortlink',
      'started_at',
      'status',
      'updated_at',
    ];
    expect(Object.keys(first ?? {}).sort()).toEqual(keys);
    expect((first?.['incident_updates'] as { status: string }[]).map(({ status }) => status)).toEqual([
      'monitoring',
      'investigating',
      'investigating',
    ]);
    expect((json('incidents.json')['incidents'] as unknown[]).length).toBe(2);
    expect((json('incidents/unresolved.json')['incidents'] as unknown[]).length).toBe(1);
  });

  it.each([
    ['feed.atom', 'feed.entries.map { |e| [e.id.content, e.updated.content.utc.iso8601, e.title.content] }'],
    ['feed.rss', 'feed.items.map { |e| [e.guid.content, e.pubDate.utc.iso8601, e.title] }'],
  ])('has a feed that the validating reader of Ruby takes: %s', (path, entries) => {
    for (const shown of [file(path), statusPageFiles({ ...page, incidents: [] }, 0).get(path) ?? '']) {
      const script = `require 'rss'; require 'json'; feed = RSS::Parser.parse(STDIN.read, true); puts JSON.generate(${entries})`;
      const read = JSON.parse(execFileSync('ruby', ['-e', script], { input: shown, encoding: 'utf8' })) as [string, string, string][];
      if (shown !== file(path)) {
        expect(read).toEqual([]);
        continue;
      }
      expect(read.map(([, , title]) => title)).toEqual([
        'Slow search: Resolved',
        'Problem with Checkout, Payments: Monitoring',
        'Slow search: Monitoring',
        'Problem with Checkout, Payments: Correction (Investigating)',
        'Slow search: Correction (Investigating)',
        'Problem with Checkout, Payments: Investigating',
        'Slow search: Investigating',
      ]);
      expect(new Set(read.map(([id]) => id)).size).toBe(7);
      expect(shown).toContain('Corrected at 2026-03-02 14:50 UTC');
    }
  });
});
