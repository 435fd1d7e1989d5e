import { forEachLine } from '../../profile/formats/input/text-lines.js';

/** A sample with its attributes, however many lines it takes. */
const longestTag = 100_000;

const tagStart = /<\/?(?:httpSample|sample)\b/g;
/** What changes the state of a scan inside a tag. */
const signal = /["<>]/g;

/** What there is to tell of a file besides its samples. */
export interface Remains {
  /** Tags that never ended. */
  count: number;
  /** The beginning of the first of them; empty when there is none. */
  first: string;
  /** The last line of every whole file was there. */
  isEnded: boolean;
}

/**
 * Calls `onSample` for every outermost `<httpSample …>` or `<sample …>`; those inside another are parts of it (redirects, embedded files), unless that is a
 * transaction controller, whose parts are the requests. JMeter writes a tag a line; response data in between is skipped. Each character is looked at once.
 */
export async function forEachSample(
  source: AsyncIterable<Uint8Array>,
  onSample: (attribute: (name: string) => string) => void,
): Promise<Remains> {
  /** Samples that are open: is each but a transaction controller? */
  const open: boolean[] = [];
  const remains: Remains = { count: 0, first: '', isEnded: false };
  await forEachTag(source, remains, (tag) => {
    if (tag.startsWith('</')) {
      open.pop();
      return;
    }
    const attribute = attributesOf(tag);
    if (open.every(Boolean)) onSample(attribute);
    if (!tag.endsWith('/>')) open.push(isTransaction(attribute('rm')));
  });
  return remains;
}

async function forEachTag(source: AsyncIterable<Uint8Array>, remains: Remains, onTag: (tag: string) => void): Promise<void> {
  /** The tag that is being read; empty outside of one. */
  let tag = '';
  let isQuoted = false;
  const giveUp = (): void => {
    remains.count++;
    if (remains.first === '') remains.first = tag.slice(0, 120);
    tag = '';
  };
  /** Reads on in an open tag. Returns where to go on: behind the tag, or at the next one if this one never ended. */
  const readOn = (line: string, from: number): number => {
    signal.lastIndex = from;
    for (let found = signal.exec(line); found !== null; found = signal.exec(line)) {
      if (found[0] === '"') isQuoted = !isQuoted;
      else if (found[0] === '>' && !isQuoted) {
        onTag(tag + line.slice(from, found.index + 1));
        tag = '';
        return found.index + 1;
      } else if (found[0] === '<' && isTagStart(line, found.index)) {
        tag += line.slice(from, found.index);
        giveUp();
        return found.index;
      }
    }
    tag += `${line.slice(from)}\n`;
    if (tag.length > longestTag) giveUp();
    return line.length;
  };
  await forEachLine(source, (line) => {
    remains.isEnded ||= line.includes('</testResults>');
    let at = tag === '' ? 0 : readOn(line, 0);
    for (;;) {
      tagStart.lastIndex = at;
      const start = tagStart.exec(line);
      if (start === null) return;
      at = start.index + start[0].length;
      tag = start[0];
      isQuoted = false;
      at = readOn(line, at);
    }
  });
  if (tag !== '') giveUp();
}

/** XML has no `<` inside of attributes, so the tag before was cut. */
function isTagStart(line: string, index: number): boolean {
  return /^<\/?(?:httpSample|sample)\b/.test(line.slice(index, index + 13));
}

/** The message of a transaction controller: it sums up requests that are listed, too, or stand inside it. */
export function isTransaction(message: string): boolean {
  return message.startsWith('Number of samples in transaction');
}

function attributesOf(tag: string): (name: string) => string {
  const attributes = new Map([...tag.matchAll(/\b([a-z]+)="([^"]*)"/g)].map(([, name, value]) => [name ?? '', unescaped(value ?? '')]));
  return (name) => attributes.get(name) ?? '';
}

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped(text: string): string {
  return text.replaceAll(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => entities[name] ?? whole);
}
