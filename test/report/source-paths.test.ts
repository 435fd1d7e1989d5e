import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../report/html.js';
import { renderMarkdown } from '../../report/markdown.js';
import type { ReportInput } from '../../report/report-input.js';
import { sourcePaths } from '../../report/source-paths.js';
import { hostileNames, missingIndexLocalized } from './incidents.js';

function withFile(file: string, source: ReportInput['source']): ReportInput {
  const input = { ...missingIndexLocalized(), profile: null, flame: null, trace: null, source };
  const causes = input.incident.causes.map((cause) => ({ ...cause, location: { frame: 'quote', file, line: 33 } }));
  return { ...input, incident: { ...input.incident, causes } };
}

describe('paths of a report', () => {
  it.each([
    ['/srv/shop/lib/quote.js', '/srv/shop', 'lib/quote.js'],
    ['file:///srv/shop/lib/quote.js:33', '/srv/shop', 'lib/quote.js:33'],
    // A folder that only begins alike is another one.
    ['/srv/shop-old/lib/quote.js', '/srv/shop', '/srv/shop-old/lib/quote.js'],
    ['at quote (/srv/shop/lib/quote.js:33)', '/srv/shop', 'at quote (lib/quote.js:33)'],
    ['https://host/srv/shop/lib/quote.js', '/srv/shop', 'https://host/srv/shop/lib/quote.js'],
    ['node:internal/http', '/srv/shop', 'node:internal/http'],
    // What is installed with an interpreter is known by its own name, wherever that interpreter lives.
    ['/home/ann/.pyenv/versions/3.11.7/lib/python3.11/selectors.py:451', '/srv/shop', 'selectors.py:451'],
    ['/usr/lib/python3/dist-packages/markupsafe/__init__.py:24', '/srv/shop', 'markupsafe/__init__.py:24'],
    ['/opt/venv/lib/python3.12/site-packages/django/db/models/query.py', '/srv/shop', 'django/db/models/query.py'],
    ['/usr/lib/ruby/3.1.0/json/common.rb:216', '/srv/shop', 'json/common.rb:216'],
    ['/srv/python3.11/lib/quote.py', '/srv/shop', '/srv/python3.11/lib/quote.py'],
  ])('shows %s below %s as %s', (text, root, shown) => {
    expect(sourcePaths(withFile('/srv/shop/lib/price.js', { root, url: null })).shorten(text)).toBe(shown);
  });

  it('finds the root beside the dependencies, where the catalog names another place', () => {
    const input = { ...missingIndexLocalized(), source: { root: '/home/ci/checkout', url: null } };
    const { shorten } = sourcePaths(input);
    expect(shorten('/srv/billing/routes/invoices.js:41')).toBe('routes/invoices.js:41');
    expect(shorten('/srv/billing/node_modules/pg/lib/client.js')).toBe('node_modules/pg/lib/client.js');
  });

  it.each([
    ['https://github.com/acme/shop', 'https://github.com/acme/shop/blob/HEAD/lib/quote.js#L33'],
    ['https://github.com/acme/shop.git', 'https://github.com/acme/shop/blob/HEAD/lib/quote.js#L33'],
    ['https://gitlab.acme.io/web/shop/', 'https://gitlab.acme.io/web/shop/-/blob/HEAD/lib/quote.js#L33'],
    ['https://bitbucket.org/acme/shop', 'https://bitbucket.org/acme/shop/src/HEAD/lib/quote.js#lines-33'],
    ['https://code.acme.io/{path}?line={line}', 'https://code.acme.io/lib/quote.js?line=33'],
  ])('links into %s', (url, address) => {
    const input = withFile('/srv/shop/lib/quote.js', { root: '/srv/shop', url });
    expect(renderMarkdown(input)).toContain(`[\`lib/quote.js:33\`](${address})`);
    expect(renderHtml(input, () => '')).toContain(`href="${address}"`);
    expect(renderMarkdown({ ...input, source: { root: '/srv/shop', url: null } })).not.toContain('](http');
  });

  it('makes no link out of what is installed, which the repository does not hold', () => {
    const { link } = sourcePaths(withFile('/srv/shop/lib/price.js', { root: '/srv/shop', url: 'https://github.com/acme/shop' }));
    expect(link('/usr/lib/python3/dist-packages/markupsafe/__init__.py:24')).toBeNull();
    expect(link('/srv/shop/node_modules/pg/lib/client.js')).toBeNull();
    expect(link('/srv/shop/lib/quote.js:33')).toBe('https://github.com/acme/shop/blob/HEAD/lib/quote.js#L33');
  });

  it('makes no link out of a name that is no path of the service', () => {
    const input = { ...hostileNames(), source: { root: null, url: 'https://github.com/acme/shop' } };
    for (const [, href = ''] of renderHtml(input, () => '').matchAll(/href="([^"]*)"/g)) {
      expect(href).toMatch(/^(https:\/\/www\.speedscope\.app|#[\w.-]+|https:\/\/github\.com\/acme\/shop\/blob\/HEAD\/[\w./%~-]+(#L\d+)?)$/);
    }
  });
});
