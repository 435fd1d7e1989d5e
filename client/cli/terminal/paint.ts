import { coloured } from './terminal.js';

/** Words at the beginning of a line that readers look for, and their colour. */
const styles: readonly [RegExp, Parameters<typeof coloured>[1]][] = [
  [/^(?:ok {5,}|ready:|improved\b)/, 'green'],
  [/^(?:FAILED|not ready:)/, 'red'],
  [/^missing\b/, 'yellow'],
  [/^(?:outcome|verdict|cause|next) +/, 'bold'],
];

/** Colours for a terminal; the text itself stays as it is. */
export function painted(text: string, isOn: boolean): string {
  if (!isOn) return text;
  return text
    .split('\n')
    .map((line) => {
      const [, style] = styles.find(([pattern]) => pattern.test(line)) ?? [];
      if (style === undefined) return line;
      const end = style === 'bold' ? line.length : (/^(?:not ready|\S+)/.exec(line)?.[0].length ?? 0);
      return `${coloured(line.slice(0, end), style, true)}${line.slice(end)}`;
    })
    .join('\n');
}
