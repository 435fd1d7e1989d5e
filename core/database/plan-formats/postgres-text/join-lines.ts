import { isDetail, isHeadlike, readHeadLine } from './head-line.js';
import { isKnownTitle } from './node-title.js';
import { isSubplanHeader, isFooter } from './other-lines.js';
import { leavesOut, type PlanLine } from '../plan-text.js';

/** A terminal of 80 columns breaks the longest lines, those of nodes, in two or three parts. */
const mostParts = 5;
/** Ways to put parts together that are followed at a time: they end in few that can be read. */
const mostWays = 16;

/**
 * Puts the parts of lines together that a terminal, a mail or a table of fixed width broke: a node whose numbers end in the middle, numbers without a
 * node, the end of a condition. What cannot be put together stays as it is; the reader refuses it.
 */
export function joinBrokenLines(lines: readonly PlanLine[]): PlanLine[] {
  const width = lines.reduce((most, line) => Math.max(most, line.text.trimEnd().length), 0);
  const joined: PlanLine[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    if (line === undefined) break;
    const whole = wholeHead(lines, at);
    if (whole !== null) {
      joined.push({ ...line, text: whole.text });
      at += whole.parts - 1;
      continue;
    }
    const previous = joined.at(-1);
    if (previous !== undefined && continues(previous.text, line.text, width)) joined[joined.length - 1] = append(previous, line);
    else joined.push(line);
  }
  return joined;
}

/** A line of a node that needs more than its own line; null when it needs none, or nothing completes it. */
function wholeHead(lines: readonly PlanLine[], at: number): { text: string; parts: number } | null {
  const first = lines[at]?.text ?? '';
  const alone = readHeadLine(first);
  const next = lines[at + 1]?.text ?? '';
  const isCut = alone === null ? mayBeCut(first, next) : isRestOfHead(next) && !/actual|never/.test(first);
  if (!isCut) return null;
  let texts = [first];
  for (let parts = 2; parts <= mostParts; parts++) {
    const part = lines[at + parts - 1]?.text;
    if (part === undefined || isDetail(part) || (parts > 2 && readHeadLine(part)?.arrowColumn != null)) return null;
    texts = texts.flatMap((text) => seams(text, part)).slice(0, mostWays);
    const text = texts.find((each) => readHeadLine(each) !== null && isSound(each));
    // The measurements may come in a line of their own.
    if (text !== undefined && !isRestOfHead(lines[at + parts]?.text ?? '')) return { text, parts };
  }
  return null;
}

function isRestOfHead(line: string): boolean {
  return /^\s*\((?:cost=\d|actual |never executed)/.test(line);
}

function mayBeCut(line: string, next: string): boolean {
  if (line.trim() === '' || isDetail(line) || isSubplanHeader(line) || isFooter(line) || leavesOut(line)) return false;
  return (
    isHeadlike(line) ||
    isRestOfHead(next) ||
    /\((?:c|co|cos|cost|cost=|a|ac|act|actu|actua|actual|n|ne|nev|neve|never)? ?$/.test(line) ||
    isTitleStart(line, next)
  );
}

/** `Merge Jo` and `in  (cost=…`: the root's title itself is broken. */
function isTitleStart(line: string, next: string): boolean {
  const rest = readHeadLine(next);
  if (rest === null || rest.arrowColumn !== null || isKnownTitle(rest.title)) return false;
  return seams(line, next).some(isSound);
}

/** Without an arrow it is the root, whose title must be one that PostgreSQL has. */
function isSound(text: string): boolean {
  const head = readHeadLine(text);
  return head !== null && (head.arrowColumn !== null || isKnownTitle(head.title));
}

/** What two parts can have been: cut between two characters, with a mark or a blank where they were cut, or at a blank that is gone. */
function seams(text: string, next: string): string[] {
  const marked = /[.…]$/.test(text) ? [text.slice(0, -1) + next, text.slice(0, -1) + next.slice(1)] : [];
  const padded = text.endsWith(' ') && next.startsWith(' ') ? [text.slice(0, -1) + next.slice(1)] : [];
  const found = [...marked, ...padded, text + next, text.trimEnd() + next.trimStart(), `${text.trimEnd()} ${next.trimStart()}`];
  return [...new Set(found)].slice(0, 4);
}

/** The rest of a condition: a line that is nothing by itself, behind a detail that was as long as a line can be, or has a bracket open. */
function continues(previous: string, line: string, width: number): boolean {
  if (line.trim() === '' || !isDetail(previous) || isDetail(line) || isHeadlike(line) || isSubplanHeader(line) || isFooter(line))
    return false;
  if (readHeadLine(line) !== null || /^\s*\(\d+ \S+\)\s*$/.test(line)) return false;
  return previous.trimEnd().length >= width - 1 || previous.split('(').length > previous.split(')').length;
}

function append(previous: PlanLine, line: PlanLine): PlanLine {
  return { ...previous, text: previous.text + line.text.trim() };
}
