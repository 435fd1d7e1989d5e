import { escapedWithin, type Card } from './card.js';

/** RFC 5322 allows 998 characters in a line; a list of mails shows far fewer. */
const longestSubject = 200;

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character] ?? '');

/** A card as plain text and as HTML. Nothing is loaded from anywhere, and nothing acts when it is opened: links lead to forms. */
export function mailOf({ headline, text, facts, links }: Card): { subject: string; text: string; html: string } {
  const lines = [
    headline,
    '',
    text,
    '',
    ...facts.map(({ name, value }) => `${name}: ${value}`),
    '',
    ...links.map(({ title, url }) => `${title}: ${url}`),
  ];
  const rows = facts.map(({ name, value }) => `<tr><th align="left">${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join('');
  const anchors = links.map(({ title, url }) => `<p><a href="${escaped(url)}">${escaped(title)}</a></p>`).join('');
  const body = escaped(text).replace(/\r?\n/g, '<br>');
  return {
    subject: escapedWithin(headline, longestSubject),
    text: `${lines.join('\n').trimEnd()}\n`,
    html: `<!doctype html><html lang="en"><body><h2>${escaped(headline)}</h2><p>${body}</p><table>${rows}</table>${anchors}</body></html>`,
  };
}
