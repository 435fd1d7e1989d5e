import { z } from 'zod';
import { reportedKinds } from '../../core/command/changes/change.js';
import { judgeHeaders } from './access/authenticate.js';
import { problem, type Answer } from './answer.js';
import { noCredentials, readHookCredentials } from './access/credentials.js';
import type { HookDependencies } from './hook-dependencies.js';
import { parseJson } from './read-body.js';
import { authenticatedBody, onceTaken, type Delivery, type HookGuards } from './receive-alerts.js';
import { alertSources } from './sources/registry.js';
import type { AlertSource } from './sources/source.js';

const textUpTo = (chars: number) => z.string().trim().min(1).max(chars);
/** A time without its zone means a different moment to every reader. */
const moment = z
  .string()
  .refine(
    (text) => /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) && !Number.isNaN(Date.parse(text)),
    'expected a time with its zone, 2026-03-02T10:05:00Z',
  );

const changeSchema = z.object({
  service: z.string(),
  kind: z.enum(reportedKinds),
  ref: textUpTo(200),
  title: textUpTo(500),
  at: moment.nullish(),
  by: textUpTo(200).nullish(),
  rollback: textUpTo(200).nullish(),
});

const expected = `{ service, kind: ${reportedKinds.join(' | ')}, ref, title, at?: "2026-03-02T10:05:00Z", by?, rollback?: name of a runbook }`;

/** Clocks of senders are off by seconds; a change that is announced for later has not happened yet. */
const aheadMs = 5 * 60_000;

/** Whoever may send alerts may report changes. The source is the one whose credentials the headers have, `generic` first. */
function senderOf(deps: HookDependencies, { request }: Delivery): AlertSource | null {
  const credentials = readHookCredentials(deps.catalog, deps.madeToken);
  const ordered = alertSources.toSorted((left, right) => Number(right.name === 'generic') - Number(left.name === 'generic'));
  const fits = ordered.find(
    ({ name, signature }) => judgeHeaders(credentials.get(name) ?? noCredentials, signature, request.headers) !== 'denied',
  );
  return fits ?? ordered[0] ?? null;
}

async function take(deps: HookDependencies, content: Buffer): Promise<Answer> {
  const json = parseJson(content);
  if (json === undefined) return problem(422, 'not understood', { expected, came: 'no JSON' });
  const parsed = changeSchema.safeParse(json);
  if (!parsed.success) return problem(422, 'not understood', { expected, came: z.prettifyError(parsed.error) });
  const { service, kind, ref, title, at, by, rollback } = parsed.data;
  const known = Object.keys(deps.catalog.services);
  if (!known.includes(service))
    return problem(422, 'not understood', { expected: `a service of the catalog: ${known.join(', ')}`, came: service });
  const atMs = at === null || at === undefined ? Date.now() : Date.parse(at);
  if (atMs > Date.now() + aheadMs)
    return problem(422, 'not understood', { expected: 'a change that has happened', came: `one at ${at ?? ''}` });
  const changeId = await deps.storeChange({
    at: new Date(atMs).toISOString(),
    service,
    kind,
    ref,
    title,
    by: by ?? null,
    rollback: rollback ?? null,
  });
  return { status: 202, body: { changeId } };
}

/** `POST /changes`: what CI, a flag service or a person changed, kept for the next incident. Authenticated like alerts. */
export async function receiveChanges(deps: HookDependencies, guards: HookGuards, delivery: Delivery): Promise<Answer> {
  const sender = senderOf(deps, delivery);
  if (sender === null) return problem(404, 'no source of alerts is registered');
  const { headers } = delivery.request;
  const body = await authenticatedBody(deps, guards, sender, delivery);
  if (!('raw' in body)) return body;
  return await onceTaken(body, async () =>
    headers['content-encoding'] === undefined
      ? await take(deps, body.raw)
      : problem(415, 'expected a plain JSON body, got a compressed one'),
  );
}
