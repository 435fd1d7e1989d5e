/** Takes a Markdown runbook apart: front matter, and the cells and check boxes of each section, with their lines. The prose stays where it is. */
import type { Code, Heading, ListItem, Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { frontmatterFromMarkdown } from 'mdast-util-frontmatter';
import { frontmatter } from 'micromark-extension-frontmatter';

export type MarkdownSection = 'preflight' | 'steps' | 'rollback' | 'postcheck' | null;

export interface Cell {
  section: MarkdownSection;
  /** Word after the fence: `command`, `yaml`, `bash`. Null: none, or a check box. */
  language: string | null;
  /** Rest of the fence's line; null: none, so that the cell is shown and never run. */
  attributes: string | null;
  body: string;
  /** Of the fence, and of the first line of the body. */
  line: number;
  bodyLine: number;
}

export interface MarkdownParts {
  frontMatter: { text: string; line: number } | null;
  title: string | null;
  cells: Cell[];
}

const headings: readonly (readonly [RegExp, MarkdownSection])[] = [
  [/^pre-?(?:flight|checks?|conditions?)\b|^before you (?:start|begin)\b/i, 'preflight'],
  [/^roll-?\s?back\b/i, 'rollback'],
  [/^(?:post-?checks?|verification|verify|after(?:wards)?)\b/i, 'postcheck'],
  [/^(?:steps?|procedure|execution|resolution)\b/i, 'steps'],
];

function textOf(node: Nodes): string {
  if ('value' in node) return node.value;
  return 'children' in node ? node.children.map((child) => textOf(child)).join('') : '';
}

function lineOf(node: Nodes): number {
  return node.position?.start.line ?? 1;
}

function sectionOf(heading: Heading): MarkdownSection {
  const text = textOf(heading)
    .replace(/^[\d.)\s]+/, '')
    .trim();
  return headings.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

function cellOf(code: Code, section: MarkdownSection): Cell {
  const line = lineOf(code);
  // A language may touch its attributes: ```command{id: x}
  const info = [code.lang ?? '', code.meta ?? ''].join(' ').trim();
  const language = /^[^\s{]*/.exec(info)?.[0] ?? '';
  const rest = info.slice(language.length).trim();
  return {
    section,
    language: language === '' ? null : language,
    attributes: rest === '' ? null : rest,
    body: code.value,
    line,
    bodyLine: line + 1,
  };
}

function boxOf(item: ListItem, section: MarkdownSection): Cell {
  const line = lineOf(item);
  const text = textOf(item)
    .replace(/^\s*\[[ xX]\]\s*/, '')
    .trim();
  return { section, language: null, attributes: null, body: text, line, bodyLine: line };
}

/** `- [ ]` needs no extension: the paragraph of such an item begins with the box. */
function isBox(item: ListItem): boolean {
  return /^\s*\[[ xX]\]\s/.test(textOf(item));
}

function cellsBelow(node: Nodes, section: MarkdownSection): Cell[] {
  if (node.type === 'code') return [cellOf(node, section)];
  if (node.type === 'listItem' && isBox(node))
    return [boxOf(node, section), ...node.children.filter((child) => child.type === 'code').map((code) => cellOf(code, section))];
  return 'children' in node ? node.children.flatMap((child) => cellsBelow(child, section)) : [];
}

export function takeApart(text: string): MarkdownParts {
  const tree: Root = fromMarkdown(text, { extensions: [frontmatter(['yaml'])], mdastExtensions: [frontmatterFromMarkdown(['yaml'])] });
  const parts: MarkdownParts = { frontMatter: null, title: null, cells: [] };
  let section: MarkdownSection = null;
  // A deeper heading belongs to the section above it, unless it names one itself.
  let depth = 0;
  for (const node of tree.children) {
    if (node.type === 'yaml') parts.frontMatter = { text: node.value, line: lineOf(node) + 1 };
    if (node.type === 'heading') {
      if (node.depth === 1) parts.title ??= textOf(node).trim();
      const named = sectionOf(node);
      if (named !== null || node.depth <= depth) [section, depth] = [named, node.depth];
    }
    parts.cells.push(...cellsBelow(node, section));
  }
  return parts;
}
