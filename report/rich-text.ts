/** Text with a little markup. Strings are always escaped by the renderer, so no part of it can become markup by accident. */
export type Inline =
  | string
  /** A name; `href` is an http address made by us where it can be read. */
  | { code: string; href?: string; artifact?: true }
  /** Is typed into a prompt as it is, so it is never shortened and has a button that copies it. */
  | { command: string }
  | { strong: Rich }
  | { emphasis: string }
  | { cite: readonly string[] };
export type Rich = readonly Inline[];

export interface Column {
  title: string;
  align: 'left' | 'right';
}

export interface ListItem {
  text: Rich;
  details: Rich[];
}

export interface TableBlock {
  kind: 'table';
  caption: string;
  columns: Column[];
  rows: Rich[][];
  isLastRowTotal: boolean;
  /** Evidence that each row is about, so that citations can lead to it. */
  rowEvidence: string[];
}

export type Block =
  | { kind: 'paragraph'; text: Rich }
  /** Something that limits how far the report can be trusted. */
  | { kind: 'warning'; text: Rich }
  | { kind: 'list'; isOrdered: boolean; items: ListItem[] }
  | TableBlock
  /** Closed until the reader opens it; the summary says what is inside. */
  | { kind: 'fold'; summary: Rich; blocks: Block[] };

export const sectionIds = [
  'time',
  'flame',
  'queries',
  'cause',
  'ruled-out',
  'actions',
  'escalation',
  'missing',
  'reruns',
  'bisect',
  'evidence',
] as const;
export type SectionId = (typeof sectionIds)[number];

export interface Section {
  id: SectionId;
  title: string;
  blocks: Block[];
}

export const code = (text: string): Inline => ({ code: text });
/** Name of an artifact of this incident. On a page that the hook serves, it is a link to the artifact. */
export const artifactName = (name: string): Inline => ({ code: name, artifact: true });
export const typed = (text: string): Inline => ({ command: text });
export const strong = (...text: Rich): Inline => ({ strong: text });
export const emphasis = (text: string): Inline => ({ emphasis: text });

/** ` [E1] [E3]` with its leading space, or nothing when nothing is cited. */
export function cite(ids: readonly string[]): Rich {
  return ids.length === 0 ? [] : [' ', { cite: ids }];
}

/** Template for rich text: `rich\`p95 on ${code(name)}\``. */
export function rich(literals: TemplateStringsArray, ...values: (Inline | Rich | number)[]): Rich {
  return literals.flatMap((literal, index) => {
    const value = values[index];
    const parts: Rich =
      value === undefined ? [] : typeof value === 'number' ? [String(value)] : Array.isArray(value) ? value : [value as Inline];
    return literal === '' ? parts : [literal, ...parts];
  });
}

export function paragraph(text: Rich): Block {
  return { kind: 'paragraph', text };
}

export function warning(text: Rich): Block {
  return { kind: 'warning', text };
}

/** Nothing when there is nothing to fold. */
export function fold(summary: Rich, blocks: Block[]): Block[] {
  return blocks.length === 0 ? [] : [{ kind: 'fold', summary, blocks }];
}

export function bullets(items: Rich[]): Block[] {
  return items.length === 0 ? [] : [{ kind: 'list', isOrdered: false, items: items.map((text) => ({ text, details: [] })) }];
}

/** Columns are given as `>Title` (numbers, right) or `Title`. */
export function table(caption: string, titles: string[], rows: Rich[][], options: Partial<TableBlock> = {}): TableBlock {
  const columns = titles.map((title): Column => ({ title: title.replace(/^>/, ''), align: title.startsWith('>') ? 'right' : 'left' }));
  return { kind: 'table', caption, columns, rows, isLastRowTotal: false, rowEvidence: [], ...options };
}

export function join(parts: readonly Rich[], separator: string): Rich {
  return parts.flatMap((part, index) => (index === 0 ? part : [separator, ...part]));
}

/** The words alone, for attributes and short messages. */
export function plainText(text: Rich): string {
  return text
    .map((part) => {
      if (typeof part === 'string') return part;
      if ('code' in part) return part.code;
      if ('command' in part) return part.command;
      if ('strong' in part) return plainText(part.strong);
      if ('emphasis' in part) return part.emphasis;
      return part.cite.map((id) => `[${id}]`).join(' ');
    })
    .join('');
}
