import type { Frame } from '../../model/profile.js';
import { javaFrame } from '../frame-names/java-name.js';
import { scriptFrame } from '../frame-names/script-name.js';

type Pattern = [RegExp, (match: RegExpExecArray) => Frame];

const text = (match: RegExpExecArray, group: number): string => match[group] ?? '';

function line(match: RegExpExecArray, group: number): number | null {
  const number = Number(match[group] ?? 0);
  return number > 0 ? number : null;
}

/** What stands in brackets behind a name when it is a file: a path, a URL, a name with a short extension, or where there is none (`<string>`). */
const file = /[/\\]|\.[a-z]{1,6}\d?(?:\.\d+)*$|^<[^<>]*>$|^node:|^\[[^[\]]+\]$/;

/** How the producers of folded stacks write a frame, the more special first. Each line: example, then what it means. */
const beforeScripts: readonly Pattern[] = [
  // `java.lang.String_[k]`, `byte[]_[k]`: async-profiler, a class whose objects got memory of their own; functions of the kernel have no such names
  [
    /^((?:[a-z_]\w*[./])+[A-Z][\w$]*(?:\[\])*|(?:byte|char|short|int|long|float|double|boolean)(?:\[\])+)_\[k\]$/,
    (m) => ({ name: text(m, 1), module: '', line: null }),
  ],
  // `vfs_write_[k]`: kernel
  [/^(.+)_\[k\]$/, (m) => ({ name: text(m, 1), module: '[kernel]', line: null })],
  // `exec_params [c function] - (unknown)`: rbspy, a method written in C
  [/^(.+) \[c function\] - .*$/, (m) => ({ name: text(m, 1), module: '(c function)', line: null })],
  // `(unknown):0 - _set_tag [c function]`: the same from Pyroscope, which puts the file first
  [/^\(unknown\):0 - (.+) \[c function\]$/, (m) => ({ name: text(m, 1), module: '(c function)', line: null })],
  // `main.py:11 - work`, `<internal> - sleep`: Python, Ruby and PHP from Pyroscope
  [
    /^(\S[^;]*?\.(?:pyx?|rb|erb|php|phtml)|<internal>|<frozen [\w.]+>|<string>)(?::(\d+))? - (\S.*)$/,
    (m) => ({ name: text(m, 3), module: text(m, 1), line: line(m, 2) }),
  ],
  // `md5:<internal>:-1`, `App\\Cart::total:/app/src/Cart.php:33`: phpspy
  [
    /^(\S[^:]*(?:::[^:]+)?):(\/[^:]+\.(?:php|phtml|inc)|<internal>):(-?\d+)$/,
    (m) => ({ name: text(m, 1), module: text(m, 2), line: line(m, 3) }),
  ],
  // `total at /shop/src/cart.jl:10`, `+ at int.jl:87`: Julia
  [/^(\S.*?) at (\S*\.jl|REPL\[\d+\]):(\d+)$/, (m) => ({ name: text(m, 1), module: text(m, 2), line: line(m, 3) })],
  // `index - /app/shop.rb:12`: rbspy
  [/^(.+) - (\S.*?):(\d+)$/, (m) => ({ name: text(m, 1), module: text(m, 2), line: line(m, 3) })],
  // `/srv/app.py:load:12`, `<frozen importlib>:exec:7`: austin; `./index.js:hot:22`, `:(idle):0`: pprof of Node
  [
    /^((?:[A-Za-z]:)?[^:]*\.(?:pyx?|[cm]?[jt]sx?|rb|php|vue|svelte)|<[^<>]+>|):(\D[^:]*):(\d+)$/,
    (m) => ({ name: text(m, 2), module: text(m, 1), line: line(m, 3) }),
  ],
];

/** Those that cannot be part of a mere name. */
const placedNames = beforeScripts.slice(4);

const afterScripts: readonly Pattern[] = [
  // `App!Shop.Cart.Total(int32)`: .NET; the list of types only tells overloads apart
  [/^([^!()`]+)!([\w.<>`$+,[\]|=&*{}-]+)\((?!\)\.).*\)$/, (m) => ({ name: text(m, 2), module: text(m, 1), line: null })],
  // `ntdll!NtWaitForSingleObject`: Windows
  [/^([\w.-]+)!(\S.*)$/, (m) => ({ name: text(m, 2), module: text(m, 1), line: null })],
  // `libc.so.6`memcpy+0x1a`: DTrace
  [/^([^`]+)`(.+?)(?:\+0x[0-9a-f]+)?$/, (m) => ({ name: text(m, 2), module: text(m, 1), line: null })],
  // `tcp_recvmsg+808`, `main+0x1f`: where in the function tells nothing here, and would take it apart
  [/^([A-Za-z_][^\s+]*)\+(?:0x[0-9a-f]+|\d+)$/, (m) => ({ name: text(m, 1), module: '', line: null })],
  // `[libc.so.6]`: a module instead of a name, nothing was symbolised
  [/^\[([^[\]]+\.(?:so[\d.]*|map|dylib))\]$/, (m) => ({ name: `[${text(m, 1)}]`, module: text(m, 1), line: null })],
  // `(/usr/lib/libpython3.6m.so.1.0)`: the same from gProfiler
  [/^\((\/[^()]*\.so[\d.]*)\)$/, (m) => ({ name: namelessIn(text(m, 1)), module: text(m, 1), line: null })],
];

/** Longer names are taken as they are: the patterns look at a name more than once. */
const maxNameLength = 4000;

/** Splits the text of one frame into name, module and line; the suffixes `_[j] _[i] _[0] _[1]` (how it was compiled) are dropped. */
export function parseFrameName(raw: string): Frame {
  const written = raw.replace(/_\[[ji01]\]$/, '');
  if (written.length > maxNameLength) return { name: written, module: '', line: null };
  return (
    firstMatch(beforeScripts, written) ??
    scriptFrame(written) ??
    javaFrame(written) ??
    bracketedFile(written) ??
    firstMatch(afterScripts, written) ?? { name: written, module: '', line: null }
  );
}

/** `encode (json/encoder.py:202)`, `memcpy (/usr/lib/libc.so.6)`, `load (https://deno.land/x/shop.ts:10:3)`: py-spy, perf with dso, Deno. */
function bracketedFile(written: string): Frame | null {
  const open = openingBracket(written);
  if (open < 2 || written.charAt(open - 1) !== ' ') return null;
  const [, place = '', number] = /^(.*?)(?::(\d+))?(?::\d+)?$/s.exec(written.slice(open + 1, -1)) ?? [];
  return file.test(place)
    ? { name: written.slice(0, open - 1), module: place, line: Number(number ?? 0) > 0 ? Number(number) : null }
    : null;
}

/** Where the bracket opens that the last character closes; -1 = there is none. Files have brackets in their names, too: `/opt/My App (beta)/app`. */
export function openingBracket(written: string): number {
  if (!written.endsWith(')')) return -1;
  let depth = 0;
  for (let at = written.length - 1; at >= 0; at--) {
    const code = written.charCodeAt(at);
    if (code === 41) depth++;
    else if (code === 40 && --depth === 0) return at;
  }
  return written.lastIndexOf('(');
}

/** A name that some producers fill with place and line as well (`./index.js:hot:22`); null when it is just a name. */
export function parsePlacedName(name: string): Frame | null {
  return firstMatch(placedNames, name);
}

function firstMatch(patterns: readonly Pattern[], written: string): Frame | null {
  for (const [pattern, read] of patterns) {
    const match = pattern.exec(written);
    if (match !== null) return read(match);
  }
  return null;
}

/** Identity of a frame: functions without a name are told apart by where they are written. */
export function frameKey(frame: Frame): string {
  const where = frame.line !== null && /^[(<]anonymous/.test(frame.name) ? `\u0000${frame.line}` : '';
  return `${frame.name}\u0000${frame.module}${where}`;
}

/** Stands in place of a name that is missing: the file of the code in brackets, for files are ranked then. */
export function namelessIn(module: string): string {
  const base = module.replace(/^.*\//, '').replace(/^\[|\]$/g, '');
  return base === '' || base === 'unknown' ? '[unknown]' : `[${base}]`;
}

const nameless =
  /^(?:|\?+(?:!\?*)?|(?:<|\[)?(?:0x)?[0-9a-f]{6,16}(?:>|\])?|0x[0-9a-f]+|[[<(]?unknown(?: (?:function|symbol|frame))?[\])>]?|unknown_Java|not_walkable_Java|\[[^\]]*\.(?:so[\d.]*|map|dylib)\]|\[(?:kernel|guest)[.\w]*\])$/i;

/** Has the profiler found no name for this code? Empty, an address, `[unknown]`, or only the file it is in. */
export function isUnsymbolised(frame: Frame): boolean {
  return nameless.test(frame.name) || (frame.module !== '' && frame.name.startsWith('[') && frame.name === namelessIn(frame.module));
}

const threadStart =
  /^(?:_start|__libc_(?:start|init)\w*|main|start_thread|thread_start|_?pthread_start|__?clone3?|_*GI___clone\w*|\(root\)|runtime\.goexit|BaseThreadInitThunk|RtlUserThreadStart|thread_native_entry|java_start|ret_from_fork\w*|start_kernel|secondary_startup\w*)(?:\.(?:part|isra|cold|constprop|lto_priv)[\w.]*|@.*|\+0x.*)?$/;

/** Does a thread begin with this function? What an unwinder finds above it is no part of the stack. */
export function isThreadStart(name: string): boolean {
  return threadStart.test(name);
}
