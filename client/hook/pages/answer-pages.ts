/**
 * Pages of incidents and of who is on call. GET never acts, because mail scanners open links and some run scripts. POST acts, once for each signed link.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RefusedError } from '../../../core/model/errors.js';
import type { Actor } from '../../../core/command/incident/record-event.js';
import { mayRead } from '../access/authenticate.js';
import type { BodyMemory } from '../access/body-memory.js';
import { provenPerson, type Proven } from '../access/person.js';
import { busy, problem, type Answer } from '../answer.js';
import { readReadToken } from '../access/credentials.js';
import type { HookDependencies } from '../hook-dependencies.js';
import { readRawBody } from '../read-body.js';
import { isValidLink } from '../report-link.js';
import { css, js } from './assets.js';
import { incidentPage } from './incident-page.js';
import { declarePage } from './declare-page.js';
import { answerPage, confirmPage, listPage, onCallPage } from './list-pages.js';
import type { LiveEvents } from './live-events.js';
import type { PageIncidents } from './page-incidents.js';
import { makeCookie, pageActions, readAction, readCookie, signAction, type LinkPurpose, type PageAction } from './page-link.js';

const pagePolicy =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Our own forms send their referrer. Without it a browser sends `Origin: null`, which anybody's page can make it send. */
const ownReferrer = { 'referrer-policy': 'same-origin' };

function htmlAnswer(body: string, status = 200, headers: Record<string, string> = {}): Answer {
  const own = { 'content-security-policy': pagePolicy, ...ownReferrer };
  return { status, body, contentType: 'text/html; charset=utf-8', headers: { ...own, ...headers } };
}

export interface PageParts {
  deps: HookDependencies;
  incidents: PageIncidents;
  live: LiveEvents;
  forms: BodyMemory;
}

export interface PageRequest {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
}

interface PagePath {
  kind: 'list' | 'declare' | 'on-call' | 'css' | 'js' | 'incident' | 'json' | 'events' | PageAction;
  id: string;
}

const fixed: Readonly<Record<string, PagePath['kind']>> = {
  '/incidents': 'list',
  '/incidents/': 'list',
  '/oncall': 'on-call',
  '/incidents/declare': 'declare',
  '/incidents/assets/page.css': 'css',
  '/incidents/assets/live.js': 'js',
};

/** Null: not a page of an incident, for example a triage, whose id does not begin with INC. */
export function parsePagePath(pathname: string): PagePath | null {
  const known = Object.hasOwn(fixed, pathname) ? fixed[pathname] : undefined;
  if (known !== undefined) return { kind: known, id: '' };
  const [, testId] = /^\/oncall\/tests\/(TEST-[0-9a-f]{12})\/ack$/.exec(pathname) ?? [];
  if (testId !== undefined) return { kind: 'ack', id: testId };
  const [, id, extension, part] = /^\/incidents\/(INC-\d{4}-\d{4}-\d{3,9})(?:(\.json)|\/([a-z]+))?$/.exec(pathname) ?? [];
  if (id === undefined) return null;
  if (extension !== undefined) return { kind: 'json', id };
  if (part === undefined) return { kind: 'incident', id };
  if (part === 'events') return { kind: 'events', id };
  const action = pageActions.find((one) => one === part);
  return action === undefined ? null : { kind: action, id };
}

function isAction(kind: PagePath['kind']): kind is PageAction {
  return pageActions.some((one) => one === kind);
}

const unauthorized = problem(
  401,
  'expected the bearer token of hook.read (RESPONDER_READ_TOKEN), a signed link that has not expired, or the cookie that one leaves',
  {},
  { 'www-authenticate': 'Bearer' },
);

/** How the reader proved that they may read; null: not at all. */
function readerOf({ deps }: PageParts, { request, url }: PageRequest, id: string): 'token' | 'link' | 'cookie' | null {
  if (mayRead(readReadToken(deps.catalog, deps.madeToken), request.headers)) return 'token';
  if (readCookie(deps.linkKey(), request.headers.cookie)) return 'cookie';
  return id !== '' && isValidLink(deps.linkKey(), id, url.searchParams, new Date()) ? 'link' : null;
}

/** Returns null when it has taken over the response itself. */
export async function answerPages(parts: PageParts, asked: PageRequest, path: PagePath): Promise<Answer | null> {
  const { request } = asked;
  if (path.kind === 'css') return { status: 200, body: css, contentType: 'text/css; charset=utf-8' };
  if (path.kind === 'js') return { status: 200, body: js, contentType: 'text/javascript; charset=utf-8' };
  if (request.method === 'POST' && isAction(path.kind)) return await act(parts, asked, path.id, path.kind);
  if (request.method === 'POST' && path.kind === 'declare') return await declare(parts, asked);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return isAction(path.kind) || path.kind === 'declare'
      ? problem(405, 'expected GET or POST', {}, { allow: 'GET, HEAD, POST' })
      : problem(405, 'expected GET', {}, { allow: 'GET, HEAD' });
  if (isAction(path.kind)) return showForm(parts, asked, path.id, path.kind);
  const reader = readerOf(parts, asked, path.id);
  if (reader === null) return unauthorized;
  return await show(parts, asked, path, reader);
}

async function show(
  parts: PageParts,
  { response, url }: PageRequest,
  { kind, id }: PagePath,
  reader: 'token' | 'link' | 'cookie',
): Promise<Answer | null> {
  const { deps, incidents, live } = parts;
  const isSecure = deps.catalog.hook?.tls !== undefined;
  // With the cookie of a link the reader can go on to the list and receives live updates.
  const cookie: Record<string, string> = reader === 'cookie' ? {} : { 'set-cookie': makeCookie(deps.linkKey(), isSecure) };
  if (kind === 'list') return htmlAnswer(listPage(await incidents.list()), 200, cookie);
  if (kind === 'declare') return htmlAnswer(declareForm(deps), 200, cookie);
  if (kind === 'on-call') return htmlAnswer(onCallPage(await incidents.onCall()), 200, cookie);
  const document = await incidents.status(id);
  if (document === null) return problem(404, `there is no incident ${id}`);
  if (kind === 'json') return { status: 200, body: document };
  if (kind === 'events') {
    const isTaken = live.watch(id, response);
    return isTaken ? null : problem(503, 'too many watch already; reload the page instead', {}, { 'retry-after': '30' });
  }
  const people = Object.keys(deps.catalog.people ?? {});
  const sign = (action: PageAction): string => signAction(deps.linkKey(), id, action, '').toString();
  return htmlAnswer(incidentPage(document, { sign, people }, { isWhole: url.searchParams.has('all') }), 200, cookie);
}

const words: Readonly<Record<PageAction, { title: string; button: string }>> = {
  ack: { title: 'Acknowledge', button: 'I am on it' },
  note: { title: 'Add a note', button: 'Add it' },
  state: { title: 'Set the status', button: 'Set it' },
  approve: { title: 'Approve', button: 'Approve' },
  update: { title: 'Tell where things stand', button: 'Post it' },
  publish: { title: 'Publish', button: 'Publish' },
};

const isTest = (id: string): boolean => id.startsWith('TEST-');

const badLink = (id: string): Answer =>
  htmlAnswer(answerPage('This link does nothing', 'It has expired, or was made for something else.', id), 403);

/** Shows what a link would do, and a button. Looking changes nothing. */
function showForm({ deps }: PageParts, { url }: PageRequest, id: string, action: PageAction): Answer {
  const link = readAction(deps.linkKey(), id, action, url.searchParams);
  // Other actions need fields that only the page of the incident has.
  if (link === null || action !== 'ack' || link.person === '') return badLink(id);
  const text = isTest(id)
    ? `${link.person} acknowledges the test page ${id}: pages reach them.`
    : `${link.person} acknowledges ${id}: the paging stops, and everybody sees who is on it.`;
  return htmlAnswer(confirmPage({ ...words[action], text, action: `${url.pathname}?${url.searchParams.toString()}` }));
}

/** A form holds a note at most. */
const formLimitBytes = 64 * 1024;

/** Pages of other origins may not send forms here. Browsers say where a form comes from; programs do not. */
function isForeign(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin, host } = request.headers;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
}

/** A proven identity takes precedence over a chosen one. A link that was sent to one person is theirs; on the page, any reader can choose a name. */
function actorOf(proven: Proven, linked: string, chosen: string): Actor | { refused: string } {
  if (proven === null) return linked === '' ? { person: chosen, proof: 'unverified' } : { person: linked, proof: 'signed-link' };
  if ('refused' in proven) return proven;
  const other = [linked, chosen].find((name) => name !== '' && name !== proven.person);
  return other === undefined ? proven : { refused: `you are ${proven.person}, and this is for ${other}` };
}

interface SentForm {
  by: Actor;
  link: { id: string; expiresAt: string };
  form: URLSearchParams;
}

/** What came with a signed link, and who sent it; an answer if it may not act. */
async function takeForm(
  { deps, forms }: PageParts,
  { request, url }: PageRequest,
  id: string,
  purpose: LinkPurpose,
): Promise<SentForm | Answer> {
  const link = readAction(deps.linkKey(), id, purpose, url.searchParams);
  if (link === null || isForeign(request)) return badLink(id);
  const body = await readRawBody(request, formLimitBytes, forms);
  if (!body.ok && body.reason === 'busy') return busy;
  if (!body.ok) return problem(413, `expected a form of at most ${formLimitBytes / 1024} kB`);
  const form = new URLSearchParams(Buffer.concat(body.parts).toString('utf8'));
  body.release();
  const proven = provenPerson(deps.catalog, readReadToken(deps.catalog, deps.madeToken), request);
  const by = actorOf(proven, link.person, (form.get('by') ?? '').trim());
  if ('refused' in by) return htmlAnswer(answerPage('Not done', by.refused, id), 403);
  if (by.person === '') return htmlAnswer(answerPage('Who are you?', 'Choose your name, and send it again.', id), 422);
  return { by, form, link: { id: link.id, expiresAt: new Date(Number(link.expires) * 1000).toISOString() } };
}

/** Returns the workflow's answer. A refusal is a conflict with what somebody else did. */
async function answered(work: () => Promise<{ text: string; id: string }>, id: string): Promise<Answer> {
  try {
    const done = await work();
    return htmlAnswer(answerPage('Done', done.text, done.id));
  } catch (error) {
    if (error instanceof RefusedError) return htmlAnswer(answerPage('Not done', error.message, id), 409);
    throw error;
  }
}

async function act(parts: PageParts, asked: PageRequest, id: string, action: PageAction): Promise<Answer> {
  const sent = await takeForm(parts, asked, id, action);
  return 'status' in sent ? sent : await answered(async () => ({ text: await parts.incidents.act(id, { action, ...sent }), id }), id);
}

/** Links of this page are made for an incident that does not exist yet. */
const newIncident = 'new';

function declareForm(deps: HookDependencies): string {
  const action = `/incidents/declare?${signAction(deps.linkKey(), newIncident, 'declare', '').toString()}`;
  return declarePage({ action, people: Object.keys(deps.catalog.people ?? {}), services: Object.keys(deps.catalog.services) });
}

/** The same form sent twice declares once, because its link is the key of the declaration. */
async function declare(parts: PageParts, asked: PageRequest): Promise<Answer> {
  const sent = await takeForm(parts, asked, newIncident, 'declare');
  if ('status' in sent) return sent;
  return await answered(async () => {
    const id = await parts.incidents.declare(sent);
    return { id, text: `${id} is declared. Who is on call is paged.` };
  }, newIncident);
}
