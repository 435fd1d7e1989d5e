import { createTransport } from 'nodemailer';
import { isRecord, secretRef, text, textOrSecret, whole } from '../../config/catalog-fields.js';
import { incidentCard, triageCard, type Card } from '../../core/command/communication/card.js';
import { mailOf } from '../../core/command/communication/mail.js';
import { ProgramFailedError } from '../../core/model/errors.js';
import { defineNotifier } from './notifier.js';

/** Together below the nine seconds of one try. */
const timeouts = { connectionTimeout: 3000, greetingTimeout: 3000, socketTimeout: 5000, dnsTimeout: 3000 };

interface MailSettings {
  to: string;
  host?: string | undefined;
  port?: number | undefined;
  from?: string | undefined;
  user?: string | undefined;
  password?: string | undefined;
}

/** Only what a Message-ID may hold; two different ids stay different. */
const idPart = (value: string): string =>
  encodeURIComponent(value).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);

/** A mail server says with 4xx that another try may help, with 5xx that none does; without a code nothing reached it. */
function failure(error: unknown): ProgramFailedError {
  const code = isRecord(error) && typeof error['responseCode'] === 'number' ? error['responseCode'] : null;
  const retryable = code === null || code < 500;
  const came = code === null ? 'could not be reached or broke off' : `answered ${code}`;
  const message = `the mail server ${came}; ${retryable ? 'it is tried again' : 'check the addresses, user and password in mail'}`;
  return new ProgramFailedError({ program: 'mail', exitCode: code, message, retryable }, { cause: error });
}

/**
 * The same Message-ID in every try, so that a mailbox drops what came twice; the first mail of a thread is nobody's answer, and all name its root,
 * which need not exist for programs to put them together.
 */
async function sendMail(
  settings: MailSettings,
  card: Card,
  about: { deliveryId: string; thread: string },
  signal: AbortSignal,
): Promise<string> {
  const { to, host = '', port = 25, from = '', user, password } = settings;
  const domain = from.split('@').at(-1) ?? 'localhost';
  const idOf = (name: string): string => `<${idPart(name)}@${domain}>`;
  const transport = createTransport({
    host,
    port,
    secure: port === 465,
    ...timeouts,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
  });
  const stop = (): void => transport.close();
  signal.addEventListener('abort', stop, { once: true });
  const messageId = idOf(`${about.deliveryId}.${to}`);
  try {
    await transport.sendMail({
      from,
      to,
      ...mailOf(card),
      messageId,
      inReplyTo: idOf(about.thread),
      references: idOf(about.thread),
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
    return messageId;
  } catch (error) {
    signal.throwIfAborted();
    throw failure(error);
  } finally {
    signal.removeEventListener('abort', stop);
    transport.close();
  }
}

export const email = defineNotifier({
  kind: 'email',
  title: 'sends a mail, one thread per incident, through the server of mail',
  fields: {
    to: text('a mail address', 'write e.g. to: alice@example.com', (value) => /^[^@\s,;]+@[^@\s,;]+$/.test(value)),
    host: text('a host', 'write e.g. host: 127.0.0.1').optional(),
    port: whole('port', 1, 65_535).optional(),
    from: text('an address', 'write e.g. from: responder@example.com', (value) => /^[^@\s]+@[^@\s]+$/.test(value)).optional(),
    user: textOrSecret.optional(),
    password: secretRef.optional(),
  },
  inherit: ({ mail }) => mail,
  check: ({ host, from }) =>
    host !== undefined && from !== undefined
      ? null
      : {
          expected: 'a mail server',
          fix: 'write e.g. mail: { host: 127.0.0.1, port: 25, from: responder@example.com } at the top of the file',
        },
  send: async (to, notification, signal) => {
    const { deliveryId, incidentId } = notification;
    await sendMail(to, triageCard(notification), { deliveryId, thread: incidentId ?? deliveryId }, signal);
  },
  deliver: (to, message, signal) =>
    sendMail(to, incidentCard(message), { deliveryId: message.deliveryId, thread: message.incidentId }, signal),
});
