import { toOneLine } from './foreign-text.js';
import { type Inline, type Rich } from './rich-text.js';

/**
 * Escapes text so that Markdown shows it as it is: nothing in it becomes markup, HTML, a link, a table column or a heading. Underscores inside words stay,
 * because CommonMark leaves them alone and `order_lines` should be readable in a terminal.
 */
export function escapeMarkdown(text: string): string {
  return withoutLineStart(escapeInline(text));
}

function escapeInline(text: string): string {
  return toLeafText(text)
    .replace(/[\\`*[\]|~]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replaceAll('<', '&lt;');
}

/** What would begin a quote, a heading, a rule or a list. */
function withoutLineStart(text: string): string {
  return text.replace(/^(\s*)(>|#|[-+=](?=\s|$|[-+=]))/, '$1\\$2').replace(/^(\s*\d{1,9})([.)])(?=\s|$)/, '$1\\$2');
}

/** Keeps the spaces at the ends, because a text may be one part of a sentence. */
function toLeafText(text: string): string {
  const [, before = '', , after = ''] = /^( ?)([\s\S]*?)( ?)$/.exec(text) ?? [];
  const line = toOneLine(text);
  return line === '' ? before : `${before}${line}${after}`;
}

/** A code span whose fence is longer than any run of backticks inside. A pipe is escaped because a table is cut into cells before spans are read. */
function codeSpan(text: string, isInTable: boolean): string {
  const line = toOneLine(text);
  if (line === '') return '(empty)';
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${isInTable ? line.replaceAll('|', '\\|') : line}${pad}${fence}`;
}

/** `isInTable`: GitHub unescapes `\|` in cells even inside code spans; elsewhere the backslash would be visible. */
export function toMarkdown(text: Rich, isInTable = false): string {
  const line = text.map((part) => inlineMarkdown(part, isInTable)).join('');
  return typeof text[0] === 'string' ? withoutLineStart(line) : line;
}

function inlineMarkdown(part: Inline, isInTable: boolean): string {
  if (typeof part === 'string') return escapeInline(part);
  if ('code' in part) {
    const span = codeSpan(part.code, isInTable);
    return part.href === undefined ? span : `[${span}](${part.href.replace(/[()\s|]/g, encodeURIComponent)})`;
  }
  if ('command' in part) return codeSpan(part.command, isInTable);
  if ('strong' in part) return `**${toMarkdown(part.strong, isInTable)}**`;
  if ('emphasis' in part) return `*${escapeInline(part.emphasis)}*`;
  // Brackets without a link definition are plain text, so ids stay easy to search for.
  return part.cite.map((id) => `[${escapeInline(id)}]`).join(' ');
}
