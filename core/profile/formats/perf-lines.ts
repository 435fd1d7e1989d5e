import type { Frame } from '../../model/profile.js';

export interface PerfHeader {
  comm: string;
  event: string;
  seconds: number;
  period: number | null;
  /** One-line samples carry their only frame behind the event. */
  inlineFrame: string | null;
}

/**
 * `comm pid[/tid] [cpu] [flags] time: [period] event: [frame]`. The command may contain spaces and colons; the event may contain
 * slashes, equals signs and colons (`cpu-clock/freq=199/:u:`, `sched:sched_switch:`).
 */
const header =
  /^\s*(\S.*?)\s+(?:-?\d+\/)?-?\d+\s+(?:\[\d+\]\s+)?(?:[^\s:\d][^\s:]{0,6}\s+)?(\d+(?:\.\d+)?):\s+(?:(\d+)\s+)?([\w/.,=*-]+(?::[\w/.,=*-]+)*):(.*)$/;

export function parsePerfHeader(line: string): PerfHeader | null {
  const match = header.exec(line);
  if (match === null) return null;
  const [, comm = '', seconds = '', period, event = '', rest = ''] = match;
  const isFrame = isPerfFrame(` ${rest.trim()}`);
  return {
    comm,
    event,
    seconds: Number(seconds),
    period: period === undefined ? null : Number(period),
    inlineFrame: isFrame ? ` ${rest.trim()}` : null,
  };
}

/** An indented `address symbol (dso)`. */
export function isPerfFrame(line: string): boolean {
  return symbolStart(line) !== -1;
}

/** Where the symbol of a frame line begins; -1 = no frame. There are millions of these lines, so no regular expression looks at them. */
export function symbolStart(line: string): number {
  const { length } = line;
  if (line.charCodeAt(length - 1) !== 41 && !line.trimEnd().endsWith(')')) return -1;
  let at = 0;
  while (at < length && isBlank(line.charCodeAt(at))) at++;
  const address = at;
  while (at < length && isHexadecimal(line.charCodeAt(at))) at++;
  if (address === 0 || at === address || !isBlank(line.charCodeAt(at))) return -1;
  while (at < length && isBlank(line.charCodeAt(at))) at++;
  return at < length ? at : -1;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

function isHexadecimal(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102);
}

/** Splits the rest of a frame line at its dso (`(libc.so.6)`, brackets included), without the offset into the symbol. */
export function splitPerfFrame(line: string, start: number): [symbol: string, dso: string] {
  const text = isBlank(line.charCodeAt(line.length - 1)) ? line.trimEnd() : line;
  const open = openingOfDso(text);
  if (open < start) return [text.slice(start), ''];
  const offset = text.lastIndexOf('+0x', open);
  return [text.slice(start, offset > start ? offset : open), text.slice(open + 1)];
}

/** `[unknown]` is ranked by its dso; symbols and dso names may hold spaces and brackets. */
export function parsePerfFrame(symbol: string, dso: string): Frame {
  const module = dso.slice(1, -1);
  const name = symbol.trim();
  if (isKernelModule(module)) return { name, module: '[kernel]', line: null };
  if (name === '[unknown]' || name === '') return { name: unknownName(module), module: module === '[unknown]' ? '' : module, line: null };
  return scriptFrame(name) ?? { name: javaName(name), module: module === 'inlined' ? '' : module, line: null };
}

function openingOfDso(text: string): number {
  const plain = text.lastIndexOf(' (');
  // `(/tmp/my app (deleted))`: the bracket of the dso is the one before.
  return text.endsWith('(deleted))') ? text.lastIndexOf(' (', plain - 1) : plain;
}

/** Modules are ranked in place of names that are missing. */
function unknownName(module: string): string {
  const base = module.replace(/^.*\//, '');
  return base === '' || base === '[unknown]' ? '[unknown]' : `[${base.replace(/^\[|\]$/g, '')}]`;
}

function isKernelModule(module: string): boolean {
  return (
    /^\[(?:kernel|guest)[.\w]*\]|^\[[\w-]+\]$|vmlinux|\.ko(?:\.\w+)?$/.test(module) &&
    !/^\[(?:vdso|vsyscall|unknown|anon|heap|stack|JIT\])/.test(module)
  );
}

/** Names that V8 writes into a perf map: `LazyCompile:*load /srv/app.js:10:3`, `RegExp:^a+$`, `JS:~load file:///srv/app.js:10:3`. */
function scriptFrame(symbol: string): Frame | null {
  if (symbol.startsWith('RegExp:')) return { name: symbol, module: '', line: null };
  const match = /^(?:LazyCompile|Function|JS|Script|Eval):[*~^+]?(.*?) ?((?:file:\/\/|node:|\/|[A-Za-z]:\\).*?):(\d+)(?::\d+)?$/.exec(
    symbol,
  );
  if (match === null) return null;
  const [, name = '', module = '', line = ''] = match;
  return { name: name === '' ? '(anonymous)' : name, module, line: Number(line) };
}

/** perf-map-agent: `Lcom/shop/Cart;::total` → `com/shop/Cart.total`. */
function javaName(symbol: string): string {
  return symbol.replace(/^L([\w/$]+);::/, '$1.');
}
