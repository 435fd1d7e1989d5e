import type { PlanLine } from '../plan-text.js';
import { peels } from './peels.js';

/** A log of a container in a syslog in a comment in a quoted mail: deeper wrappings are not met. */
const mostLayers = 8;

/** Takes off what stands around the lines, layer by layer, as long as all lines that tell a plan agree on it. */
export function peelLines(lines: readonly PlanLine[], tells: RegExp, alsoUnknown: boolean): PlanLine[] {
  let current = [...lines];
  for (let layer = 0; layer < mostLayers; layer++) {
    const next = peelOnce(current, tells) ?? (alsoUnknown ? peelUnknown(current, tells) : null);
    if (next === null) return current;
    current = next;
  }
  return current;
}

function peelOnce(lines: readonly PlanLine[], tells: RegExp): PlanLine[] | null {
  const telling = lines.filter(({ text }) => tells.test(text));
  if (telling.length === 0) return null;
  for (const peel of peels) {
    const { id, onSome } = peel;
    // What is left must still tell, or the peel took a part of it.
    const left = telling.map(({ text }) => peel.strip(text));
    const has =
      onSome === true
        ? left.some((text) => text !== null) && left.every((text) => text === null || tells.test(text))
        : left.every((text) => text !== null && tells.test(text));
    if (!has) continue;
    if (id === 'number' && !isCounting(telling)) continue;
    return joinChunks(id, lines).map((line) => ({ ...line, text: peel.strip(line.text) ?? line.text }));
  }
  return null;
}

/** What all telling lines begin with, but for its digits: a prefix of a program that nobody listed. */
function peelUnknown(lines: readonly PlanLine[], tells: RegExp): PlanLine[] | null {
  const telling = lines.filter(({ text }) => tells.test(text));
  // A plan of one node has but one such line; the log's own line has the prefix, too, where every line has it.
  const marked = lines.filter(({ text }) => tells.test(text) || /\bduration: [\d.]+ ms\s+plan:/.test(text));
  const common = commonPrefix(marked.map(({ text }) => text)) ?? commonPrefix(telling.map(({ text }) => text));
  const isSafe = common !== null && telling.every(({ text }) => tells.test(withoutPrefix(text, common) ?? ''));
  return !isSafe ? null : lines.map((line) => ({ ...line, text: withoutPrefix(line.text, common) ?? line.text }));
}

/** Numbers of lines grow; other numbers that begin lines are part of them. */
function isCounting(lines: readonly PlanLine[]): boolean {
  const numbers = lines.map(({ text }) => Number.parseInt(text, 10));
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));
}

/** CRI marks a line that it cut with P; syslog sends what is too long for it in several lines, of which only the first begins with the tab. */
function joinChunks(id: string, lines: readonly PlanLine[]): PlanLine[] {
  if (id !== 'cri') return [...lines];
  const joined: PlanLine[] = [];
  let isPartial = false;
  for (const line of lines) {
    const last = joined.at(-1);
    const match = /^\S+(?: \S+)? (?:stdout|stderr) ([FP]) /.exec(line.text);
    if (isPartial && last !== undefined && match !== null)
      joined[joined.length - 1] = { ...last, text: last.text + line.text.slice(match[0].length) };
    else joined.push(line);
    isPartial = match?.[1] === 'P';
  }
  return joined;
}

/** Digits of a time, a process id or a counter differ from line to line. */
const shapeOf = (text: string): string => text.replace(/\d+/g, '0');

/** Longest beginning that all lines share but for their digits, when it holds more than blanks, up to its last blank or sign. Null when there is none. */
function commonPrefix(lines: readonly string[]): string | null {
  if (lines.length < 2) return null;
  const shapes = lines.map(shapeOf);
  let length = Math.min(...shapes.map((shape) => shape.length));
  const [first = ''] = shapes;
  for (const shape of shapes) {
    let same = 0;
    while (same < length && shape[same] === first[same]) same++;
    length = same;
  }
  const prefix = /^.*[\s|:>\])]/.exec(first.slice(0, length).replace(/->.*$/, ''))?.[0] ?? '';
  return /\S/.test(prefix) && /[^\s[{(<"\-:>]/.test(prefix) && !/\(cost|"|<| (?<=[A-Z]\w* )(?:Scan|Join)/.test(prefix)
    ? prefix.trimEnd()
    : null;
}

/** The line without a beginning of that shape; null when it begins otherwise. */
function withoutPrefix(text: string, shape: string): string | null {
  let at = 0;
  for (const character of shape) {
    if (character === '0') {
      const digits = /^\d+/.exec(text.slice(at, at + 40));
      if (digits === null) return null;
      at += digits[0].length;
    } else if (text[at] === character) at++;
    else return null;
  }
  return text.slice(at);
}
