import { forEachLine } from '../../profile/formats/input/text-lines.js';

/** A sample with its attributes, however many lines it takes. */
const longestTag = 100_000;

/**
 * Calls `onSample` for every outermost `<httpSample …>` or `<sample …>`; those inside another are parts of it (redirects, embedded files).
 * JMeter writes a tag a line; response data in between is skipped.
 */
export async function forEachSample(
  source: AsyncIterable<Uint8Array>,
  onSample: (attribute: (name: string) => string) => void,
): Promise<void> {
  let depth = 0;
  let pending = '';
  await forEachLine(source, (line) => {
    const text = pending + line;
    pending = '';
    for (const [tag] of text.matchAll(/<\/?(?:httpSample|sample)\b(?:[^>"]|"[^"]*")*>/g)) {
      if (tag.startsWith('</')) depth = Math.max(0, depth - 1);
      else {
        if (depth === 0) onSample(attributesOf(tag));
        if (!tag.endsWith('/>')) depth++;
      }
    }
    const open = text.lastIndexOf('<');
    const isCut =
      open !== -1 && /^<(?:httpSample|sample)\b/.test(text.slice(open, open + 12)) && !/^(?:[^>"]|"[^"]*")*>/.test(text.slice(open));
    if (isCut && text.length < longestTag) pending = `${text.slice(open)}\n`;
  });
}

function attributesOf(tag: string): (name: string) => string {
  const attributes = new Map([...tag.matchAll(/\b([a-z]+)="([^"]*)"/g)].map(([, name, value]) => [name ?? '', unescaped(value ?? '')]));
  return (name) => attributes.get(name) ?? '';
}

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped(text: string): string {
  return text.replaceAll(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => entities[name] ?? whole);
}
