import { longestPrefix, withoutPrefix } from '../line-prefix.js';
import { isK6Summary } from '../../summary-shape.js';

/** A summary stands among progress lines and messages; more openings than this are those of something else. */
const mostTried = 20;
/** A summary with a hundred sub-metrics has a tenth of that, each number in a line of its own. */
const mostLines = 20_000;
/** The log of a run; points are larger, and have a form of their own. */
const longestLog = 8 * 1024 * 1024;

/** The summaries of k6 in JSON that a log holds between its other lines, each as its text. */
export function embeddedSummaries(text: string): string[] {
  if (text.length > longestLog || !/"(?:http_reqs?|iterations|root_group|http_req_duration)"/.test(text)) return [];
  const lines = text.split('\n');
  const found: string[] = [];
  for (let at = 0, tried = 0; at < lines.length && tried < mostTried; at++) {
    const line = lines[at] ?? '';
    const bracket = line.slice(0, longestPrefix).indexOf('{');
    if (bracket < 0 || !/^\{\s*(?:"|$)/.test(line.slice(bracket, bracket + longestPrefix))) continue;
    tried++;
    const value = valueFrom(withoutPrefix(lines.slice(at, at + mostLines), line.slice(0, bracket)));
    if (value === null) continue;
    found.push(value.text);
    at += value.lines - 1;
  }
  return found;
}

/** The object that begins in the first line, when it is a summary, and on how many lines it stands. */
function valueFrom(lines: readonly string[]): { text: string; lines: number } | null {
  const [first = ''] = lines;
  const text = lines.join('\n').slice(first.indexOf('{'));
  const end = endOfObject(text);
  const value = end === null ? undefined : jsonOf(text.slice(0, end));
  return end === null || !isK6Summary(value) ? null : { text: text.slice(0, end), lines: text.slice(0, end).split('\n').length };
}

/** Index behind the bracket that closes the first one; null when the text ends before. */
function endOfObject(text: string): number | null {
  let depth = 0;
  let isString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isString && code === backslash) index++;
    else if (code === quote) isString = !isString;
    else if (!isString && code === openBrace) depth++;
    else if (!isString && code === closeBrace && --depth === 0) return index + 1;
  }
  return null;
}

const [quote, backslash, openBrace, closeBrace] = [34, 92, 123, 125];

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
