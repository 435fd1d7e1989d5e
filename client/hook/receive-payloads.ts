/**
 * The codec server of the Temporal Web UI and command line: `POST /codec/decode` and `/codec/encode`, or `/codec/TOKEN/…` for a Web UI that cannot send a
 * header of its own. It has a separate token, because whoever may decode reads everything. Only pages of listed origins can read the answer in a browser.
 */
import { z } from 'zod';
import type { Payload } from '@temporalio/common';
import { createPayloadCodec } from '../../adapters/temporal/payload-codec.js';
import { readPayloadKeys } from '../../config/settings/payload-keys.js';
import { UnreadableInputError } from '../../core/model/errors.js';
import { bearerOf, readSecretOf, sameSecret } from './access/credentials.js';
import { busy, problem, type Answer } from './answer.js';
import type { HookDependencies } from './hook-dependencies.js';
import { bodyLimitBytes, parseJson, readRawBody } from './read-body.js';
import type { Delivery, HookGuards } from './receive-alerts.js';

const base64 = z.base64().transform((text): Uint8Array => Buffer.from(text, 'base64'));
const bodySchema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), base64).default({}), data: base64.default(new Uint8Array()) })).max(1_000),
});

export interface CodecPath {
  operation: 'decode' | 'encode';
  /** Null: the token has to be in the header. */
  token: string | null;
}

/** Null: another path. */
export function parseCodecPath(pathname: string): CodecPath | null {
  const [, token, operation] = /^\/codec(?:\/([A-Za-z0-9._~+=-]+))?\/(decode|encode)$/.exec(pathname) ?? [];
  if (operation !== 'decode' && operation !== 'encode') return null;
  return { operation, token: token ?? null };
}

/** What a browser asks for before it sends: the headers of the Web UI. */
function corsHeaders(deps: HookDependencies, origin: string | undefined): Record<string, string> {
  const isListed = origin !== undefined && (deps.catalog.encryption?.codec?.origins ?? []).includes(origin);
  if (!isListed) return { vary: 'origin' };
  return {
    vary: 'origin',
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'POST, OPTIONS',
    'access-control-allow-headers': 'content-type, x-namespace, authorization, authorization-extras, caller-type',
    'access-control-allow-credentials': 'true',
    'access-control-max-age': '600',
  };
}

const toWire = ({ metadata, data }: Payload): object => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')])),
  data: Buffer.from(data ?? []).toString('base64'),
});

async function convert(deps: HookDependencies, operation: CodecPath['operation'], raw: Buffer): Promise<Answer> {
  const keys = readPayloadKeys(deps.catalog);
  const parsed = bodySchema.safeParse(parseJson(raw));
  if (keys === null) return problem(404, 'nothing is encrypted here: the catalog has no encryption');
  if (!parsed.success)
    return problem(400, 'expected { payloads: [{ metadata, data }] } with base64 texts', { came: z.prettifyError(parsed.error) });
  try {
    const payloads = await createPayloadCodec(keys)[operation](parsed.data.payloads);
    return { status: 200, body: { payloads: payloads.map(toWire) } };
  } catch (error) {
    if (error instanceof UnreadableInputError) return problem(422, error.message);
    throw error;
  }
}

export async function receivePayloads(
  deps: HookDependencies,
  { admission }: HookGuards,
  { request, wantBody }: Delivery,
  path: CodecPath,
): Promise<Answer> {
  const headers = corsHeaders(deps, request.headers.origin);
  const withCors = (answer: Answer): Answer => ({ ...answer, headers: { ...answer.headers, ...headers } });
  if (request.method === 'OPTIONS') return withCors({ status: 204, body: '' });
  if (request.method !== 'POST') return withCors(problem(405, 'expected POST', {}, { allow: 'POST, OPTIONS' }));
  const expected = readSecretOf(deps.catalog, deps.catalog.encryption?.codec?.bearer);
  const given = path.token ?? bearerOf(request.headers.authorization);
  if (expected === null || given === null || !sameSecret(given, expected)) {
    const why = expected === null ? 'the codec is off: encryption.codec has no token' : 'expected the token of encryption.codec';
    return withCors(problem(401, why, {}, { 'www-authenticate': 'Bearer' }));
  }
  wantBody();
  const body = await readRawBody(request, bodyLimitBytes, admission.bodies);
  if (!body.ok) return withCors(body.reason === 'too-large' ? problem(413, 'the body is too large') : busy);
  try {
    return withCors(await convert(deps, path.operation, Buffer.concat(body.parts)));
  } finally {
    body.release();
  }
}
