import { isRecord } from '../../config/catalog-fields.js';
import { ProgramFailedError } from '../../core/model/errors.js';
import type { SlackMessage } from '../../core/command/communication/slack-message.js';
import { callSlack, listSlack, type SlackAccess } from './slack-api.js';

/** Tells our messages from everybody else's when they are read back. */
const eventType = 'perf_responder_message';
/** Five pages of 200 are a busy channel's last hours: what was sent a moment ago is among them. */
const history = { limit: 200, pages: 5 };
const channelId = /^[CGD][A-Z0-9]{6,}$/;

/** What a message is about: messages of one `thread` stand under the first of them. */
export interface SlackPost {
  deliveryId: string;
  thread: string;
  message: SlackMessage;
}

interface Told {
  ts: string;
  deliveryId: string;
  thread: string;
}

function toldIn(items: Record<string, unknown>[]): Told[] {
  return items.flatMap(({ ts, metadata }) => {
    if (typeof ts !== 'string' || !isRecord(metadata) || metadata['event_type'] !== eventType || !isRecord(metadata['event_payload']))
      return [];
    const { delivery_id: deliveryId, thread } = metadata['event_payload'];
    return typeof deliveryId === 'string' && typeof thread === 'string' ? [{ ts, deliveryId, thread }] : [];
  });
}

/** What may not be read (a scope that the bot has not, a name that nobody has) is null; what may pass is thrown, and tried again. */
async function unlessRefused<Value>(reading: Promise<Value>): Promise<Value | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ProgramFailedError && !error.retryable) return null;
    throw error;
  }
}

async function directChannel(access: SlackAccess, user: string, signal: AbortSignal): Promise<string | null> {
  const { channel } = await callSlack(access, 'conversations.open', { users: user }, signal);
  return isRecord(channel) && typeof channel['id'] === 'string' ? channel['id'] : null;
}

async function namedChannel(access: SlackAccess, name: string, signal: AbortSignal): Promise<string | null> {
  const asked = { key: 'channels', pages: 10, limit: 1000, types: 'public_channel,private_channel', exclude_archived: 'true' };
  const found = (await listSlack(access, 'conversations.list', asked, signal)).find((one) => one['name'] === name.replace(/^#/, ''));
  return typeof found?.['id'] === 'string' ? found['id'] : null;
}

/** Slack reads a channel by its id only, though it posts to a name or a user, too. Null = the id is not to be had. */
function idOf(access: SlackAccess, place: { user: string } | { channel: string }, signal: AbortSignal): Promise<string | null> {
  if ('user' in place) return unlessRefused(directChannel(access, place.user, signal));
  return channelId.test(place.channel) ? Promise.resolve(place.channel) : unlessRefused(namedChannel(access, place.channel, signal));
}

/** The first message of a thread, and the message itself when an earlier try got through although its answer did not. */
async function readBack(
  access: SlackAccess,
  channel: string,
  post: SlackPost,
  signal: AbortSignal,
): Promise<{ root: string | null; same: string | null }> {
  const asked = { key: 'messages', channel, ...history, include_all_metadata: 'true' };
  const told = toldIn((await unlessRefused(listSlack(access, 'conversations.history', asked, signal))) ?? []);
  // Newest first.
  const root = told.filter(({ thread }) => thread === post.thread).at(-1) ?? null;
  if (root === null || root.deliveryId === post.deliveryId) return { root: root?.ts ?? null, same: root?.ts ?? null };
  const replies = await unlessRefused(listSlack(access, 'conversations.replies', { ...asked, ts: root.ts }, signal));
  const same = [...told, ...toldIn(replies ?? [])].find(({ deliveryId }) => deliveryId === post.deliveryId);
  return { root: root.ts, same: same?.ts ?? null };
}

/**
 * Posts a message once, under the first one of its thread. Slack does not drop repeats, so each try looks first whether an earlier one got through;
 * where the bot may not read (no `channels:history`, `groups:history` or `im:history`), a repeat after a lost answer is possible and there are no
 * threads. Answers the `ts`.
 */
export async function postOnce(
  access: SlackAccess,
  place: { user: string } | { channel: string },
  post: SlackPost,
  signal: AbortSignal,
): Promise<string> {
  const id = await idOf(access, place, signal);
  const { root, same } = id === null ? { root: null, same: null } : await readBack(access, id, post, signal);
  if (same !== null) return same;
  const channel = id ?? ('user' in place ? place.user : place.channel);
  const metadata = { event_type: eventType, event_payload: { delivery_id: post.deliveryId, thread: post.thread } };
  const thread = root === null ? {} : { thread_ts: root };
  const { ts } = await callSlack(
    access,
    'chat.postMessage',
    { channel, ...post.message, metadata, unfurl_links: false, unfurl_media: false, ...thread },
    signal,
  );
  if (typeof ts === 'string') return ts;
  throw new ProgramFailedError({
    program: 'Slack',
    exitCode: null,
    message: 'Slack took the message, but told no ts of it',
    retryable: true,
  });
}
