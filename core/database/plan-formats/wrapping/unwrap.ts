import type { PlanLine, PlanText } from '../plan-text.js';
import { splitLogEntries } from './log-entries.js';
import { peelLines } from './peel-lines.js';
import { cellsOfRecords, withoutTableLines } from './table.js';

/** Lines of a text, numbered from 1, without byte order mark, colours, and blanks that do not break. */
export function linesOf(text: string): PlanLine[] {
  const plain = text
    .replace(/^\uFEFF/, '')
    .replace(/\u001b\[[\d;]*[A-Za-z]/g, '')
    .replace(/[\u00a0\u2007\u202f]/g, ' ');
  return plain.split(/\r\n|\n|\r/).map((line, index) => ({ number: index + 1, text: line }));
}

/** Takes everything away that logs, terminals, tables, comments and pages put around a plan. `tells` matches lines of plans of any known format. */
export function unwrap(text: string, tells: RegExp): PlanText[] {
  const lines = linesOf(withoutCellName(withRealBreaks(withoutEscapes(fromHtml(withoutFence(text))), tells)));
  const bare = peelLines(cellsOfRecords(peelLines(lines, tells, false)), tells, true);
  return splitLogEntries(withoutTableLines(bare)).map((part) => ({ ...part, lines: part.lines.map(withoutTabs) }));
}

/** A tab leads to the next multiple of eight columns. */
function withoutTabs(line: PlanLine): PlanLine {
  if (!line.text.includes('\t')) return line;
  let text = '';
  for (const part of line.text.split(/(\t)/)) text += part === '\t' ? ' '.repeat(8 - (text.length % 8)) : part;
  return { ...line, text };
}

/** A cell of several lines has what stands before it on its first line only: `QUERY PLAN|[`, AsciiDoc's `|- Plan:`. */
function withoutCellName(text: string): string {
  return text.replace(/^(?:(?:<l\|)?QUERY PLAN(?:\|| <l\|)|\|)(?=(?:- Plan: ?$|\[$|\{$|<explain ))/gm, '');
}

/** A fence that somebody set right before the first word and behind the last one. */
function withoutFence(text: string): string {
  return text.includes('```')
    ? text.replace(/^([ \t\u00a0]*)```(?=[^`\n]*\((?:cost|actual|never)\b)/gm, '$1').replace(/```\s*$/, '')
    : text;
}

/** What a client that copies a table as Markdown puts a backslash before: `\\(cost=1.00..2.00 rows=1 width=8\\)`, `a\\_b`. */
function withoutEscapes(text: string): string {
  return /\\\((?:cost=|actual )/.test(text) ? text.replace(/\\([\\`*_{}[\]()#+.!|<>~-])/g, '$1') : text;
}

/** Line breaks and tabs that a syslog or a client wrote as `#012`, `\n`. */
function withRealBreaks(text: string, tells: RegExp): string {
  if (/#012/.test(text)) return text.replaceAll('#012', '\n').replaceAll('#011', '\t');
  const isOneLine = text.trim().split('\n').length <= 3;
  return isOneLine && text.includes('\\n') && tells.test(text)
    ? text.replace(/\\([nrt\\])/g, (_escape, letter: keyof typeof escapes) => escapes[letter])
    : text;
}

const escapes = { n: '\n', r: '\r', t: '\t', '\\': '\\' } as const;

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', '#39': "'", '#x27': "'" } as const;

function decodeEntities(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|nbsp|#39|#x27);/g, (_whole, name: keyof typeof entities) => entities[name]);
}

/** A table of psql's html format, or a plan copied out of a page. A plan in XML stays as it is. */
function fromHtml(text: string): string {
  const isPage = /<t[dr]\b|<pre\b|<code\b|<br ?\/?>/i.test(text);
  const isEscaped = /-&gt;|&lt;explain/.test(text);
  if ((!isPage && !isEscaped) || text.includes('<explain')) return text;
  // Without a `>` ahead every `<td` would be followed to the end of the text.
  const end = text.lastIndexOf('>') + 1;
  const lines = isPage
    ? text
        .slice(0, end)
        .replace(/<br ?\/?>\n?/gi, '\n')
        .replace(/<\/tr>\s*(?=<tr)/gi, '\n')
        .replace(/(?<! ) *<t[dh]\b[^>]*>/gi, '')
        .replace(/<\/?(?:table|tr|td|th|pre|code|span|div|p|body|html)\b[^>]*>/gi, '')
        .concat(text.slice(end))
    : text;
  return decodeEntities(lines);
}
