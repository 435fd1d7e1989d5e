// Files that people take for profiles, or that are profiles of another kind: refused by name, with what to do.
import { flameGraphMark } from './drawn/flame-svg.js';
import { foreignPrints } from './foreign-prints.js';
import { foreignReports } from './foreign-reports.js';
import { foreignRuntimes } from './foreign-runtimes.js';
import { foreignSystems } from './foreign-systems.js';
import { begins, keys, magic, type ForeignFile } from './foreign-file.js';
import type { ProfileHead } from './format.js';

/** Asked before the formats, so each must be certain. */
export const foreignFiles: readonly ForeignFile[] = [
  {
    name: 'gzip inside gzip',
    from: 'a file packed twice',
    remedy: 'run `gunzip` on it first',
    isIt: (head) => magic(head, '\u001f\u008b'),
  },
  {
    name: 'perf.data without its perf',
    from: '`perf record`',
    remedy:
      'give the file by its path on a machine with `perf`, or the output of `perf script --no-inline -F comm,pid,tid,time,period,event,ip,sym,dso -i FILE`',
    isIt: (head) => magic(head, 'PERFILE2') || magic(head, '2ELIFREP'),
  },
  {
    name: 'gprof data (gmon.out)',
    from: 'programs built with `-pg`',
    remedy: 'it needs the program: `gprof PROGRAM gmon.out` prints it; for stacks, `perf record -g` and `perf script`',
    isIt: (head) => magic(head, 'gmon\u0001\u0000'),
  },
  {
    name: 'Go execution trace',
    from: '`runtime/trace`, `/debug/pprof/trace`',
    remedy: 'convert what you look for: `go tool trace -pprof=sched FILE > out.pprof` (also `sync`, `syscall`, `net`)',
    isIt: (head) => /^go 1\.\d+ trace\u0000/.test(head.text.slice(0, 20)),
  },
  {
    name: 'pprof in its text form (debug=1)',
    from: '`/debug/pprof/{heap,allocs,block,mutex,threadcreate}?debug=1`',
    remedy: 'fetch it without `?debug=1`',
    isIt: (head) =>
      begins(
        head,
        /^(?:heap profile: \d+: \d+ \[\d+: \d+\] @|--- (?:contention|mutex):\r?\ncycles\/second=|threadcreate profile: total \d+)/,
      ),
  },
  {
    name: 'gperftools profile in its legacy form',
    from: 'gperftools (`CPUPROFILE=`)',
    remedy: 'convert it: `pprof -proto PROGRAM FILE > out.pb.gz` (github.com/google/pprof)',
    isIt: (head) => isLegacyCpu(head.bytes),
  },
  {
    name: 'output of `pprof -top`, `-tree` or `-list`',
    from: '`go tool pprof`',
    remedy: 'give the profile itself (`.pb.gz`), or `go tool pprof -proto FILE > out.pb.gz`',
    isIt: (head) =>
      begins(
        head,
        /^(?:File: .*\r?\n|Build ID: .*\r?\n|Type: .*\r?\n|Time: .*\r?\n|Duration: .*\r?\n|Total: .*\r?\n)*Showing nodes accounting for /m,
      ) || begins(head, /^ROUTINE =+ /m),
  },
  {
    name: "async-profiler's flat or traces output",
    from: '`asprof -o flat`, `-o traces`, `-o text`',
    remedy: 'capture again with `asprof -o collapsed` or `-o jfr`',
    isIt: (head) =>
      begins(head, /^--- Execution profile ---|^--- (?:Allocation|Lock) profile ---/m) ||
      begins(head, /^--- \d+ (?:\w+ )?\([\d.]+%\).*\bsamples?\r?\n +\[ *\d+\] /m) ||
      begins(head, /^ +\w+ +percent +samples +top\r?\n/m),
  },
  {
    name: "async-profiler's tree page or heatmap",
    from: '`asprof -o tree`, `jfrconv -o heatmap`',
    remedy: 'capture again with `asprof -o collapsed`, `-o jfr` or as a flame graph page',
    isIt: (head) =>
      /^\s*<!DOCTYPE html/i.test(head.text) &&
      /<title>(?:Tree view|Heatmap)|Call tree profile|class="?tree/i.test(head.text.slice(0, 8192)) &&
      /Tree view|Heatmap/i.test(head.text),
  },
  {
    name: 'memray capture',
    from: '`memray run`',
    remedy: 'convert it: `memray stats --json -o stats.json FILE`, or `memray transform speedscope FILE`',
    isIt: (head) =>
      (magic(head, '\u0004\u0022\u004d\u0018') && String.fromCharCode(...head.bytes.subarray(0, 40)).includes('memray')) ||
      magic(head, 'memray\u0000'),
  },
  {
    name: 'report of pyinstrument',
    from: '`pyinstrument` (text or HTML)',
    remedy: 'write `pyinstrument -r speedscope -o out.json` or `-r json`, or `pyinstrument --load-prev ID -r json`',
    isIt: (head) => begins(head, /_\/_ +Recorded: .*Samples:/) || begins(head, /pyinstrument-(?:report|vue)|pyinstrumentHTMLRenderer/),
  },
  {
    name: 'printed cProfile statistics',
    from: '`python -m cProfile` without `-o`, `pstats`',
    remedy: 'write the file: `python -m cProfile -o out.prof SCRIPT`',
    isIt: (head) => begins(head, /^[ \t]*\d+ function calls(?: \(\d+ primitive calls\))? in [\d.]+ (?:CPU )?seconds/m),
  },
  {
    name: 'thread dump of a JVM',
    from: '`jstack`, `jcmd PID Thread.print`, `kill -3`',
    remedy: 'it is one instant of one process: sample it with `asprof -e wall -o collapsed -d 30 PID`',
    isIt: (head) => begins(head, /^Full thread dump /m),
  },
  {
    name: 'JVM heap dump',
    from: '`jmap -dump`, `jcmd PID GC.heap_dump`',
    remedy: 'open it in Eclipse MAT; for who allocates, `asprof -e alloc -o collapsed -d 30 PID`',
    isIt: (head) => /^JAVA PROFILE 1\.[\d.]+\u0000/.test(head.text.slice(0, 24)),
  },
  {
    name: 'V8 heap snapshot',
    from: '`v8.writeHeapSnapshot()`, DevTools',
    remedy: 'open it in DevTools; for who allocates, `node --heap-prof` writes a .heapprofile',
    isIt: (head) => keys(head, 'snapshot.meta'),
  },
  {
    name: 'massif output',
    from: '`valgrind --tool=massif`',
    remedy: 'print it with `ms_print FILE`; for allocations with stacks, `heaptrack` and `heaptrack_print -F out.folded`',
    isIt: (head) => begins(head, /^desc: .*\r?\ncmd: .*\r?\ntime_unit: /),
  },
  {
    name: 'DHAT output',
    from: '`valgrind --tool=dhat`, dhat-rs',
    remedy: 'open it in dh_view.html or in profiler.firefox.com and save it from there',
    isIt: (head) => keys(head, 'dhatFileVersion'),
  },
  {
    name: 'heaptrack capture',
    from: '`heaptrack`',
    remedy: 'convert it: `heaptrack_print FILE -F out.folded`',
    isIt: (head) => begins(head, /^v [0-9a-f]+ [0-9a-f]+\r?\nX /),
  },
  {
    name: 'Linux ftrace or `trace-cmd` recording',
    from: '`trace-cmd record`',
    remedy: 'for stacks, `perf record -g` and `perf script`',
    isIt: (head) => magic(head, '\u0017\u0008Dtracing'),
  },
  {
    name: 'Perfetto trace',
    from: 'Perfetto, Android, Chrome',
    remedy: 'convert it: `traceconv profile FILE` (pprof), or record in Chrome as JSON',
    isIt: (head) => isPerfetto(head.bytes),
  },
  {
    name: '.nettrace of .NET',
    from: '`dotnet-trace collect`',
    remedy: 'convert it: `dotnet-trace convert --format Speedscope FILE`',
    isIt: (head) => magic(head, 'Nettrace'),
  },
  {
    name: 'Windows event trace (.etl) or PerfView archive',
    from: 'xperf, PerfView',
    remedy: 'in PerfView, CPU Stacks, File, Save View As, Speedscope',
    isIt: (head) => /\.(?:etl|etlx|perfview)(?:\.zip)?$/i.test(head.fileName) && !head.text.trimStart().startsWith('{'),
  },
  {
    name: 'Instruments trace or export',
    from: 'Xcode Instruments, `xctrace export`',
    remedy: 'convert it: `xctrace export --input FILE --xpath …` and `inferno-collapse-xctrace FILE > out.folded`',
    isIt: (head) => begins(head, /<trace-query-result/),
  },
  {
    name: 'perf annotate or stat output',
    from: '`perf stat`',
    remedy: 'it has no stacks: `perf record -g` and `perf script`',
    isIt: (head) => begins(head, /^[ \t]*Performance counter stats for /m),
  },
  {
    name: 'DTrace aggregation',
    from: '`dtrace -x ustackframes=100 … @[ustack()] = count()`',
    remedy: 'fold it: `inferno-collapse-dtrace FILE > out.folded` (or stackcollapse.pl)',
    isIt: (head) =>
      /^[ \t]{4,}[^\s`]+`\S+\+0x[0-9a-f]+\r?\n/m.test(head.text) &&
      /^[ \t]+\d+\r?$/m.test(head.text) &&
      !/^\S+ +\d+(?:\/\d+)? /m.test(head.text.slice(0, 300)),
  },
  {
    name: 'GHC profile (.prof)',
    from: 'Haskell, `+RTS -p`',
    remedy: 'fold it: `inferno-collapse-ghcprof FILE > out.folded`, or run with `-pj` and export it from speedscope.app',
    isIt: (head) => begins(head, /Time and Allocation Profiling Report/),
  },
  {
    name: 'VTune export',
    from: 'Intel VTune (CSV)',
    remedy: 'fold it: `inferno-collapse-vtune FILE > out.folded`',
    isIt: (head) => begins(head, /^"?Function Stack"?,/m),
  },
  {
    name: 'Xdebug function trace',
    from: 'Xdebug (`xdebug.mode=trace`)',
    remedy: 'profile instead: `xdebug.mode=profile` writes cachegrind.out.*, which is read',
    isIt: (head) => begins(head, /^(?:Version: \d.*\r?\nFile format: \d|TRACE START \[)/),
  },
  {
    name: 'austin in its binary form (MOJO)',
    from: '`austin -b`',
    remedy: 'convert it: `mojo2austin FILE out.austin` (austin-python)',
    isIt: (head) => magic(head, 'MOJ') && (head.bytes[3] ?? 32) < 32,
  },
  {
    name: 'rbspy raw recording',
    from: '`rbspy record` (raw.gz)',
    remedy: 'convert it: `rbspy report -i FILE -f collapsed -o out.folded`',
    isIt: (head) => /^rbspy\d\d\n/.test(head.text),
  },
  {
    name: 'flame graph page made for reading',
    from: 'memray, py-spy, cargo-flamegraph or a dashboard (HTML)',
    remedy: 'give what it was made of: folded stacks, the recording, or the SVG',
    isIt: (head) => begins(head, /^\uFEFF?\s*(?:<!doctype html|<html)/i) && !/\/async-profiler/.test(head.text),
  },
  {
    name: 'a drawing (SVG) that is no flame graph',
    from: '`go tool pprof -svg`, graphviz, a dashboard',
    remedy: 'give the profile that it was drawn from',
    isIt: (head) => begins(head, /^\uFEFF?\s*(?:<\?xml|<!DOCTYPE svg|<svg)/) && /<svg\b/.test(head.text) && !flameGraphMark.test(head.text),
  },
  {
    name: 'a picture',
    from: 'a screenshot',
    remedy: 'pixels tell no numbers: ask for the SVG or the file it was made of',
    isIt: (head) =>
      magic(head, '\u0089PNG') ||
      magic(head, '\u00ff\u00d8\u00ff') ||
      magic(head, 'GIF8') ||
      (magic(head, 'RIFF') && head.text.slice(8, 12) === 'WEBP') ||
      magic(head, '%PDF'),
  },
  {
    name: 'archive (zip, tar, zstd, xz, bzip2)',
    from: 'a tool that packs',
    remedy: 'unpack it and give the profile inside',
    isIt: (head) =>
      magic(head, 'PK\u0003\u0004') ||
      magic(head, '\u0028\u00b5\u002f\u00fd') ||
      magic(head, '\u00fd7zXZ') ||
      (magic(head, 'BZh') && head.bytes[4] === 0x31 && head.bytes[5] === 0x41) ||
      String.fromCharCode(...head.bytes.subarray(257, 262)) === 'ustar',
  },
  {
    name: 'SQLite database',
    from: 'rocprof, Nsight Systems, heaptrack exports',
    remedy: 'export folded stacks or a Chrome trace from the tool that made it',
    isIt: (head) => magic(head, 'SQLite format 3\u0000'),
  },
  {
    name: 'program or core dump (ELF)',
    from: 'a build, the kernel',
    remedy: 'profile the running program: `perf record -g -p PID`',
    isIt: (head) => magic(head, '\u007fELF'),
  },
  {
    name: 'Lighthouse report',
    from: 'Lighthouse',
    remedy: 'save the trace (`--save-assets`) and give its trace.json',
    isIt: (head) => keys(head, 'lighthouseVersion'),
  },
  {
    name: 'HAR recording of network requests',
    from: 'browsers',
    remedy: 'it has no stacks: record a performance profile',
    isIt: (head) => keys(head, 'log.entries') || keys(head, 'log.creator'),
  },
  {
    name: 'k6 result',
    from: '`k6 run --summary-export`, `--out json`',
    remedy: 'read it with `analyze load`',
    isIt: (head) =>
      keys(head, 'metrics.http_reqs') ||
      keys(head, 'metrics.iterations') ||
      (keys(head, 'metric', 'data.name') && !keys(head, 'traceEvents')),
  },
  {
    name: 'query plan',
    from: '`EXPLAIN (FORMAT JSON)`',
    remedy: 'read it with `analyze plan`',
    isIt: (head) =>
      keys(head, '[].Plan') ||
      keys(head, 'query_block') ||
      begins(head, /^[ \t]*(?:Seq Scan|Index (?:Only )?Scan|Hash Join|Nested Loop|Sort|Aggregate|Limit|Gather)\b.*\(cost=/m),
  },
  ...foreignReports,
  ...foreignRuntimes,
  ...foreignSystems,
  ...foreignPrints,
];

/** gperftools: machine words 0, 3, 0, period, 0. */
function isLegacyCpu(bytes: Uint8Array): boolean {
  const word = (index: number): number => (bytes[index * 8] ?? 1) + 256 * (bytes[index * 8 + 1] ?? 1);
  if (bytes.length > 40 && word(0) === 0 && word(1) === 3 && word(2) === 0 && bytes.subarray(9, 16).every((byte) => byte === 0))
    return true;
  // Words of 32 bits, and of Java, whose version is 1.
  return bytes.length > 40 && [0, 0, 0, 0, 3, 0, 0, 0].every((byte, at) => bytes[at] === byte) && isSmallVersion(bytes);
}

function isSmallVersion(bytes: Uint8Array): boolean {
  return (bytes[8] ?? 9) <= 2 && bytes.subarray(9, 12).every((byte) => byte === 0) && bytes.subarray(16, 20).every((byte) => byte === 0);
}

/** Packets (field 1) of a trace, with a clock (8) or a sequence id (10) first inside; a profile begins with two small numbers. */
function isPerfetto(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x0a) return false;
  const inner = (bytes[1] ?? 0) >= 0x80 ? bytes[3] : bytes[2];
  return inner === 0x50 || inner === 0x40;
}

/** Says what the file is and what to do, or nothing when no foreign file is recognised. */
export function describeForeign(head: ProfileHead): string | null {
  const found = foreignFiles.find((file) => file.isIt(head));
  return found === undefined ? null : `expected a profile, got ${found.name}, as written by ${found.from}. What to do: ${found.remedy}.`;
}
