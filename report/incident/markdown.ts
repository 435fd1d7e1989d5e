/** Shared by the documents of an incident. Every text that is not ours passes through `cell`. */
import { toOneLine } from '../foreign-text.js';
import { escapeMarkdown } from '../markdown-text.js';

export function cell(text: string): string {
  return escapeMarkdown(toOneLine(text));
}

export function table(head: readonly string[], rows: readonly (readonly string[])[], otherwise: string): string {
  if (rows.length === 0) return otherwise;
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function list(lines: readonly string[], otherwise: string): string {
  return lines.length === 0 ? otherwise : lines.map((line) => `- ${line}`).join('\n');
}

/** `HH:MM`, UTC: documents of one incident agree to the minute. */
export function clock(at: string | null): string {
  return at === null ? '-' : at.slice(11, 16);
}

export function moment(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

export function sections(parts: readonly (readonly [heading: string, body: string])[]): string {
  return parts.map(([heading, body]) => `${heading}\n\n${body}`).join('\n\n');
}
