import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { slack } from '../../../adapters/notifiers/slack.js';
import { messageProblem, startSlack, type LocalSlack } from './local-slack.js';
import { sampleMessage } from './sample-message.js';

const quiet = new AbortController().signal;
let local: LocalSlack;
beforeEach(async () => {
  local = await startSlack();
});
afterEach(() => {
  local.close();
});

const inChannel = (): Record<string, unknown> => ({ token: 'xoxb-right', channel: '#incidents', api: local.origin });
const failureOf = (delivery: Promise<unknown>): Promise<unknown> => delivery.then(() => 'delivered').catch((error: unknown) => error);

describe('the Slack bot', () => {
  it('starts a thread with the first message of an incident, and keeps two incidents apart', async () => {
    const first = await slack.deliver(inChannel(), sampleMessage(), quiet);
    const other = await slack.deliver(inChannel(), sampleMessage({ incidentId: 'INC-2', deliveryId: 'INC-2.a' }), quiet);
    await slack.deliver(inChannel(), sampleMessage({ event: 'update', deliveryId: 'INC-1.b' }), quiet);
    await slack.deliver(inChannel(), sampleMessage({ event: 'resolved', deliveryId: 'INC-1.c' }), quiet);
    expect(local.posts.map(({ channel, thread }) => [channel, thread])).toEqual([
      ['C0INCIDENT', null],
      ['C0INCIDENT', null],
      ['C0INCIDENT', first],
      ['C0INCIDENT', first],
    ]);
    expect(other).not.toBe(first);
  });

  it('writes to a person in their direct channel', async () => {
    await slack.deliver({ token: 'xoxb-right', user: 'U0BOB', api: local.origin }, sampleMessage(), quiet);
    expect(local.posts.map(({ channel }) => channel)).toEqual(['D0BOB']);
  });

  it.each([[null], ['INC-1.first']])(
    'does not post again what got through although its answer was lost (thread begun by %s)',
    async (begun) => {
      if (begun !== null) await slack.deliver(inChannel(), sampleMessage({ deliveryId: begun }), quiet);
      local.troubles.set('chat.postMessage', ['lost-answer']);
      expect(await failureOf(slack.deliver(inChannel(), sampleMessage(), quiet))).toMatchObject({ retryable: true });
      const stored = local.posts.at(-1)?.ts;
      expect(await slack.deliver(inChannel(), sampleMessage(), quiet)).toBe(stored);
      expect(local.posts).toHaveLength(begun === null ? 1 : 2);
    },
  );

  it('posts again what did not get through', async () => {
    local.troubles.set('chat.postMessage', ['internal']);
    expect(await failureOf(slack.deliver(inChannel(), sampleMessage(), quiet))).toMatchObject({ retryable: true, exitCode: 500 });
    await slack.deliver(inChannel(), sampleMessage(), quiet);
    expect(local.posts).toHaveLength(1);
  });

  it('keeps quiet for as long as Slack asks', async () => {
    local.troubles.set('chat.postMessage', ['ratelimited']);
    expect(await failureOf(slack.deliver(inChannel(), sampleMessage(), quiet))).toMatchObject({ retryable: true, retryAfterMs: 7000 });
    expect(local.posts).toEqual([]);
  });

  it('takes ok: false for the refusal that it is, and says why', async () => {
    local.troubles.set('chat.postMessage', ['refused']);
    const failure = await failureOf(slack.deliver(inChannel(), sampleMessage(), quiet));
    expect(failure).toMatchObject({ retryable: false });
    expect(String(failure)).toContain('not_in_channel');
    const wrong = await failureOf(slack.deliver({ ...inChannel(), token: 'xoxb-wrong' }, sampleMessage(), quiet));
    expect(String(wrong)).toContain('invalid_auth');
    expect(String(wrong)).not.toContain('xoxb-wrong');
  });

  it('does not post while it cannot know whether an earlier try got through', async () => {
    local.troubles.set('conversations.history', ['ratelimited']);
    expect(await failureOf(slack.deliver(inChannel(), sampleMessage(), quiet))).toMatchObject({ retryable: true, retryAfterMs: 7000 });
    expect(local.posts).toEqual([]);
  });

  it('tells people also where the bot may only write', async () => {
    for (const method of ['conversations.list', 'conversations.history', 'conversations.open']) local.forbidden.add(method);
    await slack.deliver(inChannel(), sampleMessage(), quiet);
    await slack.deliver({ token: 'xoxb-right', user: 'U0BOB', api: local.origin }, sampleMessage(), quiet);
    expect(local.posts.map(({ channel }) => channel)).toEqual(['C0INCIDENT', 'D0BOB']);
  });

  it('gives a try up that Slack does not answer', async () => {
    local.troubles.set('chat.postMessage', ['slow']);
    expect(await failureOf(slack.deliver(inChannel(), sampleMessage(), quiet))).toMatchObject({ retryable: true });
  });

  it.each([['x'], ['&'], ['<'], ['😀']])('keeps the limits of Slack for a text of 40,000 times %s', async (character) => {
    const long = character.repeat(40_000);
    await slack.deliver(inChannel(), sampleMessage({ title: long, text: long, role: long }), quiet);
    expect(local.posts).toHaveLength(1);
    expect(JSON.stringify(local.posts[0]?.body)).toContain('…');
  });
});

describe('an incoming webhook of Slack', () => {
  async function receive(status: number, answer: string): Promise<{ failure: unknown; bodies: Record<string, unknown>[] }> {
    const bodies: Record<string, unknown>[] = [];
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        bodies.push(JSON.parse(body) as Record<string, unknown>);
        response.writeHead(status, status === 429 ? { 'retry-after': '2' } : {}).end(answer);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/services/T0/B0/s3cret`;
    const failure = await failureOf(slack.deliver({ url }, sampleMessage(), quiet));
    server.closeAllConnections();
    server.close();
    return { failure, bodies };
  }

  it('gets text and blocks, nothing of which mentions anybody', async () => {
    const { failure, bodies } = await receive(200, 'ok');
    expect(failure).toBe('delivered');
    expect(bodies.map(messageProblem)).toEqual([null]);
    expect(JSON.stringify(bodies)).not.toContain('<!channel>');
  });

  it.each([
    [200, 'invalid_payload', { retryable: false }],
    [403, 'action_prohibited', { retryable: false, exitCode: 403 }],
    [429, '', { retryable: true, retryAfterMs: 2000 }],
    [500, 'rollup_error', { retryable: true, exitCode: 500 }],
  ])('an answer of %i %s is told as it is, without the address', async (status, answer, expected) => {
    const { failure } = await receive(status, answer);
    expect(failure).toMatchObject(expected);
    expect(String(failure)).not.toContain('s3cret');
  });
});
