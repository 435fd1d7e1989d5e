import { createHash } from 'node:crypto';

interface Section {
  title: string;
  words: string[];
  prices: number[];
}

/** The printable page of a product. Every step does its honest share; none stands out. */
export function renderPage(sku: string): string {
  const sections = sectionsOf(sku);
  const ranked = rankSections(sections);
  const parts = ranked.map(
    (section) => `<section><h2>${escapeText(section.title)}</h2>${paragraph(section.words)}${priceTable(section.prices)}</section>`,
  );
  const html = `<!doctype html><title>${escapeText(sku)}</title>${summaryLine(sections)}${keywordCloud(sections)}${parts.join('')}`;
  return `${html}<!-- ${createHash('sha256').update(html).digest('hex')} -->`;
}

function sectionsOf(sku: string): Section[] {
  const seed = sku.length * 31;
  return Array.from({ length: 72 }, (_, index) => ({
    title: `Part ${index} & more`,
    words: Array.from({ length: 60 }, (_unused, word) => `word${(seed + index * 13 + word * 7) % 97}`),
    prices: Array.from({ length: 25 }, (_unused, price) => ((seed + index * 17 + price * 29) % 9000) / 100),
  }));
}

function rankSections(sections: Section[]): Section[] {
  const weight = (section: Section) => section.prices.reduce((sum, price) => sum + Math.sqrt(price), section.words.length);
  return [...sections].sort((one, other) => weight(other) - weight(one));
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function paragraph(words: string[]): string {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line.length + word.length > 72) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += `${word} `;
  }
  return `<p>${[...lines, line.trimEnd()].join('\n')}</p>`;
}

function priceTable(prices: number[]): string {
  return `<table>${prices.map((price, index) => `<tr><td>${index}</td><td>${price.toFixed(2).padStart(9)}</td></tr>`).join('')}</table>`;
}

function summaryLine(sections: Section[]): string {
  const all = sections.flatMap((section) => section.prices).sort((one, other) => one - other);
  return `<p>from ${(all[0] ?? 0).toFixed(2)} to ${(all.at(-1) ?? 0).toFixed(2)}, mostly ${(all[Math.floor(all.length / 2)] ?? 0).toFixed(2)}</p>`;
}

function keywordCloud(sections: Section[]): string {
  const counts = new Map<string, number>();
  for (const section of sections) for (const word of section.words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const top = [...counts].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0])).slice(0, 30);
  return `<ul>${top.map(([word, count]) => `<li>${word} ${count}</li>`).join('')}</ul>`;
}
