import { toOneLine } from '../foreign-text.js';

/** Markup that is safe to insert as it is. Made by `safeHtml` only. */
export interface Html {
  markup: string;
}

type Insertable = string | number | Html | readonly Html[];

/** Template in which every inserted string is escaped, for text and for attributes in double quotes alike. */
export function safeHtml(literals: TemplateStringsArray, ...values: Insertable[]): Html {
  const markup = literals.map((literal, index) => {
    const value = values[index];
    return value === undefined ? literal : literal + insert(value);
  });
  return { markup: markup.join('') };
}

function insert(value: Insertable): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeHtml(value);
  if ('markup' in value) return value.markup;
  return value.map(({ markup }) => markup).join('');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** One line of foreign text: hidden characters are shown, markup is not. Spaces at the ends stay, as it may be part of a sentence. */
export function escapeHtml(text: string): string {
  const line = toOneLine(text);
  const padded = `${/^\s/.test(text) ? ' ' : ''}${line}${/\s$/.test(text) && line !== '' ? ' ' : ''}`;
  return padded.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

export const noHtml: Html = { markup: '' };
