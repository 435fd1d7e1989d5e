/** The public status page of the hook. It needs only files of the data folder, so it works when Temporal and the workers are down. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { publishedVersion } from '../../../adapters/status-page/published-incidents.js';
import type { Catalog } from '../../../config/catalog.js';
import { statusPageFiles, typeOfFile } from '../../../report/status-page/status-page-files.js';
import { statusPageOf } from '../../status-page/status-page-of.js';
import { problem, type Answer } from '../answer.js';

const policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** What counts as "recent" also changes without a publication. */
const renewEveryMs = 60_000;

export type StatusPages = (request: IncomingMessage, url: URL) => Promise<Answer | null>;

export function createStatusPages(catalog: Catalog, dataDirectory: string, now: () => number = Date.now): StatusPages {
  let kept: { version: string | null; origin: string; atMs: number; files: Map<string, string> } | null = null;
  const filesAt = async (origin: string): Promise<Map<string, string>> => {
    const version = await publishedVersion(dataDirectory);
    const isFresh = kept?.version === version && kept.origin === origin && now() - kept.atMs < renewEveryMs;
    if (kept !== null && isFresh) return kept.files;
    const files = statusPageFiles(await statusPageOf(catalog, dataDirectory, `${origin}/status/`), now());
    kept = { version, origin, atMs: now(), files };
    return files;
  };
  return async (request, url) => {
    if (url.pathname !== '/status' && !url.pathname.startsWith('/status/')) return null;
    if (request.method !== 'GET' && request.method !== 'HEAD') return problem(405, 'expected GET', {}, { allow: 'GET, HEAD' });
    // Addresses in the page are relative; without the slash they would lead elsewhere.
    if (url.pathname === '/status') return { status: 308, body: '', headers: { location: '/status/' } };
    const path = url.pathname === '/status/' ? 'index.html' : url.pathname.slice('/status/'.length);
    const content = (await filesAt(originOf(request))).get(path);
    return content === undefined
      ? problem(404, 'the status page has no such file; it begins at /status/')
      : fileAnswer(request, path, content);
  };
}

/** The origin that the reader used, for the addresses in feeds. A name that is not a valid one is not repeated to anybody. */
function originOf({ headers, socket }: IncomingMessage): string {
  const host = headers.host ?? '';
  const scheme = 'encrypted' in socket ? 'https' : 'http';
  return /^[A-Za-z0-9.-]+(?::\d{1,5})?$|^\[[0-9A-Fa-f:]+\](?::\d{1,5})?$/.test(host)
    ? `${scheme}://${host}`
    : 'https://status-page.invalid';
}

function fileAnswer({ headers }: IncomingMessage, path: string, content: string): Answer {
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`;
  const common = { etag, 'cache-control': 'public, max-age=30', 'access-control-allow-origin': '*' };
  if (headers['if-none-match'] === etag) return { status: 304, body: '', headers: common };
  return { status: 200, body: content, contentType: typeOfFile(path), headers: { ...common, 'content-security-policy': policy } };
}
