// What stands around a profile that somebody pasted: a log, a terminal, a mail, Markdown. Tried only on text that nothing could be read from as it is.
import { peels } from '../../../database/plan-formats/wrapping/peels.js';
import { withoutColours } from '../../../load/formats/tool-text.js';
import { plainMarkup } from '../drawn/markup.js';

/** A log of a container in a quoted mail in a code block: deeper wrappings are not met. */
const mostLayers = 6;

export interface PastedText {
  text: string;
  /** The lines came from a log: whatever else it holds stands among them. */
  isLog: boolean;
}

/** The profile's own lines; null when nothing stands around them. */
export function pastedText(text: string): PastedText | null {
  let bare = withoutColours(text.replace(/^\uFEFF/, ''));
  let isLog = false;
  for (let layer = 0; layer < mostLayers; layer++) {
    const logged = withoutPrefixes(bare, logPrefixes);
    const next = logged ?? peelOnce(bare);
    if (next === null) break;
    isLog ||= logged !== null;
    bare = next;
  }
  return bare === text || bare.trim() === '' ? null : { text: bare, isLog };
}

function peelOnce(text: string): string | null {
  const isMarkup = /^\s*</.test(text);
  return (
    onlyFence(text) ??
    withoutPrefixes(text, [unquoted]) ??
    withoutIndentation(text) ??
    withoutPrompts(text) ??
    (!isMarkup && /&(?:lt|gt|quot|#\d{1,7});/.test(text) ? plainMarkup(text) : null)
  );
}

const fence = /^ {0,3}(?:`{3,}|~{3,})/;
/** What is shorter is a command that was run. */
const leastLines = 2;

/** What is inside the fences of Markdown, when it is one block; of two that may both be profiles, none is the file. */
function onlyFence(text: string): string | null {
  const blocks: string[][] = [];
  let open: string[] | null = null;
  for (const line of text.split(/\r?\n/)) {
    if (fence.test(line)) {
      if (open === null) blocks.push((open = []));
      else open = null;
    } else open?.push(line);
  }
  const long = blocks.filter((block) => block.filter((line) => line.trim() !== '').length >= leastLines);
  const [only, ...others] = long.length > 0 ? long : blocks;
  return only === undefined || others.length > 0 ? null : `${only.join('\n')}\n`;
}

const ofLogs: ReadonlySet<string> = new Set(['compose', 'cri', 'heroku', 'syslog-5424', 'syslog', 'timestamp']);
const logPrefixes = peels.filter(({ id }) => ofLogs.has(id)).map((peel) => (line: string) => peel.strip(line));
/** Quotes of mails. */
const unquoted = (line: string): string | null => (/^ {0,3}>/.test(line) ? line.replace(/^ {0,3}> ?/, '') : null);

/** A prefix that every line has; what editors cut off at the end of empty ones is put back first. */
function withoutPrefixes(text: string, prefixes: readonly ((line: string) => string | null)[]): string | null {
  const lines = text.split(/\r?\n/);
  const telling = lines.filter((line) => line.trim() !== '');
  if (telling.length < 2) return null;
  const strip = prefixes.find((candidate) => telling.every((line) => candidate(`${line} `) !== null));
  return strip === undefined ? null : lines.map((line) => strip(`${line} `)?.replace(/ $/, '') ?? line).join('\n');
}

/** Code of Markdown: every line begins with four blanks or a tab. */
function withoutIndentation(text: string): string | null {
  const lines = text.split(/\r?\n/);
  const isIndented = lines.every((line) => line.trim() === '' || /^(?: {4}|\t)/.test(line)) && lines.some((line) => line.trim() !== '');
  return isIndented ? lines.map((line) => line.replace(/^(?: {4}|\t)/, '')).join('\n') : null;
}

/** `$ perf script`, `root@host:~# cat x`, `(pprof) top`, and what perf says of its recording. */
const prompt =
  /^(?:\$|\[?[\w.@:~/-][\w.@:~/ -]{0,80}\]?[$#%]|[➜❯›»]|\((?:pprof|dlv|gdb|lldb)\)|PS [^\n>]{0,120}>)(?:$| {1,3}(?:$|[\w./~"'-].*))|^\[ perf record: .*\]$/u;

/** Lines of the terminal before and behind the output. */
function withoutPrompts(text: string): string | null {
  const lines = text.trimEnd().split(/\r?\n/);
  let first = 0;
  let last = lines.length;
  while (first < last && (prompt.test(lines[first] ?? '') || (first > 0 && lines[first] === ''))) first++;
  while (last > first && prompt.test(lines[last - 1] ?? '')) last--;
  return first === 0 && last === lines.length ? null : `${lines.slice(first, last).join('\n')}\n`;
}
