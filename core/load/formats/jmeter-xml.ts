import { forEachLine } from '../../profile/formats/input/text-lines.js';

/** A sample with its attributes, however many lines it takes. */
const longestTag = 100_000;

/**
 * Calls `onSample` for every outermost `<httpSample …>` or `<sample …>`; those inside another are parts of it (redirects, embedded files), unless that is a
 * transaction controller, whose parts are the requests. JMeter writes a tag a line; response data in between is skipped.
 */
export async function forEachSample(
  source: AsyncIterable<Uint8Array>,
  onSample: (attribute: (name: string) => string) => void,
): Promise<void> {
  /** Samples that are open: is each but a transaction controller? */
  const open: boolean[] = [];
  let pending = '';
  await forEachLine(source, (line) => {
    const text = pending + line;
    pending = '';
    for (const [tag] of text.matchAll(/<\/?(?:httpSample|sample)\b(?:[^>"]|"[^"]*")*>/g)) {
      if (tag.startsWith('</')) {
        open.pop();
        continue;
      }
      const attribute = attributesOf(tag);
      if (open.every(Boolean)) onSample(attribute);
      if (!tag.endsWith('/>')) open.push(isTransaction(attribute('rm')));
    }
    const last = text.lastIndexOf('<');
    const isCut =
      last !== -1 && /^<(?:httpSample|sample)\b/.test(text.slice(last, last + 12)) && !/^(?:[^>"]|"[^"]*")*>/.test(text.slice(last));
    if (isCut && text.length < longestTag) pending = `${text.slice(last)}\n`;
  });
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
