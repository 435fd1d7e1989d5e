import { isRecord } from '../../config/catalog-fields.js';
import { ProgramFailedError } from '../../core/model/errors.js';
import { askProvider } from './ask-provider.js';

/** Three calls, each of this length, fit into the nine seconds of one try. */
const timeoutMs = 3000;
/** Answers of Slack's own troubles; everything else is a refusal that another try does not change. */
const passing = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'thread_not_found',
]);

export interface SlackAccess {
  token: string;
  /** Origin of the Web API. */
  api: string;
}

type Arguments = Record<string, unknown>;

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // Told below with what is no object either.
  }
  const message = 'Slack answered something that is no JSON object; check the address in api';
  throw new ProgramFailedError({ program: 'Slack', exitCode: null, message, retryable: false });
}

function refusal(method: string, code: unknown): ProgramFailedError {
  const reason = typeof code === 'string' && /^[a-z0-9_-]{1,60}$/.test(code) ? code : 'an error without a name';
  const retryable = passing.has(reason);
  const fix = retryable ? 'it is tried again' : 'check the token, its scopes, the channel, and that the bot is a member of it';
  return new ProgramFailedError({ program: 'Slack', exitCode: null, message: `Slack refused ${method}: ${reason}; ${fix}`, retryable });
}

async function answerOf(
  access: SlackAccess,
  method: string,
  request: { query: string; body?: object },
  signal: AbortSignal,
): Promise<Arguments> {
  const url = new URL(`/api/${method}${request.query}`, access.api).href;
  const headers = { authorization: `Bearer ${access.token}` };
  const send = request.body === undefined ? ({ method: 'GET' } as const) : { body: request.body };
  const answer = parsed(await askProvider({ provider: 'Slack', url, headers, timeoutMs, ...send }, signal));
  // Slack refuses with 200.
  if (answer['ok'] !== true) throw refusal(method, answer['error']);
  return answer;
}

/** A method that changes something, its arguments as JSON. Throws ProgramFailedError, also for `ok: false`. */
export function callSlack(access: SlackAccess, method: string, body: Arguments, signal: AbortSignal): Promise<Arguments> {
  return answerOf(access, method, { query: '', body }, signal);
}

/** A method that reads: Slack takes no JSON there. All items under `key` of up to `pages` pages. */
export async function listSlack(
  access: SlackAccess,
  method: string,
  { key, pages, ...query }: { key: string; pages: number; [argument: string]: string | number },
  signal: AbortSignal,
): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  let cursor = '';
  for (let page = 0; page < pages; page += 1) {
    const asked = new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]));
    if (cursor !== '') asked.set('cursor', cursor);
    const answer = await answerOf(access, method, { query: `?${asked.toString()}` }, signal);
    const items = answer[key];
    if (Array.isArray(items)) found.push(...items.filter(isRecord));
    const next = isRecord(answer['response_metadata']) ? answer['response_metadata']['next_cursor'] : '';
    if (typeof next !== 'string' || next === '') break;
    cursor = next;
  }
  return found;
}
