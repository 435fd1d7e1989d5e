import { createHash } from 'node:crypto';

interface Section {
  title: string;
  words: string[];
  prices: number[];
}

/** The printable page of a product, step by step. Every step does its honest share; none stands out. */
export function renderPage(sku: string): string {
  const sections = rankSections(sectionsOf(sku));
  const head = `<!doctype html><title>${escapeText(sku)}</title>${summaryLine(sections)}${keywordCloud(sections)}`;
  const body = [titles(sections), paragraphs(sections), priceTables(sections), wordIndex(sections), discountTable(sections)].join('');
  return `${head}${body}<!-- ${createHash('sha256').update(body).digest('hex')} -->`;
}

function sectionsOf(sku: string): Section[] {
  const seed = sku.length * 31;
  const sections: Section[] = [];
  for (let index = 0; index < 60; index++) {
    const words: string[] = [];
    const prices: number[] = [];
    for (let word = 0; word < 60; word++) words.push(`word${(seed + index * 13 + word * 7) % 97}`);
    for (let price = 0; price < 25; price++) prices.push(((seed + index * 17 + price * 29) % 9000) / 100);
    sections.push({ title: `Part ${index} & more`, words, prices });
  }
  return sections;
}

function rankSections(sections: Section[]): Section[] {
  const weights = new Map<Section, number>();
  for (const section of sections) {
    let weight = section.words.length;
    for (const price of section.prices) weight += Math.sqrt(price) + Math.log1p(price);
    weights.set(section, weight);
  }
  return [...sections].sort((one, other) => (weights.get(other) ?? 0) - (weights.get(one) ?? 0));
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function titles(sections: Section[]): string {
  let html = '';
  for (let round = 0; round < 6; round++) for (const section of sections) html += `<h2 id="${round}">${escapeText(section.title)}</h2>`;
  return html;
}

function paragraphs(sections: Section[]): string {
  let html = '';
  for (const { words } of sections) {
    let line = '';
    for (const word of words) {
      if (line.length + word.length > 72) {
        html += `${line.trimEnd()}\n`;
        line = '';
      }
      line += `${word} `;
    }
    html += `<p>${line}</p>`;
  }
  return html;
}

function priceTables(sections: Section[]): string {
  let html = '';
  for (const { prices } of sections.slice(0, 25)) {
    html += '<table>';
    for (const price of prices) html += `<tr><td>${price.toFixed(2).padStart(9)}</td></tr>`;
    html += '</table>';
  }
  return html;
}

function discountTable(sections: Section[]): string {
  let html = '<table>';
  for (const { prices } of sections) for (const price of prices) html += `<td>${Math.round(price * 97)}</td>`;
  return `${html}</table>`;
}

function summaryLine(sections: Section[]): string {
  const all: number[] = [];
  for (const section of sections) for (const price of section.prices) if (price % 2 < 1) all.push(price);
  all.sort((one, other) => one - other);
  return `<p>from ${(all[0] ?? 0).toFixed(2)} to ${(all.at(-1) ?? 0).toFixed(2)}, mostly ${(all[Math.floor(all.length / 2)] ?? 0).toFixed(2)}</p>`;
}

function wordIndex(sections: Section[]): string {
  const places = new Map<string, number[]>();
  for (let index = 0; index < sections.length; index++) {
    for (const word of sections[index]?.words.slice(0, 20) ?? []) places.set(word, [...(places.get(word) ?? []).slice(0, 4), index]);
  }
  return `<ol>${[...places].map(([word, at]) => `<li>${word} ${at.join(', ')}</li>`).join('')}</ol>`;
}

function keywordCloud(sections: Section[]): string {
  const counts = new Map<string, number>();
  for (const section of sections) for (const word of section.words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const top = [...counts].sort((one, other) => other[1] - one[1] || one[0].localeCompare(other[0])).slice(0, 30);
  return `<ul>${top.map(([word, count]) => `<li>${word} ${count}</li>`).join('')}</ul>`;
}
