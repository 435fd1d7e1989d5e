import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FlameNode } from '../../core/model/profile.js';
import { flameTree } from '../../core/profile/flame-tree.js';
import { renderHtml } from '../../report/html.js';
import type { ReportInput } from '../../report/report-input.js';
import { profileOf } from '../core/profile/profiles.js';
import { findChromium, sha256, startBrowser, writePage } from '../support/browser.js';
import { frame, hostileNames, inconclusiveWithoutProfile, missingIndexResolved, notReproduced } from './incidents.js';

const executablePath = findChromium();
if (executablePath === null)
  process.stderr.write('the report page is not tried in a browser: no Chromium on PATH; install chromium or set CHROMIUM\n');

describe.skipIf(executablePath === null)('the page in a browser', () => {
  let browser: Browser;
  let directory: string;
  let context: BrowserContext | null = null;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'report-page-'));
    browser = await startBrowser(executablePath ?? '');
  });
  afterEach(async () => context?.close());
  afterAll(async () => {
    await browser.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Opens the report and fails the test on any message of the console, error or request besides the file itself. */
  async function open(
    input: ReportInput,
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<{ page: Page; complaints: string[] }> {
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const address = writePage(directory, input);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => request.url() !== address && complaints.push(`request: ${request.url()}`));
    await page.goto(address);
    return { page, complaints };
  }

  const frameNamed = (page: Page, name: string) => page.locator('.frame').filter({ hasText: new RegExp(`^${name}$`) });

  it.each([
    ['a resolved incident', missingIndexResolved],
    ['one that was not reproduced', notReproduced],
    ['one without a profile', inconclusiveWithoutProfile],
  ])('shows %s without an error or a request', async (_, create) => {
    const { page, complaints } = await open(create());
    expect(complaints).toEqual([]);
    const markup = await page.locator('main').innerHTML();
    const idsOf = (pattern: RegExp): string[] => [...markup.matchAll(pattern)].map(([, id = '']) => id);
    const ids = idsOf(/ id="([^"]*)"/g);
    expect(ids).toEqual([...new Set(ids)]);
    expect(ids).toEqual(expect.arrayContaining(idsOf(/ href="#([^"]*)"/g)));
    expect(await page.locator('h1').textContent()).toBe(create().incident.endpoint);
    expect((await page.screenshot({ fullPage: true })).length).toBeGreaterThan(20_000);
  });

  it('has a policy under which a script of somebody else does not run', async () => {
    const { page, complaints } = await open(missingIndexResolved());
    const added =
      'const script = document.createElement("script"); script.textContent = "document.title = 1"; document.body.append(script)';
    await page.evaluate(added);
    expect(await page.title()).toContain('Perf incident triage');
    expect(complaints.join()).toContain('Content Security Policy');
  });

  it('shows hostile names as text and runs none of them', async () => {
    const input = hostileNames();
    const { page, complaints } = await open(input);
    await page.locator('.frame').nth(1).hover();
    await page.locator('#flame-search').fill('<script>');
    expect(complaints).toEqual([]);
    expect(await page.title()).toContain('Perf incident triage');
    expect(await page.locator('script').count()).toBe(2);
    expect(await page.locator('main img, main [onload], main [onerror]').count()).toBe(0);
    expect(await page.locator('.frame').allTextContents()).toContain('<script>document.title="owned"</script>');
    expect(await page.locator('main').textContent()).not.toMatch(/[\u200b\u202e]/);
  });

  it('zooms by mouse and by keyboard, and back', async () => {
    const { page, complaints } = await open(missingIndexResolved());
    await frameNamed(page, 'query').click();
    expect(await page.locator('#flame-status').textContent()).toContain('Zoomed to query');
    expect(await frameNamed(page, 'onStreamRead').count()).toBe(0);
    expect(await frameNamed(page, 'listInvoices').getAttribute('class')).toContain('above');
    await page.locator('#flame-reset').click();
    expect(await frameNamed(page, 'onStreamRead').count()).toBe(1);
    await page.locator('.frame[tabindex="0"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    expect(await page.locator('#flame-status').textContent()).toContain('Zoomed to onStreamRead');
    expect(await page.locator('.frame:focus').getAttribute('aria-label')).toContain('onStreamRead');
    await page.keyboard.press('Escape');
    expect(await page.locator('#flame-status').textContent()).toBe('');
    expect(await page.locator('.frame[tabindex="0"]').count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('finds frames by text and by regular expression and tells their share', async () => {
    const { page, complaints } = await open(missingIndexResolved());
    const search = page.locator('#flame-search');
    await search.fill('PARSE');
    expect(await page.locator('#flame-status').textContent()).toBe('2 frames match, 28.0 % of all');
    expect(await page.locator('.frame.hit').count()).toBe(2);
    await search.fill('/^parse$/');
    expect(await page.locator('.frame.hit').allTextContents()).toEqual(['parse']);
    await search.fill('/(/');
    expect(await page.locator('#flame-status').textContent()).toContain('Not a regular expression');
    expect(complaints).toEqual([]);
  });

  it('has a view of all calls of one function, and Escape leads back from anywhere', async () => {
    const { page, complaints } = await open(missingIndexResolved());
    await page.locator('.frame[tabindex="0"]').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
    const name = await page.locator('.frame:focus').textContent();
    await page.locator('[data-view="sandwich"]').click();
    expect(await page.locator('#flame-status').textContent()).toContain(`All calls of ${name ?? ''} (`);
    expect(await page.locator('.frame.pivot').textContent()).toBe(name);
    expect(await frameNamed(page, 'listInvoices').count()).toBe(1);
    await page.locator('h1').click();
    await page.keyboard.press('Escape');
    expect(await page.locator('[data-view="icicle"]').getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator('#flame-status').textContent()).toBe('');
    await page.locator('#flame-order').click();
    expect((await page.locator('.frame').allTextContents()).slice(0, 3)).toEqual(['all', '(garbage collector)', 'onStreamRead']);
    expect(complaints).toEqual([]);
  });

  it('goes from match to match with Enter, and tells nameless functions apart by their line', async () => {
    const line = (at: number, self: number): FlameNode => ({
      ...frame('(anonymous)', '/srv/billing/lib/price.js', 'application', self),
      line: at,
    });
    const flame = frame('all', '', 'unknown', 0, [line(12, 60), line(40, 40)]);
    const { page } = await open({ ...missingIndexResolved(), flame });
    expect(await page.locator('.frame').allTextContents()).toEqual(['all', '(anonymous) price.js:12', '(anonymous) price.js:40']);
    await page.locator('#flame-search').fill('price.js');
    for (const at of ['12', '40', '12']) {
      await page.locator('#flame-search').press('Enter');
      expect(await page.locator('#flame-tip').textContent()).toContain(`lib/price.js:${at}`);
    }
    await page.locator('#flame-search').press('Escape');
    expect(await page.locator('.frame.hit').count()).toBe(0);
  });

  it('tells a finger first and zooms at the second tap', async () => {
    const { page } = await open(missingIndexResolved(), { hasTouch: true, viewport: { width: 390, height: 800 } });
    await frameNamed(page, 'query').tap();
    expect(await page.locator('#flame-tip').textContent()).toContain('node_modules/pg/lib/client.js');
    expect(await page.locator('#flame-status').textContent()).toBe('');
    await frameNamed(page, 'query').tap();
    expect(await page.locator('#flame-status').textContent()).toContain('Zoomed to query');
  });

  it('saves a file for speedscope that holds the whole profile', async () => {
    const input = missingIndexResolved();
    const { page } = await open(input);
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#flame-save').click()]);
    expect(download.suggestedFilename()).toBe('profile.speedscope.json');
    const text = await readFile(await download.path(), 'utf8');
    expect(flameTree(await profileOf(text), { minShare: 0 }).total).toBeCloseTo(input.flame?.total ?? 0, 3);
    expect(text).toContain('toInvoiceView');
    await openInSpeedscope(await download.path(), input.incident.endpoint);
  });

  /** The program itself, from its package. It titles itself by the profile that it shows, and says in a dialog what it cannot read. */
  async function openInSpeedscope(file: string, name: string): Promise<void> {
    const page = (await context?.newPage()) ?? expect.fail('no browser context');
    const complaints: string[] = [];
    page.on('dialog', (dialog) => {
      complaints.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('pageerror', ({ message }) => complaints.push(message));
    const program = join(dirname(createRequire(import.meta.url).resolve('speedscope/package.json')), 'dist/release/index.html');
    await page.goto(pathToFileURL(program).href);
    await page.locator('input[type=file]').setInputFiles(file);
    await page.waitForFunction(`document.title.includes(${JSON.stringify(name)})`);
    expect(await page.locator('canvas').count()).toBeGreaterThan(0);
    expect(await page.title()).toContain('speedscope');
    expect(complaints).toEqual([]);
  }

  it('copies a command, and opens what a citation leads to', async () => {
    const { page } = await open({ ...missingIndexResolved(), flame: null }, { permissions: ['clipboard-read', 'clipboard-write'] });
    const command = page.locator('.command').first();
    // The button says so for two seconds, which a busy machine may sleep through: what it said is kept.
    await page.evaluate(
      "globalThis.said = []; new MutationObserver(([{ target }]) => said.push(target.textContent)).observe(document.querySelector('.command .copy'), { childList: true })",
    );
    await command.locator('.copy').click();
    await page.waitForFunction('said.length > 0');
    expect(await page.evaluate('said[0]')).toBe('Copied');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await command.locator('code').textContent());
    expect(await page.locator('#evidence-E6').isVisible()).toBe(false);
    await page.locator('a[href="#evidence-E6"]').first().click();
    expect(await page.locator('#evidence-E6').isVisible()).toBe(true);
  });

  it('links each artifact where the hook serves the page, and names it on a page that was saved', async () => {
    const input = missingIndexResolved();
    const { page } = await open(input);
    expect(await page.locator('[data-artifact]').count()).toBeGreaterThan(1);
    expect(await page.locator('a [data-artifact]').count()).toBe(0);
    await page.route('http://hook.test/**', (route) => route.fulfill({ contentType: 'text/html', body: renderHtml(input, sha256) }));
    await page.goto('http://hook.test/incidents/perf-1/report?expires=1&signature=ab');
    const links = await page.evaluate("[...document.querySelectorAll('a[download]')].map((link) => [link.href, link.download])");
    const name = input.incident.artifacts[0]?.name ?? '';
    expect(links).toContainEqual([`http://hook.test/incidents/perf-1/artifacts/${name}?expires=1&signature=ab`, name]);
    expect(links).toHaveLength(await page.locator('[data-artifact]').count());
  });

  it('shows a drawing and every table without scripts', async () => {
    const { page } = await open(missingIndexResolved(), { javaScriptEnabled: false });
    expect(await page.locator('#flame-static svg').isVisible()).toBe(true);
    expect(await page.locator('.flame-tools').isVisible()).toBe(false);
    expect(await page.locator('#flame-static title').count()).toBeGreaterThan(8);
  });

  it('draws five thousand frames', async () => {
    const leaves = (level: number): FlameNode[] =>
      Array.from({ length: 8 }, (_, index) =>
        frame(`f${level}_${index}`, `/srv/app/module-${index}.js`, 'application', 10, level === 0 ? [] : leaves(level - 1)),
      );
    const flame = frame('all', '', 'unknown', 0, leaves(3));
    const { page, complaints } = await open({ ...missingIndexResolved(), flame });
    await page.locator('.frame').nth(1).click();
    expect(await page.locator('#flame-status').textContent()).toContain('Zoomed to');
    expect(await page.locator('.frame').count()).toBeGreaterThan(500);
    expect(complaints).toEqual([]);
  });

  it('is not wider than a phone', async () => {
    const { page } = await open(hostileNames(), { viewport: { width: 375, height: 800 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
  });
});
