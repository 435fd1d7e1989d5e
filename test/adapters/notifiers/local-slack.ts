import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

interface Stored {
  ts: string;
  channel: string;
  thread: string | null;
  body: Record<string, unknown>;
}

/** What goes wrong with the next calls of a method, one after the other. */
type Trouble = 'ratelimited' | 'internal' | 'refused' | 'lost-answer' | 'slow';

export interface LocalSlack {
  origin: string;
  posts: Stored[];
  calls: string[];
  troubles: Map<string, Trouble[]>;
  /** Methods for which the bot has no scope. */
  forbidden: Set<string>;
  close: () => void;
}

interface TextObject {
  type: string;
  text: string;
}

function textProblem(object: TextObject | undefined, limit: number): string | null {
  if (object === undefined || object.text.length === 0 || object.text.length > limit) return 'invalid_blocks';
  return /[<>]|&(?!amp;|lt;|gt;)/.test(object.text) ? 'unescaped_text' : null;
}

interface Block {
  type: string;
  text?: TextObject;
  fields?: TextObject[];
  elements?: { text: TextObject; url: string; action_id: string }[];
}

function blockProblem({ type, text: body, fields, elements }: Block): string | null {
  if (type === 'header') return body?.type === 'plain_text' ? textProblem(body, 150) : 'invalid_blocks';
  if (type === 'section' && fields !== undefined)
    return fields.length > 10
      ? 'invalid_blocks'
      : (fields.map((field) => textProblem(field, 2000)).find((problem) => problem !== null) ?? null);
  if (type === 'section') return textProblem(body, 3000);
  if (type !== 'actions' || elements === undefined || elements.length === 0 || elements.length > 25) return 'invalid_blocks';
  return (
    elements.map((one) => (one.url.length > 3000 ? 'invalid_blocks' : textProblem(one.text, 75))).find((problem) => problem !== null) ??
    null
  );
}

/** The rules of Slack for a message, as its documentation and its refusals tell them. */
export function messageProblem(body: Record<string, unknown>): string | null {
  const blocks = body['blocks'] as Block[];
  if (typeof body['text'] !== 'string' || body['text'] === '') return 'no_text';
  if (body['text'].length > 4000 || blocks.length > 50) return 'msg_too_long';
  if (JSON.stringify(blocks).length > 13_200) return 'msg_blocks_too_long';
  return textProblem({ type: 'mrkdwn', text: body['text'] }, 4000) ?? blocks.map(blockProblem).find((problem) => problem !== null) ?? null;
}

function read(slack: LocalSlack, method: string, query: URLSearchParams): Record<string, unknown> {
  const shown = ({ ts, body }: Stored): Record<string, unknown> => ({
    ts,
    text: body['text'],
    ...(query.get('include_all_metadata') === 'true' ? { metadata: body['metadata'] } : {}),
  });
  if (method === 'conversations.list')
    return {
      ok: true,
      channels: [
        { id: 'C0OTHER1', name: 'other' },
        { id: 'C0INCIDENT', name: 'incidents' },
      ],
    };
  if (!/^[CD]0/.test(query.get('channel') ?? '')) return { ok: false, error: 'channel_not_found' };
  const there = slack.posts.filter(({ channel }) => channel === query.get('channel'));
  if (method === 'conversations.replies')
    return { ok: true, messages: there.filter(({ ts, thread }) => query.get('ts') === ts || query.get('ts') === thread).map(shown) };
  return {
    ok: true,
    messages: there
      .filter(({ thread }) => thread === null)
      .reverse()
      .map(shown),
  };
}

function post(slack: LocalSlack, body: Record<string, unknown>): Record<string, unknown> {
  const problem = messageProblem(body);
  if (problem !== null) return { ok: false, error: problem };
  const place = String(body['channel']);
  const channel = place === '#incidents' ? 'C0INCIDENT' : place === 'U0BOB' ? 'D0BOB' : place;
  const thread = typeof body['thread_ts'] === 'string' ? body['thread_ts'] : null;
  // The ts of a reply is no thread.
  if (thread !== null && !slack.posts.some((one) => one.ts === thread && one.thread === null))
    return { ok: false, error: 'thread_not_found' };
  const ts = `1700000000.${String(slack.posts.length + 1).padStart(6, '0')}`;
  slack.posts.push({ ts, channel, thread, body });
  return { ok: true, channel, ts };
}

function answerOf(slack: LocalSlack, method: string, request: { query: URLSearchParams; body: string }): Record<string, unknown> {
  if (slack.forbidden.has(method)) return { ok: false, error: 'missing_scope' };
  if (method === 'conversations.open') return { ok: true, channel: { id: 'D0BOB' } };
  if (method === 'chat.postMessage') return post(slack, JSON.parse(request.body) as Record<string, unknown>);
  return read(slack, method, request.query);
}

async function handle(slack: LocalSlack, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', slack.origin);
  const method = url.pathname.replace('/api/', '');
  const body = await text(request);
  slack.calls.push(method);
  const say = (answer: object): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  };
  if (request.headers.authorization !== 'Bearer xoxb-right') {
    say({ ok: false, error: 'invalid_auth' });
    return;
  }
  const trouble = slack.troubles.get(method)?.shift();
  if (trouble === 'ratelimited') return void response.writeHead(429, { 'retry-after': '7' }).end('');
  if (trouble === 'internal') return void response.writeHead(500).end('oops');
  if (trouble === 'refused') {
    say({ ok: false, error: 'not_in_channel' });
    return;
  }
  const answer = answerOf(slack, method, { query: url.searchParams, body });
  if (trouble === 'lost-answer') return void request.socket.destroy();
  if (trouble === 'slow') return;
  say(answer);
}

/** A Slack that enforces what the real one enforces, and misbehaves when told to. */
export async function startSlack(): Promise<LocalSlack> {
  const server: Server = createServer((request, response) => void handle(slack, request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const slack: LocalSlack = {
    origin: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    posts: [],
    calls: [],
    troubles: new Map(),
    forbidden: new Set(),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return slack;
}
