import type { Detection, ProfileHead } from '../format.js';
import { foldedMark } from './folded-header.js';

/** What innocent text with a number at the end of its lines looks like: access logs, timestamps, metrics with labels, quoted cells. */
const innocent: readonly RegExp[] = [
  /^\d{1,3}(?:\.\d{1,3}){3}\b/, // client address first
  /\[\d{1,2}\/[A-Z][a-z]{2}\/\d{4}/, // [10/Oct/2026:13:55:36
  /"[A-Z]+ [^"]*HTTP\/\d/, // "GET / HTTP/1.1"
  /^\[?\d{4}-\d\d-\d\d[T ;]/, // ISO time first
  /^[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d /, // syslog
  /^[\w:]+\{[^}]*="[^}]*\} /, // Prometheus
  /^\s*(?:\{(?!main\};)|\[["{[])/, // JSON, but not the outermost frame of PHP
];

const byName = /\.(?:folded|collapsed|stacks?|fold)$/i;

/**
 * Folded text has no magic, and many files have lines that end in a number. It is recognised by all of: nearly every line ends in
 * ` <weight>`, some line joins frames with `;`, few different roots, frames that are no bare numbers, and nothing of a known log or table.
 */
export function detectFolded(head: ProfileHead): Detection {
  if (head.text.startsWith(`${foldedMark}\n`)) return 'yes';
  const lines = head.text.split(/\r?\n/);
  if (!head.isComplete && lines.length > 1) lines.pop();
  const stacks = lines.filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (stacks.length === 0) return head.isComplete ? 'no' : 'maybe';
  if (stacks.some((line) => line.includes('\u0000'))) return 'no';
  const weighted = stacks.filter((line) => /[ \t][0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?\s*$/i.test(line));
  // A file that calls itself folded is read, so that the message can name its first bad line.
  if (byName.test(head.fileName) && weighted.length > 0) return 'yes';
  if (stacks.length - weighted.length > Math.max(2, 0.05 * stacks.length) || weighted.length <= stacks.length / 2) return 'no';
  if (weighted.filter((line) => innocent.some((pattern) => pattern.test(line))).length > 0.2 * weighted.length) return 'no';
  if (looksLikeTable(weighted)) return 'no';
  return weighted.some((line) => line.includes(';')) ? 'yes' : 'no';
}

/** What stands in front of the stacks of one thread or process each: the only column of a profile that never repeats. */
const threadName = /\b(?:tid|pid|thread|process|worker|pool)\b.*\d|^\[.*\]$|^[PT]\d+$|-\d+$/i;

/**
 * A table separated by semicolons: the same number of cells in every row with a first cell that hardly repeats (and is no thread), or cells that
 * are mostly numbers and addresses.
 */
function looksLikeTable(lines: readonly string[]): boolean {
  const rows = lines.map((line) => line.slice(0, line.trimEnd().lastIndexOf(' ')).split(';'));
  const roots = new Set(rows.map((cells) => cells[0] ?? ''));
  const isGrid = new Set(rows.map((cells) => cells.length)).size === 1;
  const threads = [...roots].filter((root) => threadName.test(root)).length;
  if (rows.length >= 10 && isGrid && roots.size > 0.6 * rows.length && threads < 0.9 * roots.size) return true;
  const cells = rows.flat();
  const bare = cells.filter(
    (cell) => /^\s*-?[\d.,:/-]+\s*$/.test(cell) || /^[^\s@<>():]+@[A-Za-z\d-]+(?:\.[a-z\d-]+)*\.[a-z]{2,}$/.test(cell),
  );
  return bare.length > 0.2 * cells.length;
}
