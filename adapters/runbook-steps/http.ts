import { z } from 'zod';
import { httpUrl, mapping, oneOf, textOrSecret } from '../../config/catalog-fields.js';
import { fillIn, type Values } from '../../core/command/runbook/template.js';
import { createKeptOutput } from '../redaction/kept-output.js';
import { noAnswer, type StepContext, type StepEnding } from './step-context.js';
import { acting, type ActionOf } from './step-kind.js';

const keys = {
  request: mapping({
    method: oneOf(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
    url: httpUrl,
    headers: z.record(z.string(), textOrSecret).optional(),
    body: z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())]).optional(),
  }).transform(({ method, url, headers, body }) => ({
    method: method ?? 'GET',
    url,
    headers: headers ?? {},
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
  })),
};

type HttpAction = ActionOf<typeof keys>;
type HttpRequest = HttpAction['request'];

/** Failures of the connection itself: the request was never sent. */
const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ERR_INVALID_URL', 'UND_ERR_CONNECT_TIMEOUT'];

function codeOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    if (at instanceof AggregateError && at.errors.length > 0) return codeOf(at.errors[0]);
  }
  return '';
}

function headersOf(headers: Record<string, string | { env: string } | { file: string }>, context: StepContext): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (typeof value === 'string') return [name, value];
      const secret = context.access.secret(value, `header ${name}`);
      context.secrets.push(secret);
      return [name, secret];
    }),
  );
}

async function send(action: HttpAction, context: StepContext): Promise<StepEnding> {
  const { method, url, headers, body } = action.request;
  const sent = headersOf(headers, context);
  const kept = createKeptOutput(context.secrets);
  const isJson = body !== null && /^\s*[[{]/.test(body);
  const hasType = Object.keys(sent).some((name) => name.toLowerCase() === 'content-type');
  if (isJson && !hasType) sent['content-type'] = 'application/json';
  try {
    // A redirect could lead a credential to another host.
    const response = await fetch(url, { method, headers: sent, body, redirect: 'manual', signal: context.signal });
    if (response.body !== null) for await (const chunk of response.body) kept.write(chunk as Uint8Array);
    return { kind: 'ended', answer: { ...noAnswer, status: response.status, body: kept.end() } };
  } catch (error) {
    const code = codeOf(error);
    if (neverSent.includes(code)) return { kind: 'not-begun', why: `${method} ${new URL(url).origin} was not sent: ${code}` };
    const why = context.signal.aborted
      ? `timed out: no answer in ${context.timeoutMs / 1000} s`
      : `no answer (${code || 'connection lost'})`;
    return { kind: 'unclear', why, stdout: '' };
  }
}

/** A value becomes one part of an address: it can neither end the path nor begin a query. */
function encoded(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, encodeURIComponent(String(value))]));
}

/** A value inside a JSON text stays inside its quotes. */
function escaped(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : value]),
  );
}

function fillRequest({ method, url, headers, body }: HttpRequest, values: Values): HttpRequest {
  const filled = Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? fillIn(value, values) : value] as const);
  const isJson = body !== null && /^\s*[[{]/.test(body);
  return {
    method,
    url: fillIn(url, encoded(values)),
    headers: Object.fromEntries(filled),
    body: body === null ? null : fillIn(body, isJson ? escaped(values) : values),
  };
}

function describe({ request: { method, url, headers, body } }: HttpAction): string {
  const lines = Object.entries(headers).map(([name, value]) =>
    typeof value === 'string' ? `${name}: ${value}` : `${name}: (secret of ${'env' in value ? value.env : value.file})`,
  );
  return [`${method} ${url}`, ...lines, ...(body === null ? [] : ['', body])].join('\n');
}

/** A request as it goes over the wire: `POST http://…`, header lines, an empty line, the body. */
function readCell(text: string): { request: Record<string, unknown> } | string {
  const [head = '', ...rest] = text.trim().split(/\r?\n\r?\n/);
  const [first = '', ...headerLines] = head.split(/\r?\n/);
  const [method = '', url = '', ...more] = first.trim().split(/\s+/);
  if (url === '' || more.length > 0) return `expected METHOD ADDRESS in the first line, got ${JSON.stringify(first)}`;
  const headers: Record<string, string> = {};
  for (const line of headerLines) {
    const colon = line.indexOf(':');
    if (colon < 1) return `expected Name: value, got ${JSON.stringify(line)}`;
    headers[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
  }
  const body = rest.length > 0 ? { body: rest.join('\n\n') } : {};
  return { request: { method, url, ...(headerLines.length > 0 ? { headers } : {}), ...body } };
}

export const http = acting({
  kind: 'http',
  keys,
  texts: ({ request: { url, headers, body } }) => [url, body ?? '', ...Object.values(headers).filter((one) => typeof one === 'string')],
  fill: (action, values) => ({ ...action, request: fillRequest(action.request, values) }),
  describe,
  readCell,
  run: send,
});
