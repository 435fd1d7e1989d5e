import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseCatalog, readCatalog } from '../../config/catalog.js';
import { resolveRepository, resolveSource } from '../../config/resolve/resolve-access.js';
import { UnreadableInputError } from '../../core/model/errors.js';

const minimal = `version: 1
services:
  shop:
    endpoints:
      search: { url: 'http://127.0.0.1:8080/search?q=red', budgets: { p95Ms: 150 } }
`;

function problemsOf(text: string, file = 'responder.yaml'): string[] {
  try {
    parseCatalog(text, file);
  } catch (error) {
    if (error instanceof UnreadableInputError) return error.message.split('\n').slice(1);
    throw error;
  }
  return [];
}

/** The minimal catalog with more lines inside `services.shop`. */
const shopWith = (lines: string): string => `${minimal}${lines}\n`;
const loadWith = (load: string): string => minimal.replace('budgets:', `load: ${load}, budgets:`);

describe('the service catalog', () => {
  it('reads every key of the commented example', async () => {
    const catalog = await readCatalog('fixtures/catalog/example.yaml');
    expect(catalog.services['shop']?.endpoints['place-order']?.load).toEqual({
      executor: 'constant-arrival-rate',
      rate: 60,
      duration: 60_000,
      rampUp: 5000,
      warmUp: 5000,
      maxVus: 200,
    });
    expect(catalog.services['shop']?.databases?.['main']).toEqual({
      kind: 'postgres',
      connection: { env: 'SHOP_DATABASE_URL' },
    });
    expect(catalog.services['shop']?.repository).toMatchObject({
      stop: 'npm run stop',
      env: { NODE_ENV: 'production' },
      buildTimeout: 600_000,
      startTimeout: 60_000,
      runDuration: 10_000,
    });
    expect(catalog.hook?.sources?.['generic']).toEqual({ hmac: { env: 'RESPONDER_HOOK_SECRET' } });
    expect(catalog.services['shop']?.allowLoad).toEqual({ maxRate: 50, maxDuration: 120_000, stopAtErrorRatio: 0.05 });
  });

  it('is shown with the same example in the documentation', async () => {
    const page = await readFile('docs/catalog.md', 'utf8');
    expect(/```yaml\n([\s\S]*?)```/.exec(page)?.[1]).toBe(await readFile('fixtures/catalog/example.yaml', 'utf8'));
  });

  it('prints every problem at once, each with file, line, what was expected, what came and what to do', async () => {
    const broken = await readFile('fixtures/catalog/every-problem.yaml', 'utf8');
    const expected = await readFile('fixtures/catalog/every-problem.expected.txt', 'utf8');
    expect(problemsOf(broken, 'every-problem.yaml').join('\n')).toBe(expected.trimEnd());
  });

  it('tells the line of YAML that cannot be parsed', () => {
    expect(problemsOf('version: 1\nservices: { shop: [\n')[0]).toMatch(
      /^responder\.yaml:\d: expected YAML, got something that cannot be read/,
    );
    expect(problemsOf('version: 1\nversion: 1\nservices: {}\n')[0]).toContain('responder.yaml:2: expected YAML');
  });

  it('refuses an empty file and a list with what is needed', () => {
    expect(problemsOf('').some((problem) => problem.includes('services: expected a mapping'))).toBe(true);
    expect(problemsOf('- 1\n')[0]).toContain(
      'expected a mapping with the keys version, defaults, hook, alerts, people, oncall, escalation, incidents, mail, observability, worker, artifacts, encryption, services, got a list of 1',
    );
  });

  it('names the file that is not there', async () => {
    await expect(readCatalog('fixtures/catalog/nowhere.yaml')).rejects.toThrow(/nowhere\.yaml, but it cannot be read .*--catalog FILE/);
  });

  it.each([
    ['users', 'vus: 1', 'vus: 50000', 'vus: 0', 'vus: 50001'],
    ['duration', 'duration: 10s', 'duration: 24h', 'duration: 9999ms', 'duration: 86401s'],
    ['ramp-up', 'rampUp: 0s', 'rampUp: 3600s', 'rampUp: -1s', 'rampUp: 3601s'],
    ['request rate', 'rate: 0.1', 'rate: 100000', 'rate: 0.09', 'rate: 100001'],
  ])('holds the bounds of %s', (_name, lowest, highest, tooLow, tooHigh) => {
    expect([lowest, highest].flatMap((load) => problemsOf(loadWith(`{ ${load} }`)))).toEqual([]);
    expect([tooLow, tooHigh].map((load) => problemsOf(loadWith(`{ ${load} }`)).length)).toEqual([1, 1]);
  });

  it('wants a unit on a duration', () => {
    expect(problemsOf(loadWith('{ duration: 60 }'))).toEqual([
      'responder.yaml:5: services.shop.endpoints.search.load.duration: expected a duration from 10s to 1d with its unit (ms, s, m, h, d), got 60; write e.g. duration: 60s',
    ]);
  });

  it('wants a rate for the open model, from the endpoint or the defaults', () => {
    const open = loadWith('{ executor: constant-arrival-rate }');
    expect(problemsOf(open)).toEqual([
      expect.stringContaining('load.rate: expected a rate beside executor: constant-arrival-rate, got nothing'),
    ]);
    expect(problemsOf(`${open}defaults: { load: { rate: 5 } }\n`)).toEqual([]);
  });

  it('takes the address of a repository alone, for links; for a search it asks for what a search needs', () => {
    const withRepository = (repository: string) =>
      parseCatalog(
        `version: 1\nservices: { shop: { endpoints: { a: { url: "http://127.0.0.1/" } }, repository: { ${repository} } } }\n`,
        'r.yaml',
      );
    const linked = withRepository('url: https://github.com/acme/shop');
    expect(resolveSource(linked, 'shop/a')).toEqual({ root: null, url: 'https://github.com/acme/shop' });
    expect(resolveRepository(linked, 'shop/a')).toBeNull();
    const placed = withRepository('url: https://github.com/acme/shop, path: /srv/shop');
    expect([resolveSource(placed, 'shop/a')?.root, resolveRepository(placed, 'shop/a')]).toEqual(['/srv/shop', null]);
    expect(() => withRepository('url: https://github.com/acme/shop, start: npm start')).toThrow(
      /r\.yaml:2: services\.shop\.repository\.path: expected the path of a git repository, got nothing; write e\.g\. path: \.\.\/shop, or url alone for links\n.*repository\.health: expected an http address/,
    );
    expect(() => withRepository('')).toThrow(/repository\.path: .*\n.*repository\.start: .*\n.*repository\.health: /);
  });

  it('never repeats a value that may be a secret', () => {
    const problems = problemsOf(shopWith('    databases: { main: { kind: postgres, connection: "postgres://u:hunter2@db/shop" } }'));
    expect(problems).toEqual([expect.stringContaining('expected a reference to a secret')]);
    expect(problems.join()).not.toContain('hunter2');
    const inAddress = problemsOf(minimal.replace('http://', 'http://ada:hunter2@'));
    expect(inAddress).toEqual([expect.stringContaining('without user and password, got a string that is not shown')]);
  });

  it('gives services what the defaults say and they do not, databases by name', () => {
    const catalog = parseCatalog(
      `${shopWith('    databases: { main: { kind: postgres, connection: { env: A } } }')}defaults: { environment: staging, databases: { cache: { kind: redis, connection: { env: B } }, main: { kind: mysql, connection: { env: C } } } }\n`,
      'responder.yaml',
    );
    expect(catalog.services['shop']?.environment).toBe('staging');
    expect(catalog.services['shop']?.databases).toEqual({
      cache: { kind: 'redis', connection: { env: 'B' } },
      main: { kind: 'postgres', connection: { env: 'A' } },
    });
  });
});
