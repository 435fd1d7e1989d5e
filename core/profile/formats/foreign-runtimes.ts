// What the profilers of languages and their runtimes write that is not read: known by its first lines, and refused with what to give instead.
import { begins, keys, magic, type ForeignFile } from './foreign-file.js';

export const foreignRuntimes: readonly ForeignFile[] = [
  {
    name: 'summary of a V8 log',
    from: '`node --prof-process`',
    remedy: 'give the log itself (isolate-*-v8.log), or `node --prof-process --preprocess -j isolate*.log > v8.json`',
    isIt: (head) => begins(head, /^[ \t]*Statistical profiling result from \S+/m),
  },
  {
    name: 'recording of React DevTools',
    from: 'the Profiler of React DevTools',
    remedy: 'it tells renders of components, not functions: record in the Performance panel and use Save profile',
    isIt: (head) => keys(head, 'dataForRoots') || keys(head, 'profilingData.dataForRoots'),
  },
  {
    name: 'timeline of Safari',
    from: "Safari's Web Inspector (Timelines, Export)",
    remedy: 'convert it: open it in speedscope.app and export it there',
    isIt: (head) => keys(head, 'recording.sampleStackTraces') || keys(head, 'recording.instrumentTypes'),
  },
  {
    name: 'hprof report (text)',
    from: 'HPROF of JDK 8 and older (`-agentlib:hprof=cpu=samples`)',
    remedy: 'fold it: `stackcollapse-hprof FILE > out.folded` (hprof2flamegraph); today `asprof -d 30 -o collapsed PID`',
    isIt: (head) => begins(head, /^JAVA PROFILE 1\.[\d.]+, created /),
  },
  {
    name: '`jfr print` or `jfr summary` as text',
    from: '`jfr`',
    remedy: 'give the recording (.jfr) itself, or `jfr print --json --stack-depth 64 x.jfr`',
    isIt: (head) => begins(head, /^\s*jdk\.\w+ \{\r?\n/) || begins(head, /^\s*Version: \d+\.\d+\r?\n Chunks: \d+\r?\n/),
  },
  {
    name: 'log of a garbage collector',
    from: 'a JVM with `-Xlog:gc`',
    remedy: 'it tells pauses, not who causes them: `asprof -e alloc -o collapsed -d 30 PID`',
    isIt: (head) => begins(head, /^(?:\[[^\]\n]{1,40}\]){2,4}\[(?:gc|safepoint)[,\]\s\w]*/),
  },
  {
    name: 'stack dump of .NET',
    from: '`dotnet-stack report`',
    remedy: 'it is one instant: `dotnet-trace collect --format Speedscope -p PID` samples',
    isIt: (head) => begins(head, /^\s*Thread \(0x[\dA-F]+\):\r?\n\s+(?:\[Native Frames\]|\S+!)/),
  },
  {
    name: 'call tree of PerfView (XML)',
    from: 'PerfView (Save View)',
    remedy: 'in PerfView, File, Save View As, Speedscope',
    isIt: (head) => begins(head, /^\uFEFF?\s*(?:<\?xml[^>]*>\s*)?<StackWindow>/),
  },
  {
    name: 'statistics of yappi (text)',
    from: '`yappi`, `print_all()`',
    remedy: 'save them: `yappi -f pstat -o out.pstat SCRIPT`',
    isIt: (head) => begins(head, /^\s*Clock type: (?:CPU|WALL)\r?\n\s*Ordered by: /i),
  },
  {
    name: 'memory over time of Python',
    from: 'memory_profiler (`@profile`, `mprof`)',
    remedy: 'for who allocates, `memray run -o x.bin SCRIPT` and `memray stats --json -o stats.json x.bin`',
    isIt: (head) =>
      begins(head, /^(?:Filename: .*\r?\n\s*)?Line # +Mem usage +Increment/m) || begins(head, /^CMDLINE .*\r?\n(?:MEM|FUNC) [\d.]+ /),
  },
  {
    name: 'table of the PyTorch profiler',
    from: '`prof.key_averages().table()`',
    remedy: 'export the trace: `prof.export_chrome_trace("trace.json")`, or `prof.export_stacks("out.folded")`',
    isIt: (head) => begins(head, /^-{3,}(?: +-{3,})+ *\r?\n +Name +(?:Self CPU|CPU total)/m),
  },
  {
    name: 'summary of rbspy',
    from: '`rbspy report -f summary`',
    remedy: 'print stacks: `rbspy report -i raw.gz -f collapsed -o out.folded`',
    isIt: (head) => begins(head, /^% self +% total +name\r?\n/),
  },
  {
    name: 'XHProf or Tideways run',
    from: 'XHProf of PHP, XHGui',
    remedy: 'profile with Excimer or phpspy (folded stacks), or Xdebug (`xdebug.mode=profile`)',
    isIt: (head) =>
      begins(head, /^\s*\{[\s\S]{0,2000}?"(?:main\(\)|[^"\n]{1,200}==>[^"\n]{1,200})"\s*[,:]\s*\{\s*"(?:ct|wt)"/) ||
      begins(head, /^a:\d+:\{s:\d+:"[^"\n]*==>[^"\n]*";a:\d+:\{s:2:"(?:ct|wt)"/),
  },
  {
    name: 'picture of flameprof',
    from: 'flameprof of Python',
    remedy: 'give the statistics (.prof) themselves, or `flameprof --format=log x.prof > out.folded`',
    isIt: (head) => begins(head, /<title>[^<\n]* \d+\.\d\d% \(\d+ \d+ [\d.e+-]+ [\d.e+-]+\)<\/title>/),
  },
  {
    name: 'trace of phpspy',
    from: '`phpspy` as it prints samples',
    remedy: 'fold it: `stackcollapse-phpspy.pl FILE > out.folded` (beside phpspy)',
    isIt: (head) => begins(head, /^0 \S+ (?:<internal>|\S+):-?\d+\r?\n(?:1 \S+ \S+:-?\d+\r?\n|# |\r?\n)/),
  },
  {
    name: 'profile of Blackfire',
    from: "Blackfire's probe",
    remedy: 'profile with Excimer or phpspy (folded stacks), or Xdebug (`xdebug.mode=profile`)',
    isIt: (head) => begins(head, /^file-format: BlackfireProbe/),
  },
  {
    name: 'profile of Devel::DProf',
    from: '`perl -d:DProf` (tmon.out)',
    remedy: 'profile with Devel::NYTProf and fold it: `nytprofcalls nytprof.out > out.folded`',
    isIt: (head) => magic(head, '#fOrTyTwO'),
  },
  {
    name: "profile of Erlang's fprof",
    from: '`fprof:analyse`, `mix profile.fprof`',
    remedy: 'convert it: `erlgrind fprof.analysis out.callgrind`, or capture stacks with eflambe (`{output_format, brendan_gregg}`)',
    isIt: (head) => begins(head, /^%+ +Analysis results:\s*\n\{ +analysis_options,/m),
  },
  {
    name: "table of Erlang's eprof, cprof or mix",
    from: '`eprof:analyze`, `mix profile.eprof`, `mix profile.cprof`',
    remedy: 'capture stacks with eflambe: `eflambe:capture({M, F, A}, 1, [{output_format, brendan_gregg}])`',
    isIt: (head) =>
      begins(head, /^\s*\*{6} Process <[\d.]+> +-- +[\d.]+ % of profiled time/) ||
      begins(head, /^(?:.*\r?\n){0,3}?Profile results of #PID</),
  },
  {
    name: "print of Julia's profiler",
    from: '`Profile.print()`',
    remedy: 'write it with PProf.jl: `using PProf; pprof(out="out.pb.gz", web=false)`',
    isIt: (head) => begins(head, /^\s*Overhead ╎ /) || begins(head, /^\s*Count +(?:Overhead +)?File +Line +Function/),
  },
  {
    name: 'GHC profile (JSON)',
    from: 'Haskell, `+RTS -pj`',
    remedy: 'open it in speedscope.app and export it there, or run with `-p` and `inferno-collapse-ghcprof FILE.prof > out.folded`',
    isIt: (head) => keys(head, 'cost_centres', 'rts_arguments') || begins(head, /^\s*\{\s*"program"\s*:.*"rts_arguments"\s*:/),
  },
  {
    name: 'GHC event log',
    from: 'Haskell, `+RTS -l`',
    remedy: 'convert it: `hs-speedscope FILE` (run with `+RTS -p -l-au`)',
    isIt: (head) => magic(head, 'hdrbhetb'),
  },
  {
    name: 'profile of OCaml Landmarks',
    from: 'landmarks (text or JSON)',
    remedy: 'it tells marked functions only: `perf record -g` and `perf script` sample all of them',
    isIt: (head) => begins(head, /^Call graph:\r?\n-+\r?\n\[ +[\d.]+ /) || keys(head, 'nodes[].landmark_id'),
  },
  {
    name: "report of SBCL's profiler",
    from: '`sb-sprof:report`',
    remedy: 'sample from outside: `perf record -g` and `perf script`',
    isIt: (head) => begins(head, /^ +Self +Total +Cumul\r?\n +Nr +Count +% /m),
  },
  {
    name: 'profile of DMD (trace.log)',
    from: 'the D compiler, `dmd -profile`',
    remedy: 'sample instead: `perf record -g` and `perf script`',
    isIt: (head) => begins(head, /^-{10,}\r?\n(?:\t? +\d+\t +\d+\t|\t)/),
  },
  {
    name: 'stack profile of Papyrus',
    from: 'Creation Kit games',
    remedy: 'convert it: open it in speedscope.app and export it there',
    isIt: (head) => begins(head, /^(?:\uFEFF)?Stack_\d+ log opened/),
  },
];
