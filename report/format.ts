/** Numbers and foreign text for readers. Everything that a service, a statement or an alert says is foreign and may be hostile. */

export function ms(value: number | null): string {
  if (value === null) return 'unknown';
  if (value >= 1000) return `${(value / 1000).toFixed(2)} s`;
  return value >= 100 ? `${Math.round(value)} ms` : `${value.toFixed(value >= 10 ? 1 : 2)} ms`;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value.toFixed(value < 10 ? 1 : 0)} %`;
}

export function ratio(value: number | null, ci: [number, number] | null): string {
  if (value === null) return 'no ratio';
  return ci === null ? value.toFixed(2) : `${value.toFixed(2)} [${ci[0].toFixed(2)}–${ci[1].toFixed(2)}]`;
}

/** One line of foreign text for Markdown: no line breaks, and nothing in it is markup. */
export function inline(text: string, limit = 300): string {
  const line = withoutControls(text).replace(/\s+/g, ' ').trim();
  const short = line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
  return short.replace(/[\\`*_[\]<>|#!&]/g, '\\$&');
}

/** Foreign text as code: the fence is longer than any run of backticks in it. */
export function code(text: string, limit = 300): string {
  const line = withoutControls(text).replace(/\s+/g, ' ').trim().slice(0, limit);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = '`'.repeat(longest + 1);
  const padding = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  // A pipe would end a table's cell even inside code.
  return `${fence}${padding}${line.replaceAll('|', '\\|')}${padding}${fence}`;
}

/** A block of foreign code, for statements that are to be copied. */
export function codeBlock(text: string, language: string): string {
  const clean = withoutControls(text.replace(/\r\n?/g, '\n'), true);
  const longest = Math.max(2, ...[...clean.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${clean}\n${fence}`;
}

/** Control characters and those that turn the direction of text can make a line read as something else. */
function withoutControls(text: string, keepNewlines = false): string {
  const controls = keepNewlines
    ? /[\u0000-\u0009\u000b-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
    : /[\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
  return text.replace(controls, ' ');
}

export function escapeHtml(text: string): string {
  return withoutControls(text, true).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function cites(ids: readonly string[]): string {
  return ids.length === 0 ? '' : `[${ids.join(', ')}]`;
}

export function confidenceWords(confidence: number): string {
  if (confidence >= 0.85) return 'high';
  return confidence >= 0.6 ? 'medium' : 'low';
}
