import { isRecord, senders, sendersOfLists } from './known-senders.js';

/** `a body of Opsgenie (keys action, alert, …); post …`, or what is wrong with it when nobody's shape is recognised. */
export function whatCame(body: unknown, problems: string, self: string): string {
  if (Array.isArray(body)) return whatList(body);
  if (!isRecord(body)) return `${typeof body}, no JSON object`;
  const sender = senders.find(({ name, isIts }) => name !== self && isIts(body));
  const keys = keysOf(body);
  return sender === undefined ? `a body with the keys ${keys}:\n${problems}` : `a body of ${sender.name} (keys ${keys}); ${sender.advice}`;
}

function whatList(body: readonly unknown[]): string {
  const [first] = body;
  if (!isRecord(first)) return 'a list, no JSON object';
  const sender = sendersOfLists.find(({ isIts }) => isIts(first));
  const keys = keysOf(first);
  return sender === undefined
    ? `a list, no JSON object; its first entry has the keys ${keys}`
    : `${sender.name}, a list whose first entry has the keys ${keys}; ${sender.advice}`;
}

function keysOf(body: Record<string, unknown>): string {
  return Object.keys(body).slice(0, 8).join(', ').slice(0, 200) || 'none';
}
