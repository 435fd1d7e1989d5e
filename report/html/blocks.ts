import type { Block, Inline, ListItem, Rich, TableBlock } from '../rich-text.js';
import { safeHtml, noHtml, type Html } from './html-text.js';

export function richHtml(text: Rich): Html {
  return safeHtml`${text.map(inlineHtml)}`;
}

function inlineHtml(part: Inline): Html {
  if (typeof part === 'string') return safeHtml`${part}`;
  if ('code' in part) {
    if (part.artifact === true) return safeHtml`<code data-artifact="${part.code}">${part.code}</code>`;
    const name = safeHtml`<code>${part.code}</code>`;
    return part.href === undefined ? name : safeHtml`<a class="source" href="${part.href}" rel="noreferrer">${name}</a>`;
  }
  if ('command' in part) return safeHtml`<span class="command"><code>${part.command}</code></span>`;
  if ('strong' in part) return safeHtml`<strong>${richHtml(part.strong)}</strong>`;
  if ('emphasis' in part) return safeHtml`<em class="basis">${part.emphasis}</em>`;
  return safeHtml`<span class="cites">${part.cite.map((id) => safeHtml`<a href="#${evidenceAnchor(id)}">${id}</a>`)}</span>`;
}

/** An id for a fragment. Two different evidence ids never get the same one. */
export function evidenceAnchor(id: string): string {
  return `evidence-${id.replace(/[^\w.-]|_/gu, (character) => `_${(character.codePointAt(0) ?? 0).toString(16)}_`)}`;
}

export function blockHtml(block: Block): Html {
  switch (block.kind) {
    case 'paragraph':
      return safeHtml`<p>${richHtml(block.text)}</p>`;
    case 'warning':
      return safeHtml`<p class="warning" role="note">${richHtml(block.text)}</p>`;
    case 'list': {
      const items = block.items.map(itemHtml);
      return block.isOrdered ? safeHtml`<ol>${items}</ol>` : safeHtml`<ul>${items}</ul>`;
    }
    case 'table':
      return tableHtml(block);
    case 'fold':
      return safeHtml`<details><summary>${richHtml(block.summary)}</summary>${block.blocks.map(blockHtml)}</details>`;
  }
}

function itemHtml({ text, details }: ListItem): Html {
  const below = details.length === 0 ? noHtml : safeHtml`<ul>${details.map((detail) => safeHtml`<li>${richHtml(detail)}</li>`)}</ul>`;
  return safeHtml`<li>${richHtml(text)}${below}</li>`;
}

/** `before` is put in front of the first cell of each row, e.g. the colour it has in a chart. */
export function tableHtml(block: TableBlock, before: (row: number) => Html = () => noHtml): Html {
  const { caption, columns, rows, isLastRowTotal, rowEvidence } = block;
  const side = (column: number): Html => (columns[column]?.align === 'right' ? safeHtml` class="number"` : noHtml);
  const head = columns.map(({ title }, column) => safeHtml`<th scope="col"${side(column)}>${title}</th>`);
  const body = rows.map((row, index) => {
    const id = rowEvidence[index];
    const anchor = id === undefined ? noHtml : safeHtml` id="${evidenceAnchor(id)}"`;
    const total = isLastRowTotal && index === rows.length - 1 ? safeHtml` class="total"` : noHtml;
    const cells = row.map((cell, column) => safeHtml`<td${side(column)}>${column === 0 ? before(index) : noHtml}${richHtml(cell)}</td>`);
    return safeHtml`<tr${anchor}${total}>${cells}</tr>\n`;
  });
  return safeHtml`<div class="scroll" role="group" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table></div>`;
}
