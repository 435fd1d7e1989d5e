import type { Frame } from '../../model/profile.js';

/** How V8 names compiled code in a perf map; `*` optimised, `~` interpreted, `^` baseline, `+` maglev. */
const kind = /^(?:LazyCompile|Function|JS|Script|Eval):[*~^+']?/;
const marker = /^[*~^+](?=[\w$.<(#/[ ])/;

/** A place that can be told from a name wherever it stands: URL, absolute path. */
const sure = /(?:^| )((?:[a-z][a-z\d+.-]*:\/\/|node:|ext:|blob:|evalmachine\.<|wasm:\/\/|\.{1,2}\/|\/|[A-Za-z]:[\\/]).*)$/;
/** One without blanks at the end: `internal/timers.js`, `app/foo.js`, `[eval]`. */
const bare = /(?:^| )(\S+\.(?:[cm]?[jt]sx?|vue|svelte)|\[eval\S*\]|internal\/\S+)$/;

/**
 * A function of JavaScript with its place, as V8, 0x and browsers write it: `LazyCompile:*load /srv/app.js:10:3`, `listOnTimeout internal/timers.js:531:25`
 * (Node 8 to 14), `~load file:///srv/app.js:10`, `JS:*get https://shop.test/a.js:1:200`. Null for anything else.
 */
export function scriptFrame(written: string): Frame | null {
  const ofRuntime = perfMapFrame(written);
  if (ofRuntime !== null) return ofRuntime;
  if (written.startsWith('RegExp:')) return { name: written, module: '', line: null };
  const isTold = kind.test(written);
  if (!isTold && !/\d$/.test(written)) return null;
  const [, placed = '', line] = /^(.*?):(\d+)(?::\d+)?$/s.exec(written.replace(kind, '')) ?? [];
  if (line === undefined) return null;
  const named = isTold ? placed : placed.replace(marker, '');
  const place = sure.exec(named) ?? bare.exec(named) ?? (isTold ? /(?<!\S)(\S*)$/.exec(named) : null);
  const module = place?.[1] ?? '';
  if (place === null || module === '') return null;
  const name = named.slice(0, place.index).trim();
  return { name: name === '' ? '(anonymous)' : name, module, line: Number(line) > 0 ? Number(line) : null };
}

/** `py::total:/srv/shop.py`: Python 3.12 and later with `-X perf`. */
const python = /^py::(.+):([^:]+)$/;
/** `void [Shop] Shop.Cart::Total(int32)[OptimizedTier1]`, `instance bool [System.Linq] …`: .NET with DOTNET_PerfMapEnabled. */
const dotnet = /^(?:[^[\]()]{1,400} )?\[([\w.-]+)\] ([\w.+`<>$[\],|-]{1,400})::([\w.<>$|`[\],-]{1,400})\(.*\)(?:\[\w+\])?$/;
/** `$lists:map/2`, `$'Elixir.Shop':total/1`: the compiler of Erlang 24 and later. */
const erlang = /^\$((?:'[^']+'|[a-z]\w*):.+\/\d+)$/;

/** How the runtimes of other languages name compiled code in a perf map; null for anything else. */
function perfMapFrame(written: string): Frame | null {
  const inPython = python.exec(written);
  if (inPython !== null) return { name: inPython[1] ?? '', module: inPython[2] ?? '', line: null };
  const inDotnet = /^[^(]*::/.test(written) ? dotnet.exec(written) : null;
  if (inDotnet !== null) return { name: `${inDotnet[2] ?? ''}.${inDotnet[3] ?? ''}`, module: inDotnet[1] ?? '', line: null };
  const inErlang = erlang.exec(written)?.[1];
  return inErlang === undefined ? null : { name: inErlang, module: '', line: null };
}
