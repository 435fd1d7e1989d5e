/** Reports as people see them: on a desk, on a phone, by night, on paper; and pictures of six recorded incidents that were looked at. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedEvidence } from '../../lab/cases/record-evidence.js';
import { renderHtml } from '../../report/html.js';
import type { ReportInput } from '../../report/report-input.js';
import { findChromium, sha256, startBrowser, violations, writePage } from '../support/browser.js';
import { recordedReport } from '../support/recorded-report.js';
import { hostileNames, inconclusiveBisected, inconclusiveWithoutProfile, missingIndexResolved, notReproduced } from './incidents.js';

const names = ['missing-index', 'hot-function', 'row-lock', 'slow-dependency', 'search-unprofiled', 'healthy'];
/** Every other kind of answer, and what no recorded incident has: re-runs, a bisect, no profile, hostile names, a load that was seen to drop requests. */
const otherKinds: Record<string, () => ReportInput | Promise<ReportInput>> = {
  'at its capacity': () => recordedReport('capacity'),
  'two causes': () => recordedReport('row-volume'),
  'nothing proven': () => recordedReport('too-short'),
  'waits elsewhere': () => recordedReport('series-statistics'),
  'failed requests': () => recordedReport('warehouse-pooler'),
  resolved: missingIndexResolved,
  'not reproduced': notReproduced,
  'without a profile': inconclusiveWithoutProfile,
  bisected: inconclusiveBisected,
  'hostile names': hostileNames,
  'a load over time': droppingLoad,
};
const executablePath = findChromium();
const pictures = new URL('../../fixtures/pages/', import.meta.url);

/** Elements that stick out of the window without a scroller of their own, and texts of a drawing that touch each other. */
const looks = `(() => {
  const scrolls = (element) => { for (let up = element; up; up = up.parentElement) if (['auto', 'scroll'].includes(getComputedStyle(up).overflowX)) return true; return false; };
  const isSeen = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 0;
  const name = (element) => element.tagName + '.' + element.className + ' ' + element.textContent.slice(0, 40);
  const wide = [...document.body.querySelectorAll('*')].filter((one) => isSeen(one) && !one.closest('svg, caption') && !scrolls(one) && one.getBoundingClientRect().right > innerWidth + 1).map(name);
  const touching = [...document.querySelectorAll('.chart svg')].filter(isSeen).flatMap((svg) => {
    const boxes = [...svg.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()]);
    const cut = boxes.filter(([, box]) => box.right > svg.getBoundingClientRect().right + 1 || box.left < svg.getBoundingClientRect().left - 1).map(([text]) => 'cut: ' + text);
    return cut.concat(boxes.flatMap(([text, a], index) => boxes.slice(index + 1).filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3).map(([other]) => text + ' / ' + other)));
  });
  const landmarks = ['header', 'main', 'footer', 'nav'].map((one) => document.body.querySelectorAll(one).length);
  const small = [...document.querySelectorAll('.chart text')].filter(isSeen).map((text) => text.getBoundingClientRect().height).filter((height) => height < 9);
  return { wide, touching, landmarks, small, scrollWidth: document.documentElement.scrollWidth };
})()`;

describe.skipIf(executablePath === null)('the page of a recorded incident', () => {
  let browser: Browser;
  let directory: string;
  const addresses = new Map<string, string>();

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'recorded-pages-'));
    browser = await startBrowser(executablePath ?? '');
    for (const name of names) addresses.set(name, writePage(directory, await recordedReport(name)));
    for (const [kind, input] of Object.entries(otherKinds)) addresses.set(kind, writePage(directory, await input(), kind));
  });
  afterAll(async () => {
    await browser.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function open(name: string, options: BrowserContextOptions): Promise<Page> {
    const page = await browser.newPage(options);
    await page.goto(addresses.get(name) ?? '');
    return page;
  }

  it.each(names)('%s: nothing is cut, nothing overlaps, and axe has nothing to say', async (name) => {
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [390, 'dark'],
    ] as const) {
      const page = await open(name, { viewport: { width, height: 900 }, colorScheme });
      expect(await page.evaluate(looks)).toEqual({ wide: [], touching: [], landmarks: [1, 1, 1, 1], small: [], scrollWidth: width });
      expect(await violations(page)).toEqual([]);
      await page.close();
    }
  });

  // Their colours are those of the six.
  it.each(Object.keys(otherKinds))('%s: nothing is cut, nothing overlaps, and axe has nothing to say on a phone by night', async (name) => {
    const page = await open(name, { viewport: { width: 390, height: 900 }, colorScheme: 'dark' });
    expect(await violations(page)).toEqual([]);
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await page.evaluate(looks)).toEqual({ wide: [], touching: [], landmarks: [1, 1, 1, 1], small: [], scrollWidth: width });
    }
    await page.close();
  });

  it('every recorded incident fits a phone, and prints on two pages of A4 at most, nothing cut', { timeout: 180_000 }, async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 900 } });
    const tooLong: string[] = [];
    const onPhone = { wide: [], touching: [], landmarks: [1, 1, 1, 1], small: [], scrollWidth: 390 };
    for (const name of readdirSync(recordedEvidence())) {
      await page.setContent(renderHtml(await recordedReport(name), sha256));
      expect(await page.evaluate(looks), name).toEqual(onPhone);
      // A4 less the margins of the style sheet.
      await page.setViewportSize({ width: 710, height: 1000 });
      const paper = (await page.pdf({ format: 'A4' })).toString('latin1');
      const pages = [...paper.matchAll(/\/Type\s*\/Page\b/g)].length;
      await page.emulateMedia({ media: 'print' });
      const width = await page.evaluate('document.documentElement.scrollWidth');
      if (pages > 2 || width !== 710) tooLong.push(`${name}: ${pages} pages, ${String(width)} wide`);
      await page.emulateMedia({ media: null });
      await page.setViewportSize({ width: 390, height: 900 });
    }
    expect(tooLong).toEqual([]);
    await page.close();
  });

  // Fonts differ from machine to machine, so the pictures are compared as people compare them from afar: their height within a twentieth, and a
  // raster of 40 columns whose mean differs by less than 4 of 255 steps in every fifth of the page: without its panels a page differs by 6 or more (tried below).
  it.each(names)('%s: looks as its reviewed picture', async (name) => {
    const page = await open(name, { viewport: { width: 1280, height: 900 }, deviceScaleFactor: 0.5, colorScheme: 'light' });
    const picture = await page.screenshot({ fullPage: true });
    const file = new URL(`${name}.png`, pictures);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, picture);
    const difference = await compare(picture, readFileSync(file));
    expect(difference.heightRatio).toBeGreaterThan(0.95);
    expect(difference.mean).toBeLessThan(4);
    await page.addStyleTag({ content: '.verdict,.chart,.account{visibility:hidden}' });
    expect((await compare(await page.screenshot({ fullPage: true }), readFileSync(file))).mean).toBeGreaterThan(4);
    await page.close();
  });

  async function compare(left: Buffer, right: Buffer): Promise<{ mean: number; heightRatio: number }> {
    const blank = await browser.newPage();
    const found: unknown = await blank.evaluate(
      `(${rasterDifference})(${JSON.stringify([left.toString('base64'), right.toString('base64')])})`,
    );
    await blank.close();
    return found as { mean: number; heightRatio: number };
  }
});

/** The service keeps its requests ever longer: users are added every second, all of them are busy from the sixth second on, then requests are dropped. */
async function droppingLoad(): Promise<ReportInput> {
  const input = await recordedReport('missing-index');
  if (input.load === null || input.plan === null) throw new Error('expected the load of the recorded incident');
  const moments = Array.from({ length: 24 }, (_, second) => ({
    ...{ atMs: (second - 3) * 1000, completed: second * 55, dropped: Math.max(0, second - 9) * 7 },
    vus: Math.min(1200, 20 + second * 131),
  }));
  const subWindows = input.load.subWindows.map((window, index) => ({ ...window, failedRatio: index > 3 ? 0.1 : 0 }));
  return { ...input, plan: { ...input.plan, maxVus: 1200 }, load: { ...input.load, subWindows, moments } };
}

/** Runs in the browser, which decodes the pictures: the largest mean difference of a fifth of the page. */
const rasterDifference = `async (pictures) => {
  const columns = 40;
  const images = await Promise.all(pictures.map(async (data) => { const image = new Image(); image.src = 'data:image/png;base64,' + data; await image.decode(); return image; }));
  const ratios = images.map((image) => image.height / image.width);
  const rows = Math.round(columns * ratios[1]);
  const [a, b] = images.map((image) => {
    const context = new OffscreenCanvas(columns, rows).getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, columns, rows);
    return context.getImageData(0, 0, columns, rows).data;
  });
  const band = Math.ceil(a.length / 5);
  const means = [0, 1, 2, 3, 4].map((index) => {
    let sum = 0;
    for (let at = index * band; at < Math.min(a.length, (index + 1) * band); at += 1) sum += Math.abs(a[at] - b[at]);
    return sum / band;
  });
  return { mean: Math.max(...means), heightRatio: Math.min(...ratios) / Math.max(...ratios) };
}`;
