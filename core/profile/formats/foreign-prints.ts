// Tables and dumps that tools print for people, as they are pasted: often without the first lines by which the file of the tool is known.
import { begins, keys, type ForeignFile } from './foreign-file.js';

const perfScript = '`perf script --no-inline -F comm,pid,tid,time,period,event,ip,sym,dso`';

export const foreignPrints: readonly ForeignFile[] = [
  {
    name: 'table of pprof',
    from: '`go tool pprof` (top, peek), gperftools',
    remedy: 'give the profile itself (`.pb.gz`), or `go tool pprof -proto FILE > out.pb.gz`',
    isIt: (head) =>
      begins(head, /^ +flat +flat% +sum% +cum +cum%/m) ||
      begins(head, /^\d[\d.]*[a-zA-Z]{0,5} of \d[\d.]*[a-zA-Z]{0,5} total \([ \d.]+%\)\r?\n/m) ||
      begins(head, /^Total: \d+ samples\r?\n +\d+ +[\d.]+% +[\d.]+%/m),
  },
  {
    name: 'a part of the summary of a V8 log',
    from: '`node --prof-process`',
    remedy: 'give the log itself (isolate-*-v8.log), or `node --prof-process --preprocess -j isolate*.log > v8.json`',
    isIt: (head) =>
      begins(head, /^ *\[(?:JavaScript|Shared libraries|C\+\+|Summary|C\+\+ entry points)\]:\r?\n +ticks +(?:total|cpp)/m) ||
      begins(head, /^ *\[Bottom up \(heavy\) profile\]:\r?\n/m),
  },
  {
    name: 'table of `perf report` or `perf top`',
    from: '`perf` as it prints for people',
    remedy: `give the recording (perf.data) or ${perfScript}`,
    isIt: (head) => begins(head, /^#? *(?:Overhead|Children +Self)[ ;].*\bSymbol\b/m) || begins(head, /^ +PerfTop: +\d+ irqs\/sec/m),
  },
  {
    name: 'table of cProfile',
    from: '`pstats`, `print_callers()`, `print_callees()`',
    remedy: 'write the file: `python -m cProfile -o out.prof SCRIPT`',
    isIt: (head) =>
      begins(head, /^ +ncalls +tottime +percall +cumtime +percall +filename:lineno\(function\)/m) ||
      begins(head, /^Function +(?:was called by|called)\.\.\.\r?\n/m),
  },
  {
    name: "table of Python's sampling profiler",
    from: '`python -m profiling.sampling` of Python 3.15',
    remedy: 'fold it: `python -m profiling.sampling run --collapsed -o out.folded SCRIPT`',
    isIt: (head) => begins(head, /^ +nsamples +sample% +tottime/m),
  },
  {
    name: 'tree of pyinstrument',
    from: '`pyinstrument` (text)',
    remedy: 'write `pyinstrument -r speedscope -o out.json` or `-r json`, or `pyinstrument --load-prev ID -r json`',
    isIt: (head) => begins(head, /^ *\d+\.\d{3} \S.*\r?\n(?: *│)* *[├└]─ \d+\.\d{3} \S/m),
  },
  {
    name: 'table of Scalene',
    from: '`scalene` (text or HTML)',
    remedy: 'write JSON: `scalene run -o x.json SCRIPT`, or `scalene --json --outfile x.json SCRIPT`',
    isIt: (head) => begins(head, /: % of time = +[\d.]+% \(.{1,40}\) out of /),
  },
  {
    name: 'table of `py-spy top`',
    from: '`py-spy top`',
    remedy: 'record instead: `py-spy record -d 10 -f raw -o out.folded --pid PID`',
    isIt: (head) => begins(head, /^ +%Own +%Total +OwnTime +TotalTime +Function/m),
  },
  {
    name: 'table of rbspy',
    from: '`rbspy record` as it runs',
    remedy: 'write stacks: `rbspy record -f collapsed --file out.folded`, or `rbspy report -i raw.gz -f collapsed -o out.folded`',
    isIt: (head) => begins(head, /^% self +% total +name\r?\n/m) || begins(head, /^ *self +\| tot +\| method\r?\n/m),
  },
  {
    name: 'report of StackProf on one method',
    from: '`stackprof FILE --method`',
    remedy: 'give the dump itself, or `stackprof --json FILE > out.json`',
    isIt: (head) => begins(head, /^.{1,300}\r?\n +samples: +\d+ self \([\d.]+%\) +\/ +\d+ total/),
  },
  {
    name: 'table of `jfr view`',
    from: '`jfr view`, `jcmd PID JFR.view`',
    remedy: 'give the recording (.jfr) itself, or `jfr print --json --stack-depth 64 x.jfr`',
    isIt: (head) => begins(head, /^ {3,}[A-Z][\w ,()-]{5,80}\r?\n\s*\n(?:\S.*\r?\n){1,3}-{6,}(?: -{3,})+\r?\n/m),
  },
  {
    name: 'a part of a thread dump of a JVM',
    from: '`jstack`, `jcmd PID Thread.print`',
    remedy: 'it is one instant of one process: sample it with `asprof -e wall -o collapsed -d 30 PID`',
    isIt: (head) => begins(head, /^"[^"\n]{1,200}" (?:#\d+ )?(?:\[\d+\] )?(?:daemon )?(?:prio=\d+ )?.{0,200}\b(?:nid|tid)=0x?[\da-f]+/),
  },
  {
    name: 'table of hprof',
    from: 'HPROF of JDK 8 and older (`-agentlib:hprof=cpu=samples`)',
    remedy: 'give the whole report and fold it: `stackcollapse-hprof FILE > out.folded` (hprof2flamegraph)',
    isIt: (head) => begins(head, /^CPU (?:SAMPLES|TIME \(ms\)) BEGIN \(total = /m),
  },
  {
    name: 'flat table of gprof',
    from: '`gprof PROGRAM gmon.out`',
    remedy: 'it has no stacks and no count of samples: `perf record -g PROGRAM` and `perf script`',
    isIt: (head) => begins(head, /^ +% +cumulative +self +self +total\b/m),
  },
  {
    name: 'report of callgrind_annotate, cg_annotate or ms_print',
    from: 'Valgrind',
    remedy: 'give what it was made of: callgrind.out.PID or cachegrind.out.PID are read',
    isIt: (head) =>
      begins(head, /^(?:Profile data file '|Data file: +cachegrind\.out|Invocation: +\S*cg_annotate|ms_print arguments: )/m) ||
      begins(head, /^[\d,. ()%]{1,400}PROGRAM TOTALS\r?$/m),
  },
  {
    name: 'log of Valgrind',
    from: '`valgrind` on its standard error',
    remedy: 'give the file that it wrote: callgrind.out.PID or cachegrind.out.PID',
    isIt: (head) => begins(head, /^==\d+== (?:Memcheck|Helgrind|DRD|Massif|DHAT|Callgrind|Cachegrind|Using Valgrind)/),
  },
  {
    name: 'traceback of a crash',
    from: 'Python, Rust, Node',
    remedy: 'it is one stack: sample the running program, for example with `py-spy record`, `perf record -g` or `node --cpu-prof`',
    isIt: (head) =>
      begins(
        head,
        /^(?:Fatal Python error: |(?:Current t|T)hread 0x[\da-f]+ .*\(most recent call first\)|Traceback \(most recent call last\))/,
      ) || begins(head, /^thread '[^'\n]*' (?:\(\d+\) )?panicked at /),
  },
  {
    name: "list of Go's goroutines or its race detector",
    from: 'Delve (`goroutines`), `go test -race`',
    remedy: 'fetch the stacks: `curl …/debug/pprof/goroutine?debug=2`, or `kill -QUIT PID`',
    isIt: (head) =>
      begins(head, /^[* ] Goroutine \d+ - \w+: /m) ||
      (begins(head, /^(?:=+\r?\n)?WARNING: DATA RACE\r?\n/) && !/^goroutine \d+ \[/m.test(head.text)),
  },
  {
    name: 'list of the top functions of .NET',
    from: '`dotnet-trace report FILE topN`',
    remedy: 'convert the trace: `dotnet-trace convert --format Speedscope FILE`',
    isIt: (head) => begins(head, /^Top \d+ Functions \((?:Ex|In)clusive\)/),
  },
  {
    name: 'profile of SPX',
    from: 'SPX of PHP',
    remedy: 'profile with Excimer or phpspy (folded stacks), or Xdebug (`xdebug.mode=profile`)',
    isIt: (head) => begins(head, /^\*\*\* SPX Report \*\*\*/m) || keys(head, 'exec_ts', 'recorded_call_count'),
  },
  {
    name: 'perf data as JSON',
    from: '`perf data convert --to-json`',
    remedy: `it tells no weights: give the recording (perf.data) or ${perfScript}`,
    isIt: (head) => keys(head, 'linux-perf-json-version'),
  },
  {
    name: 'text of simpleperf',
    from: 'Android, `simpleperf dump`, `simpleperf report-sample`',
    remedy: 'fold the recording: `stackcollapse.py -i perf.data > out.folded` (in the NDK beside simpleperf)',
    isIt: (head) => begins(head, /^(?:sample:\r?\n +event_type: |record [\w ]+: type \d+, misc )/m),
  },
  {
    name: 'austin in its full mode',
    from: '`austin -f`',
    remedy: 'its lines hold three numbers: run it without `-f` (`austin -o out.austin …`, `-m` for memory)',
    isIt: (head) => begins(head, /^P\d+;.*[;:]\d+ \d+,[01],-?\d+\r?$/m),
  },
  {
    name: 'bpftrace output without stacks',
    from: '`bpftrace` (histograms)',
    remedy: "count stacks: `bpftrace -e 'profile:hz:99 { @[kstack, ustack] = count(); }'`",
    isIt: (head) => begins(head, /^@\w*(?:\[[^\]\n]*\])?: *\r?\n(?:\[[\d, KMG]+[)\]]|\(\.\.\., 0\)) +\d+ \|/m),
  },
  {
    name: 'bpftrace output as JSON',
    from: '`bpftrace -f json`',
    remedy: 'print it as text: leave out `-f json`',
    isIt: (head) => begins(head, /^\{"type": ?"attached_probes"/),
  },
  {
    name: 'table of a profiler of GPUs',
    from: 'nsys, nvprof, rocprof',
    remedy: 'it tells calls of the GPU, not where the program waits for them: `perf record -g` and `perf script`, or export a Chrome trace',
    isIt: (head) =>
      begins(head, /^==\d+== NVPROF is profiling/) ||
      begins(head, /^ *Time ?\(%\) +Total Time(?: \(ns\))? +(?:Num Calls|Instances) /m) ||
      begins(head, /^"Name","Calls","TotalDurationNs"/),
  },
  {
    name: 'report of heaptrack',
    from: '`heaptrack_print` (text)',
    remedy: 'fold it: `heaptrack_print CAPTURE -F out.folded`',
    isIt: (head) => begins(head, /^(?:MOST CALLS TO ALLOCATION FUNCTIONS|PEAK MEMORY CONSUMERS)\r?\n/m),
  },
  {
    name: 'profile of the Gecko Profiler of old',
    from: 'Firefox before 2016 (Cleopatra)',
    remedy: 'load it in profiler.firefox.com and save it from there',
    isIt: (head) => keys(head, 'profileJSON') || begins(head, /^\s*\{\s*"format"\s*:\s*"profileJSONWithSymbolicationTable/),
  },
];
