import type { IncomingMessage } from 'node:http';
import { mayRead } from './access/authenticate.js';
import { problem, type Answer } from './answer.js';
import { readReadToken } from './access/credentials.js';
import type { HookDependencies, ReportFormat } from './hook-dependencies.js';
import { isValidLink } from './report-link.js';

const contentTypes: Record<ReportFormat, string> = {
  html: 'text/html; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

/** The report is self-contained; nothing in it may load or send anything, whatever a frame name or a statement says. */
const reportPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface IncidentPath {
  incidentId: string;
  /** Null = the status document. */
  format: ReportFormat | null;
}

/** `/incidents/{id}`, `/incidents/{id}/report`, `….md`, `….json`, `….html`; null for anything else. */
export function parseIncidentPath(pathname: string): IncidentPath | null {
  const match = /^\/incidents\/([A-Za-z0-9._~:%-]{1,400})(?:\/report(?:\.(md|json|html))?)?$/.exec(pathname);
  if (match?.[1] === undefined) return null;
  let incidentId: string;
  try {
    incidentId = decodeURIComponent(match[1]);
  } catch {
    return null;
  }
  const extension = match[2];
  if (!/\/report(?:\.\w+)?$/.test(pathname)) return { incidentId, format: null };
  return { incidentId, format: extension === 'md' || extension === 'json' ? extension : 'html' };
}

/** GET of one incident or its report, for the reader's bearer token or a signed link that has not expired. */
export async function showIncident(
  deps: HookDependencies,
  request: IncomingMessage,
  path: IncidentPath,
  query: URLSearchParams,
): Promise<Answer> {
  const token = readReadToken(deps.catalog, deps.madeToken);
  if (!mayRead(token, request.headers) && !isValidLink(deps.linkKey(), path.incidentId, query, new Date())) {
    return problem(
      401,
      'expected the bearer token of hook.read (RESPONDER_READ_TOKEN), or a signed link that has not expired; a token that sends alerts reads nothing',
      {},
      { 'www-authenticate': 'Bearer' },
    );
  }
  if (path.format === null) {
    const document = await deps.incidents.describe(path.incidentId);
    return document === null ? problem(404, `there is no incident ${path.incidentId}`) : { status: 200, body: document };
  }
  const report = await deps.incidents.readReport(path.incidentId, path.format);
  if (report === null) return problem(404, `there is no report of ${path.incidentId} (yet)`);
  return { status: 200, body: report, contentType: contentTypes[path.format], headers: { 'content-security-policy': reportPolicy } };
}
