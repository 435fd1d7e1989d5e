import { once } from 'node:events';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { email } from '../../../adapters/notifiers/email.js';
import { parseCatalog } from '../../../config/catalog.js';
import { resolveChannel } from '../../../config/command/resolve-channels.js';
import { sampleMessage } from './sample-message.js';

const quiet = new AbortController().signal;
let server: SMTPServer | null = null;
afterEach(() => {
  server?.close();
});

function refusal(code: number): Error {
  return Object.assign(new Error('refused'), { responseCode: code });
}

type Answer = 'taken' | 'lost' | number;

/** A mail server that answers its mails one after the other as told, then takes all. */
async function mailServer(answers: Answer[] = [], user?: string): Promise<{ port: number; mails: ParsedMail[] }> {
  const mails: ParsedMail[] = [];
  const mine = new SMTPServer({
    authOptional: user === undefined,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _, done) => {
      if (username === user && password === 'right') done(null, { user });
      else done(refusal(535));
    },
    onData: (stream, session, done) => {
      void simpleParser(stream).then((mail) => {
        const answer = answers.shift() ?? 'taken';
        if (typeof answer === 'number') {
          done(refusal(answer));
          return;
        }
        mails.push(mail);
        // Taken, but nobody learns of it.
        if (answer === 'lost') mine.connections.forEach((connection) => (connection as { close: () => void }).close());
        else done();
      });
    },
  });
  mine.on('error', () => undefined);
  server = mine;
  const listening = mine.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const address = listening.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, mails };
}

const to = (port: number): Record<string, unknown> => ({ to: 'alice@example.com', host: '127.0.0.1', port, from: 'responder@example.com' });
const failureOf = (delivery: Promise<unknown>): Promise<unknown> => delivery.then(() => 'delivered').catch((error: unknown) => error);

describe('the mail notifier', () => {
  it('sends text and HTML that hold the words and none of their markup, as a machine', async () => {
    const { port, mails } = await mailServer();
    const id = await email.deliver(to(port), sampleMessage(), quiet);
    const [mail] = mails;
    expect(mail?.messageId).toBe(id);
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail?.subject).toBe('[SEV1] INC-1 Checkout <!channel> & "pay"');
    expect(mail?.text).toContain('<https://evil.example|look>');
    expect(mail?.text).toContain('Acknowledge: https://responder.example/incidents/INC-1/ack?t=1');
    expect(mail?.html).toContain('&lt;https://evil.example|look&gt;');
    expect(mail?.html).toContain('href="https://responder.example/incidents/INC-1"');
  });

  it('puts the mails of an incident into one thread, and keeps two incidents apart', async () => {
    const { port, mails } = await mailServer();
    for (const [incidentId, deliveryId] of [
      ['INC-1', 'a'],
      ['INC-1', 'b'],
      ['INC-2', 'c'],
    ])
      await email.deliver(to(port), sampleMessage({ incidentId: incidentId ?? '', deliveryId: deliveryId ?? '' }), quiet);
    expect(mails.map(({ inReplyTo, references }) => [inReplyTo, references])).toEqual([
      ['<INC-1@example.com>', '<INC-1@example.com>'],
      ['<INC-1@example.com>', '<INC-1@example.com>'],
      ['<INC-2@example.com>', '<INC-2@example.com>'],
    ]);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(3);
  });

  it('sends a mail whose answer was lost again as the very same mail', async () => {
    const { port, mails } = await mailServer(['lost']);
    expect(await failureOf(email.deliver(to(port), sampleMessage(), quiet))).toMatchObject({ retryable: true });
    await email.deliver(to(port), sampleMessage(), quiet);
    expect(mails).toHaveLength(2);
    expect(mails[0]?.messageId).toBe(mails[1]?.messageId);
  });

  it.each([
    [451, true],
    [552, false],
  ])('an answer of %i is tried again: %s', async (code, retryable) => {
    const { port } = await mailServer([code]);
    expect(await failureOf(email.deliver(to(port), sampleMessage(), quiet))).toMatchObject({ retryable, exitCode: code });
  });

  it('logs in with the user and password of mail, and tells neither', async () => {
    const { port, mails } = await mailServer([], 'responder');
    await email.deliver({ ...to(port), user: 'responder', password: 'right' }, sampleMessage(), quiet);
    expect(mails).toHaveLength(1);
    const failure = await failureOf(email.deliver({ ...to(port), user: 'responder', password: 's3cret-wrong' }, sampleMessage(), quiet));
    expect(failure).toMatchObject({ retryable: false, exitCode: 535 });
    expect(String(failure)).not.toContain('s3cret-wrong');
  });

  it('a title with line breaks adds no header', async () => {
    const { port, mails } = await mailServer();
    await email.deliver(to(port), sampleMessage({ title: 'x\r\nBcc: eve@example.com', deliveryId: 'a>\r\nX: <b' }), quiet);
    expect(mails[0]?.bcc).toBeUndefined();
    expect(mails[0]?.headers.get('x')).toBeUndefined();
    expect(mails[0]?.subject).toContain('x Bcc: eve@example.com');
  });

  it('takes its server from mail at the top of the catalog, and says when there is none', () => {
    const lines = ['version: 1', 'people: { alice: { notify: [{ kind: email, to: alice@example.com }] } }'];
    const services = 'services: { a: { endpoints: { b: { url: "http://127.0.0.1/" } } } }';
    const catalog = parseCatalog([...lines, 'mail: { host: 127.0.0.1, port: 2525, from: r@example.com }', services].join('\n'), 'r.yaml');
    expect(resolveChannel(catalog, 'alice', 0)).toEqual({
      kind: 'email',
      settings: { to: 'alice@example.com', host: '127.0.0.1', port: 2525, from: 'r@example.com' },
    });
    expect(() => parseCatalog([...lines, services].join('\n'), 'r.yaml')).toThrow('people.alice.notify[0]: expected a mail server');
  });
});
