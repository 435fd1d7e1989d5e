import { createReport } from './document.js';
import { escapeHtml } from './html/html-text.js';
import { escapeMarkdown, toMarkdown } from './markdown-text.js';
import type { ReportInput } from './report-input.js';
import { plainText, type Block, type ListItem, type Rich, type TableBlock } from './rich-text.js';
import type { Verdict } from './sections/verdict.js';

/** The triage report as GitHub-flavoured Markdown. Text from services and databases is escaped. The same input gives the same text. */
export function renderMarkdown(input: ReportInput): string {
  const report = createReport(input);
  const parts = [
    `## Perf incident triage - ${escapeMarkdown(report.endpoint)} - ${escapeMarkdown(report.time)}`,
    renderVerdict(report.verdict),
    ...report.lead.map(({ label, text }) => `**${label}** ${toMarkdown(text)}`),
    ...report.sections.flatMap(({ title, blocks }) => [`### ${title}`, ...blocks.map(renderBlock)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function renderVerdict({ headline, rows }: Verdict): string {
  return [`> **${toMarkdown(headline)}**`, '>', ...rows.map(({ label, text }) => `> - **${label}:** ${toMarkdown(text)}`)].join('\n');
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return toMarkdown(block.text);
    case 'warning':
      return `> ⚠ ${toMarkdown(block.text)}`;
    case 'list':
      return block.items.map((item, index) => renderItem(item, block.isOrdered ? `${index + 1}.` : '-')).join('\n');
    case 'table':
      return renderTable(block);
    case 'fold':
      // Because of the blank lines the content is Markdown again; the summary itself is HTML.
      return `<details><summary>${escapeHtml(plainText(block.summary))}</summary>\n\n${block.blocks.map(renderBlock).join('\n\n')}\n\n</details>`;
  }
}

function renderItem({ text, details }: ListItem, mark: string): string {
  const indent = ' '.repeat(mark.length + 1);
  return [`${mark} ${toMarkdown(text)}`, ...details.map((detail) => `${indent}- ${toMarkdown(detail)}`)].join('\n');
}

function renderTable({ columns, rows }: TableBlock): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const cell = (text: Rich): string => toMarkdown(text, true);
  return [
    line(columns.map(({ title }) => escapeMarkdown(title))),
    `|${columns.map(({ align }) => (align === 'right' ? '---:' : '---')).join('|')}|`,
    ...rows.map((row) => line(row.map(cell))),
  ].join('\n');
}
