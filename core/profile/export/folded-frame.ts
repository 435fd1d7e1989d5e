import type { Frame } from '../../model/profile.js';

/**
 * A frame in one word of folded text and back, exactly. Any reader of folded text takes it for a name; `name (module:line)` is what most producers write.
 * Characters that would end a frame, a line or the place are written as `%3B` and the like.
 */
export function writeFrame({ name, module, line }: Frame): string {
  const written = escape(name, /[;\r\n%]/g);
  if (module === '' && line === null && !/ \([^()]*\)$/.test(name)) return written === '' ? emptyName : written;
  const place = escape(module, /[;\r\n%()]/g);
  const number = line === null ? (/:\d+$/.test(module) ? ':0' : '') : `:${line}`;
  return `${written} (${place}${number})`;
}

export function readFrame(written: string): Frame {
  const open = written.endsWith(')') ? written.lastIndexOf(' (') : -1;
  if (open === -1 || written.slice(open + 2, -1).includes(')')) return { name: unescape(written), module: '', line: null };
  const [, place = '', number] = /^(.*?)(?::(\d+))?$/s.exec(written.slice(open + 2, -1)) ?? [];
  return { name: unescape(written.slice(0, open)), module: unescape(place), line: Number(number ?? 0) > 0 ? Number(number) : null };
}

const emptyName = '%00';

function escape(text: string, special: RegExp): string {
  return text.replace(special, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

function unescape(text: string): string {
  if (text === emptyName) return '';
  return text.replace(/%([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
