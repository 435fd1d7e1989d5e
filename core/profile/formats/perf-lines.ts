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
    inlineFrame: isFrame ? rest : null,
  };
}

/** An indented `address symbol (dso)`; the tail is checked without a regular expression, for there are millions of them. */
export function isPerfFrame(line: string): boolean {
  const first = line.charCodeAt(0);
  if (first !== 32 && first !== 9) return false;
  if (!line.trimEnd().endsWith(')')) return false;
  return /^\s+[0-9a-f]+ \S/.test(line);
}

/** `symbol+0x12 (dso)`, `[unknown] (dso)`; dso names may hold spaces, symbols may hold parentheses. */
export function parsePerfFrame(rest: string): Frame {
  const text = rest.trimEnd();
  const open = openingOfDso(text);
  const module = open === -1 ? '' : text.slice(open + 2, -1);
  const symbol = (open === -1 ? text : text.slice(0, open)).replace(/\+0x[0-9a-f]+$/, '').trim();
  if (isKernelModule(module)) return { name: symbol, module: '[kernel]', line: null };
  if (symbol === '[unknown]' || symbol === '')
    return { name: unknownName(module), module: module === '[unknown]' ? '' : module, line: null };
  return scriptFrame(symbol) ?? { name: javaName(symbol), module: module === 'inlined' ? '' : module, line: null };
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
