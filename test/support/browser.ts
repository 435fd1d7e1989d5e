import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { renderHtml } from '../../report/html.js';
import type { ReportInput } from '../../report/report-input.js';

/** `CHROMIUM` or the first browser on PATH; null when there is none. */
export function findChromium(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env['CHROMIUM'] ?? '', ...candidates].find((path) => path !== '' && isExecutable(path)) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function startBrowser(executablePath: string): Promise<Browser> {
  return await chromium.launch({ executablePath, headless: true, args: flags });
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** Writes the page of a report into the directory and gives its address. `key` tells reports of one incident apart. */
export function writePage(directory: string, input: ReportInput, key = input.incident.incidentId): string {
  const file = join(directory, `${sha256(key).replace(/\W/g, '')}.html`);
  writeFileSync(file, renderHtml(input, sha256));
  return pathToFileURL(file).href;
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, in words. Run from the debugger: the policy of the page rightly forbids scripts from elsewhere. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate('axe.run()');
  return (found as { violations: { id: string; nodes: { html: string }[] }[] }).violations.map(
    (one) => `${one.id}: ${one.nodes[0]?.html ?? ''}`,
  );
}
