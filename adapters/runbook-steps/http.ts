import { createKeptOutput } from '../redaction/kept-output.js';
import { noAnswer, type StepContext, type StepEnding, type StepRunner } from './step-runner.js';

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

async function send(action: Parameters<StepRunner<'http'>['run']>[0], context: StepContext): Promise<StepEnding> {
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

export const http: StepRunner<'http'> = { kind: 'http', run: send, simulate: null };
