import { escapedWithin, type Card } from './card.js';

/** Limits of Block Kit in characters after escaping; Slack refuses a message with more. */
const limits = { header: 150, section: 3000, fields: 10, button: 75, url: 3000 };
/** Slack takes 2,000 in a field, but ten of them would break the limit of the whole message. */
const longestField = 200;
/** Sections of long text: with the rest they stay below the undocumented 13,200 characters of a whole message. */
const longestSections = 3;
/** Slack cuts the fallback text of a message at 4,000. */
const longestFallback = 4000;

type Block = Record<string, unknown>;

export interface SlackMessage {
  /** For the notification, for screen readers, and where blocks cannot be shown. */
  text: string;
  blocks: Block[];
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
/** Without it a title could hold `<!channel>` and call everybody. */
const escape = (character: string): string => entities[character] ?? character;
const plain = (text: string, limit: number): Block => ({ type: 'plain_text', text: escapedWithin(text, limit, escape), emoji: false });

/** Parts of a long text, each whole after escaping, with room for the sign that it was cut. */
function sectionsOf(text: string): Block[] {
  const parts = [''];
  for (const character of text.trim()) {
    const escaped = escape(character);
    const last = parts.at(-1) ?? '';
    if (last.length + escaped.length < limits.section) parts[parts.length - 1] = last + escaped;
    else parts.push(escaped);
    if (parts.length > longestSections) break;
  }
  const kept = parts.slice(0, longestSections).filter((part) => part !== '');
  const isCut = parts.length > longestSections;
  const written = kept.map((part, index) => (isCut && index === longestSections - 1 ? `${part}…` : part));
  return written.map((part) => ({ type: 'section', text: { type: 'plain_text', text: part, emoji: false } }));
}

function factsOf(facts: Card['facts']): Block[] {
  const fields = facts.filter(({ name }) => name !== '').slice(0, limits.fields);
  const field = ({ name, value }: Card['facts'][number]): Block => plain(`${name}: ${value}`, longestField);
  return fields.length === 0 ? [] : [{ type: 'section', fields: fields.map(field) }];
}

function buttonsOf(links: Card['links']): Block[] {
  const usable = links.filter(({ url }) => url.length <= limits.url);
  const elements = usable.map(({ title, url }, index) => ({
    type: 'button',
    action_id: `open-${index}`,
    text: plain(title, limits.button),
    url,
  }));
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}

/** The form of a message in Slack: every text of it is plain, so that nothing in it is formatted, linked or mentions anybody. */
export function slackMessage(card: Card): SlackMessage {
  const { headline, text, facts, links } = card;
  return {
    text: escapedWithin(`${headline}\n${text}`, longestFallback, escape),
    blocks: [{ type: 'header', text: plain(headline, limits.header) }, ...sectionsOf(text), ...factsOf(facts), ...buttonsOf(links)],
  };
}
