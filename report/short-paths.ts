import type { Block, Inline, Rich } from './rich-text.js';
import type { SourcePaths } from './source-paths.js';

/** A block with short paths. Commands keep the long paths, because they are typed on the machine that has them. */
export function shortBlock(block: Block, paths: SourcePaths): Block {
  const text = (part: Rich): Rich => shortRich(part, paths);
  switch (block.kind) {
    case 'paragraph':
    case 'warning':
      return { ...block, text: text(block.text) };
    case 'list':
      return { ...block, items: block.items.map((item) => ({ text: text(item.text), details: item.details.map(text) })) };
    case 'table':
      return { ...block, rows: block.rows.map((row) => row.map(text)) };
    case 'fold':
      return { ...block, summary: text(block.summary), blocks: block.blocks.map((each) => shortBlock(each, paths)) };
  }
}

export function shortRich(text: Rich, paths: SourcePaths): Rich {
  return text.map((part) => shortInline(part, paths));
}

function shortInline(part: Inline, paths: SourcePaths): Inline {
  if (typeof part === 'string') return paths.shorten(part);
  if ('code' in part) {
    const short = paths.shorten(part.code);
    const href = paths.link(part.code);
    return href === null ? { ...part, code: short } : { code: short, href };
  }
  return 'strong' in part ? { strong: shortRich(part.strong, paths) } : part;
}
