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

/** The report is self-contained. Nothing in it may load or send anything, whatever a frame name or a statement contains. */
const reportPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface IncidentPath {
  incidentId: string;
  shows: { kind: 'status' } | { kind: 'report'; format: ReportFormat } | { kind: 'artifact'; name: string };
}

/** The hook holds an answer in memory while it sends it; larger artifacts are on the disk of the workers. */
const mostArtifactBytes = 64 * 1024 * 1024;

/** `/incidents/{id}`, `/incidents/{id}/report`, `….md`, `….json`, `….html`, `/incidents/{id}/artifacts/{name}`; null for anything else. */
export function parseIncidentPath(pathname: string): IncidentPath | null {
  const match =
    /^\/incidents\/([A-Za-z0-9._~:%-]{1,400})(?:\/report(?:\.(md|json|html))?|\/artifacts\/([A-Za-z0-9][A-Za-z0-9._-]{0,119}))?$/.exec(
      pathname,
    );
  if (match?.[1] === undefined) return null;
  let incidentId: string;
  try {
    incidentId = decodeURIComponent(match[1]);
  } catch {
    return null;
  }
  const [, , extension, name] = match;
  if (name !== undefined) return { incidentId, shows: { kind: 'artifact', name } };
  if (!/\/report(?:\.\w+)?$/.test(pathname)) return { incidentId, shows: { kind: 'status' } };
  return { incidentId, shows: { kind: 'report', format: extension === 'md' || extension === 'json' ? extension : 'html' } };
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
  const { incidentId, shows } = path;
  if (shows.kind === 'artifact') return await showArtifact(deps, incidentId, shows.name);
  if (shows.kind === 'status') {
    const document = await deps.incidents.describe(incidentId);
    return document === null ? problem(404, `there is no incident ${incidentId}`) : { status: 200, body: document };
  }
  const report = await deps.incidents.readReport(incidentId, shows.format);
  if (report === null) return problem(404, `there is no report of ${incidentId} (yet)`);
  return { status: 200, body: report, contentType: contentTypes[shows.format], headers: { 'content-security-policy': reportPolicy } };
}

/** Sent as a download and never displayed, because a capture contains text from outside. */
async function showArtifact(deps: HookDependencies, incidentId: string, name: string): Promise<Answer> {
  const found = await deps.incidents.readArtifact(incidentId, name, mostArtifactBytes);
  if (found === null) return problem(404, `there is no artifact ${name} of ${incidentId}; its report lists those that there are`);
  const { content, sizeBytes } = found;
  if (content === null)
    return problem(
      413,
      `expected an artifact of at most ${mostArtifactBytes} bytes, this one has ${sizeBytes}; get it with perf-responder report ${incidentId} --artifact ${name}`,
    );
  const headers = { 'content-disposition': `attachment; filename="${name}"`, 'content-security-policy': "default-src 'none'; sandbox" };
  return { status: 200, body: content, contentType: 'application/octet-stream', headers };
}
