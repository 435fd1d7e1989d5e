import { escapedWithin, type Card } from './card.js';

/** Teams takes about 28 KB and one of its clients was measured at 21: the longest card stays below that, four bytes a character and markup included. */
const limits = { headline: 200, text: 3000, fact: 200, facts: 10, url: 1000 };

/** A text in a card is Markdown: without the backslash a title could hold links of its own. */
const escape = (character: string): string => (/[\\`*_[\]()#<>|~]/.test(character) ? `\\${character}` : character);
const block = (text: string, limit: number, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: 'TextBlock',
  text: escapedWithin(text, limit, escape),
  wrap: true,
  ...more,
});

/** The body of a post to a Teams workflow: one adaptive card. Without a bot a card can only lead to addresses. */
export function teamsMessage({ headline, text, facts, links }: Card): Record<string, unknown> {
  const shown = facts.slice(0, limits.facts).map(({ name, value }) => ({
    title: escapedWithin(name, limits.fact, escape),
    value: escapedWithin(value, limits.fact, escape),
  }));
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      block(headline, limits.headline, { size: 'Large', weight: 'Bolder' }),
      ...(text === '' ? [] : [block(text, limits.text)]),
      ...(shown.length === 0 ? [] : [{ type: 'FactSet', facts: shown }]),
    ],
    actions: links.filter(({ url }) => url.length <= limits.url).map(({ title, url }) => ({ type: 'Action.OpenUrl', title, url })),
  };
  return { type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }] };
}
