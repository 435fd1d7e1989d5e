import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { teams } from '../../../adapters/notifiers/teams.js';
import { sampleMessage } from './sample-message.js';

const quiet = new AbortController().signal;
let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

interface Posted {
  type: string;
  attachments: {
    contentType: string;
    content: { type: string; version: string; body: { type: string; text?: string }[]; actions: { type: string; url: string }[] };
  }[];
}

/** A workflow that takes one adaptive card of at most 21,000 bytes. */
async function workflow(status = 202): Promise<{ url: string; cards: Posted[] }> {
  const cards: Posted[] = [];
  server = createServer((request, response) => {
    void text(request).then((body) => {
      if (status !== 202) return void response.writeHead(status, { 'retry-after': '3' }).end();
      if (Buffer.byteLength(body) > 21_000) return void response.writeHead(413).end();
      cards.push(JSON.parse(body) as Posted);
      response.writeHead(202).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/workflows/x?sig=s3cret`, cards };
}

const failureOf = (delivery: Promise<unknown>): Promise<unknown> => delivery.then(() => 'delivered').catch((error: unknown) => error);

describe('the Teams notifier', () => {
  it('posts one adaptive card whose words are no Markdown and whose buttons only open addresses', async () => {
    const { url, cards } = await workflow();
    await teams.deliver({ url }, sampleMessage({ text: 'see [here](https://evil.example)' }), quiet);
    const [attachment] = cards[0]?.attachments ?? [];
    expect([cards[0]?.type, attachment?.contentType, attachment?.content.type, attachment?.content.version]).toEqual([
      'message',
      'application/vnd.microsoft.card.adaptive',
      'AdaptiveCard',
      '1.4',
    ]);
    expect(attachment?.content.body[1]?.text).toBe('see \\[here\\]\\(https://evil.example\\)');
    expect(attachment?.content.actions.map(({ type }) => type)).toEqual(['Action.OpenUrl', 'Action.OpenUrl']);
  });

  it.each([['x'], ['*'], ['😀'], ['"']])('stays below what Teams takes for a text of 40,000 times %s', async (character) => {
    const { url, cards } = await workflow();
    const long = character.repeat(40_000);
    await teams.deliver({ url }, sampleMessage({ title: long, text: long, role: long }), quiet);
    expect(cards).toHaveLength(1);
  });

  it.each([
    [429, { retryable: true, retryAfterMs: 3000 }],
    [500, { retryable: true }],
    [400, { retryable: false }],
  ])('an answer of %i is told as it is, without the address', async (status, expected) => {
    const { url } = await workflow(status);
    const failure = await failureOf(teams.deliver({ url }, sampleMessage(), quiet));
    expect(failure).toMatchObject({ ...expected, exitCode: status });
    expect(String(failure)).not.toContain('s3cret');
  });
});
