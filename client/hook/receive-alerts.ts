import type { IncomingMessage } from 'node:http';
import type { Admission } from './access/admission.js';
import { judgeHeaders, judgeSignature } from './access/authenticate.js';
import { busy, problem, type Answer } from './answer.js';
import { hookSecrets, noCredentials, readHookCredentials } from './access/credentials.js';
import type { HookDependencies, Started } from './hook-dependencies.js';
import type { HookMetrics } from './hook-metrics.js';
import { mapAlert } from './map-alert.js';
import { bodyLimitBytes, parseJson, readRawBody, unpackBody } from './read-body.js';
import type { AlertSource, IgnoredAlert, SourceAlert } from './sources/source.js';
import type { ReplayMemory } from './access/signature-time.js';
import { storeRejected } from './store-rejected.js';

interface Delivered {
  incidents: { incidentId: string; endpoint: string; started: boolean; problem?: string }[];
  ignored: IgnoredAlert[];
}

/** More alerts of one endpoint in one delivery say nothing new, but each costs a round trip to Temporal. */
const alertsPerEndpoint = 50;

const tooLarge = problem(413, `the body is larger than ${bodyLimitBytes / 1024 / 1024} MB (unpacked)`);

/** What all deliveries of one hook share. */
export interface HookGuards {
  admission: Admission;
  replays: ReplayMemory;
}

export interface Delivery {
  request: IncomingMessage;
  /** Says to a sender that asked first (`Expect: 100-continue`) that its body is wanted. */
  wantBody: () => void;
}

const tooOften = problem(429, 'too many requests; send it again later', {}, { 'retry-after': '1' });

function unauthorized(why: string): Answer {
  return problem(401, why, {}, { 'www-authenticate': 'Bearer' });
}

/** `forget` lets the same signature count again, because what was delivered with it was not taken. */
type Authenticated = { raw: Buffer; release: () => void; forget: () => void };

/** Judges credentials before the body is read if headers decide, or before anything in it is parsed if it is signed. */
export async function authenticatedBody(
  deps: HookDependencies,
  guards: HookGuards,
  source: AlertSource,
  { request, wantBody }: Delivery,
): Promise<Authenticated | Answer> {
  const credentials = readHookCredentials(deps.catalog, deps.madeToken).get(source.name) ?? noCredentials;
  const judgement = judgeHeaders(credentials, source.signature, request.headers);
  if (judgement === 'denied') {
    const isOff = credentials.bearer === null && credentials.hmac === null;
    return unauthorized(
      isOff ? `the source ${source.name} is off: it has no secret` : 'expected the bearer token or the signature of this source',
    );
  }
  if (judgement === 'allowed' && !guards.admission.admits(source.name)) return tooOften;
  wantBody();
  const body = await readRawBody(request, bodyLimitBytes, guards.admission.bodies);
  if (!body.ok) {
    if (body.reason === 'busy') return busy;
    return body.reason === 'too-large' ? tooLarge : problem(400, 'the body ended before it was complete');
  }
  // The accepted body is a copy of its own and outlives the release; a refused one needs no copy. Senders with credentials have at most the budget at a
  // time.
  const authenticated = (forget: () => void): Authenticated => ({ raw: Buffer.concat(body.parts), release: body.release, forget });
  if (judgement === 'allowed') return authenticated(() => undefined);
  const signed = judgeSignature({ credentials, scheme: source.signature, replays: guards.replays }, request.headers, body.parts);
  if ('forget' in signed && guards.admission.admits(source.name)) return authenticated(signed.forget);
  body.release();
  if ('why' in signed) return unauthorized(signed.why);
  signed.forget();
  return tooOften;
}

async function notUnderstood(
  deps: HookDependencies,
  source: AlertSource,
  raw: Buffer,
  parts: { expected: string; came: string; ignored?: IgnoredAlert[] },
): Promise<Answer> {
  const { expected, came, ignored } = parts;
  const stored = await storeRejected(deps.rejectedDirectory, {
    source: source.name,
    receivedAt: new Date().toISOString(),
    expected,
    came,
    raw,
    secrets: hookSecrets(deps.catalog, deps.madeToken),
  });
  deps.log(`alert from ${source.name} not understood: ${came.split('\n')[0] ?? ''}; kept as ${stored}`);
  return problem(422, 'not understood', { expected, came, stored, ...(ignored === undefined ? {} : { ignored }) });
}

async function deliverFiring(
  deps: HookDependencies,
  source: AlertSource,
  endpoint: string,
  alerts: SourceAlert[],
  receivedAt: string,
  delivered: Delivered,
): Promise<void> {
  const results: Started[] = [];
  for (const alert of alerts.slice(0, alertsPerEndpoint)) {
    const answer = await deps.incidents.startOrAttach(endpoint, { ...alert, source: source.name, receivedAt });
    if ('ignored' in answer) {
      deps.log(`alert ${alert.id} of ${endpoint}: ${answer.ignored}`);
      delivered.ignored.push({ reason: answer.ignored, labels: alert.labels });
    } else results.push(answer);
  }
  const last = results.at(-1);
  const started = results.some((result) => result.started);
  if (last !== undefined) {
    const { incidentId, problem } = last;
    delivered.incidents.push({ incidentId, endpoint, started, ...(problem === undefined ? {} : { problem }) });
  }
  for (const { labels } of alerts.slice(alertsPerEndpoint)) {
    delivered.ignored.push({ reason: `more than ${alertsPerEndpoint} alerts of ${endpoint} in one delivery`, labels });
  }
}

async function deliverResolved(
  deps: HookDependencies,
  source: AlertSource,
  endpoint: string,
  alerts: SourceAlert[],
  receivedAt: string,
  delivered: Delivered,
): Promise<void> {
  for (const alert of alerts.slice(0, alertsPerEndpoint)) {
    const recorded = await deps.incidents.recordResolved(endpoint, { ...alert, source: source.name, receivedAt });
    if (recorded === null) delivered.ignored.push({ reason: 'resolved, and no incident is open for it', labels: alert.labels });
    else if (!delivered.incidents.some((incident) => incident.endpoint === endpoint)) {
      delivered.incidents.push({ incidentId: recorded.incidentId, endpoint, started: false });
    }
  }
}

function groupByEndpoint(deps: HookDependencies, alerts: SourceAlert[], ignored: IgnoredAlert[]): Map<string, SourceAlert[]> {
  const groups = new Map<string, SourceAlert[]>();
  for (const alert of alerts) {
    const mapped = mapAlert(deps.catalog, alert.labels);
    if ('reason' in mapped) ignored.push({ reason: mapped.reason, labels: alert.labels });
    else groups.set(mapped.endpoint, [...(groups.get(mapped.endpoint) ?? []), alert]);
  }
  return groups;
}

async function deliver(
  deps: HookDependencies,
  source: AlertSource,
  groups: Map<string, SourceAlert[]>,
  ignored: IgnoredAlert[],
): Promise<Delivered> {
  const delivered: Delivered = { incidents: [], ignored };
  const receivedAt = new Date().toISOString();
  for (const [endpoint, alerts] of groups) {
    // Firing alerts first: a resolved alert of the same group then belongs to the incident that they started.
    await deliverFiring(
      deps,
      source,
      endpoint,
      alerts.filter(({ status }) => status === 'firing'),
      receivedAt,
      delivered,
    );
    await deliverResolved(
      deps,
      source,
      endpoint,
      alerts.filter(({ status }) => status === 'resolved'),
      receivedAt,
      delivered,
    );
  }
  return delivered;
}

function count(metrics: HookMetrics, source: AlertSource, delivered: Delivered): void {
  for (const { started } of delivered.incidents) metrics.alerts.inc({ source: source.name, result: started ? 'started' : 'attached' });
  metrics.alerts.inc({ source: source.name, result: 'ignored' }, delivered.ignored.length);
}

/** A delivery of ten thousand alerts of other services needs no answer of the same length. */
const shownIgnored = 100;

function shown(ignored: IgnoredAlert[]): IgnoredAlert[] {
  const more = ignored.length - shownIgnored;
  return more <= 0 ? ignored : [...ignored.slice(0, shownIgnored), { reason: `${more} more`, labels: {} }];
}

/** A signature is used up only by a delivery that was taken. */
export async function onceTaken({ forget, release }: Authenticated, take: () => Promise<Answer>): Promise<Answer> {
  let isTaken = false;
  try {
    const answer = await take();
    isTaken = answer.status < 300;
    return answer;
  } finally {
    if (!isTaken) forget();
    release();
  }
}

/** POST /alerts/{source}: every rule of design §5. Rejects when the incidents cannot be reached (our outage, 503). */
export async function receiveAlerts(
  deps: HookDependencies,
  metrics: HookMetrics,
  guards: HookGuards,
  source: AlertSource,
  delivery: Delivery,
): Promise<Answer> {
  const body = await authenticatedBody(deps, guards, source, delivery);
  if (!('raw' in body)) return body;
  return await onceTaken(body, () => takeDelivery(deps, metrics, guards, source, { raw: body.raw, request: delivery.request }));
}

async function takeDelivery(
  deps: HookDependencies,
  metrics: HookMetrics,
  guards: HookGuards,
  source: AlertSource,
  { raw, request }: { raw: Buffer; request: IncomingMessage },
): Promise<Answer> {
  const isPacked = request.headers['content-encoding'] !== undefined;
  // Unpacked it may reach the limit, whatever its size is now.
  const unpackedBytes = isPacked ? guards.admission.bodies.reserve(bodyLimitBytes - raw.length) : () => undefined;
  if (unpackedBytes === null) return busy;
  try {
    const unpacked = await unpackBody(raw, request.headers['content-encoding']);
    if (!unpacked.ok && unpacked.reason === 'too-large') return tooLarge;
    if (!unpacked.ok)
      return await notUnderstood(deps, source, raw, { expected: 'a JSON body, plain or compressed', came: unpacked.detail });
    return await takeAlerts(deps, metrics, source, unpacked.content);
  } finally {
    unpackedBytes();
  }
}

async function takeAlerts(deps: HookDependencies, metrics: HookMetrics, source: AlertSource, content: Buffer): Promise<Answer> {
  const body = parseJson(content);
  if (body === undefined)
    return await notUnderstood(deps, source, content, { expected: 'JSON in UTF-8', came: 'something that is not JSON' });
  const read = source.read(body);
  if (!read.ok) return await notUnderstood(deps, source, content, read);
  const cutOff = read.truncated > 0 ? [{ reason: `the sender cut off ${read.truncated} alerts`, labels: {} }] : [];
  const ignored: IgnoredAlert[] = [...read.ignored, ...cutOff];
  const groups = groupByEndpoint(deps, read.alerts, ignored);
  // A sender that sends everything to everybody is told that all is well: Alertmanager would page about itself otherwise.
  if (groups.size === 0 && !source.fansOut && read.alerts.some(({ status }) => status === 'firing')) {
    const expected = 'an alert that a rule in `alerts` of the catalog matches, or with the labels service and endpoint of the catalog';
    const came = ignored.map(({ reason }) => reason).join('; ');
    return await notUnderstood(deps, source, content, { expected, came: came.slice(0, 2000), ignored });
  }
  const delivered = await deliver(deps, source, groups, ignored);
  count(metrics, source, delivered);
  return { status: 202, body: { ...delivered, ignored: shown(delivered.ignored) } };
}
