import type { Frame } from '../../model/profile.js';

type Pattern = [RegExp, (match: RegExpExecArray) => Frame];

const text = (match: RegExpExecArray, group: number): string => match[group] ?? '';
const line = (match: RegExpExecArray, group: number): number | null => (match[group] === undefined ? null : Number(match[group]));

/** How the producers of folded stacks write a frame, the more special first. Each line: example, then what it means. */
const patterns: readonly Pattern[] = [
  // `vfs_write_[k]`: kernel
  [/^(.+)_\[k\]$/, (m) => ({ name: text(m, 1), module: '[kernel]', line: null })],
  // `exec_params [c function] - (unknown)`: rbspy, a method written in C
  [/^(.+) \[c function\] - .*$/, (m) => ({ name: text(m, 1), module: '(c function)', line: null })],
  // `index - /app/shop.rb:12`: rbspy
  [/^(.+) - (\S.*?):(\d+)$/, (m) => ({ name: text(m, 1), module: text(m, 2), line: line(m, 3) })],
  // `/srv/app.py:load:12`: austin
  [/^([^:]+\.py):([^:]+):(\d+)$/, (m) => ({ name: text(m, 2), module: text(m, 1), line: line(m, 3) })],
  // `LazyCompile:*load /srv/app.js:10:3`, `~load file:///srv/app.js:10`: V8 through perf or 0x
  [
    /^(?:(?:LazyCompile|Function|JS|Script|Eval):)?[*~^+]?(.*?) ?((?:file:\/\/|node:|\.{0,2}\/|[A-Za-z]:\\)[^()]*?):(\d+)(?::\d+)?$/,
    (m) => ({ name: text(m, 1) === '' ? '(anonymous)' : text(m, 1), module: text(m, 2), line: line(m, 3) }),
  ],
  // `encode (json/encoder.py:202)`, `memcpy (/usr/lib/libc.so.6)`, `load (file:///srv/app.js:10:3)`: py-spy, perf with dso, speedscope
  [/^(.+?) \(([^()]*(?:[./]|node:)[^()]*?)(?::(\d+))?(?::\d+)?\)$/, (m) => ({ name: text(m, 1), module: text(m, 2), line: line(m, 3) })],
  // `libc.so.6`memcpy`: DTrace
  [/^([^`]+)`(.+)$/, (m) => ({ name: text(m, 2), module: text(m, 1), line: null })],
  // `Lcom/shop/Cart;::total`: perf map of a JVM
  [/^L([\w/$]+);::(.+)$/, (m) => ({ name: `${text(m, 1)}.${text(m, 2)}`, module: '', line: null })],
  // `[libc.so.6]`: a module instead of a name, nothing was symbolised
  [/^\[([^[\]]+\.(?:so[\d.]*|map|dylib))\]$/, (m) => ({ name: `[${text(m, 1)}]`, module: text(m, 1), line: null })],
];

/** Splits the text of one frame into name, module and line; the suffixes `_[j] _[i] _[0] _[1]` (how it was compiled) are dropped. */
export function parseFrameName(raw: string): Frame {
  const written = raw.replace(/_\[[ji01]\]$/, '');
  for (const [pattern, read] of patterns) {
    const match = pattern.exec(written);
    if (match !== null) return read(match);
  }
  return { name: written, module: '', line: null };
}

/** Identity of a frame: functions without a name are told apart by where they are written. */
export function frameKey(frame: Frame): string {
  const where = frame.line !== null && /^[(<]anonymous/.test(frame.name) ? `\u0000${frame.line}` : '';
  return `${frame.name}\u0000${frame.module}${where}`;
}

/** Has the profiler found no name for this code? Empty, an address, `[unknown]`, or only the file it is in. */
export function isUnsymbolised(frame: Frame): boolean {
  return /^(?:|\?+|0x[0-9a-f]+|\[?unknown\]?|\(unknown\)|unknown_Java|not_walkable_Java|\[[^\]]*\.(?:so[\d.]*|map|dylib)\])$/i.test(
    frame.name,
  );
}
