// What profilers and debuggers print for people, and recordings of rarer tools: known by their first lines, and refused with what to give instead.
import { begins, keys, type ForeignFile } from './foreign-file.js';

export const foreignReports: readonly ForeignFile[] = [
  {
    name: 'pprof in its legacy text form',
    from: 'gperftools, `/debug/pprof/…?debug=1`, older Java and C++ servers',
    remedy: 'convert it: `go tool pprof -proto FILE > out.pb.gz`',
    isIt: (head) =>
      begins(head, /^(?:heap profile: +\d+: +\d+ \[ *\d+: +\d+\] @ |--- (?:contentionz|heapz|growthz|threadz|cpuz|mutexz)? ?\d+ ---\r?\n)/),
  },
  {
    name: 'output of `pprof -raw`, `-traces`, `-tags` or `-dot`',
    from: '`go tool pprof`',
    remedy: 'give the profile itself (`.pb.gz`), or `go tool pprof -proto FILE > out.pb.gz`',
    isIt: (head) =>
      begins(head, /^(?:Comment: .*\r?\n)*PeriodType: \w+ \w+\r?\nPeriod: \d+\r?\n(?:.*\r?\n){0,3}?Samples:\r?\n/) ||
      begins(head, /^(?:[A-Z][\w ]*: .*\r?\n)+-{5,}\+-{5,}\r?\n/) ||
      begins(head, /^ ?[\w.-]+: Total \S+(?: of \S+ \(|\r?\n)/) ||
      begins(head, /^digraph [^\n]*\{\r?\n[\s\S]{0,400}?Showing nodes accounting for /),
  },
  {
    name: 'text of `perf script` without process ids or names',
    from: '`perf script -F ip,sym` and the like',
    remedy: 'print them too: `perf script --no-inline -F comm,pid,tid,time,period,event,ip,sym,dso`',
    isIt: (head) => begins(head, /^\s{0,4}(?:(?![^\n]*\s\d)[^\n]{1,80}\n)?\t +[\da-f]{3,16}(?: [^\n]{0,400})?\n\s*\n/),
  },
  {
    name: 'NYTProf recording',
    from: '`perl -d:NYTProf`',
    remedy: 'fold it: `nytprofcalls nytprof.out > out.folded`, or `nytprofcg` for callgrind',
    isIt: (head) => begins(head, /^NYTProf \d+ \d+\n/),
  },
  {
    name: 'yappi statistics (ystat)',
    from: '`yappi -f ystat`, `YFuncStats.save(type="ystat")`',
    remedy: 'save them as `pstat` or `callgrind`: `yappi -f pstat -o out.pstat SCRIPT`',
    isIt: (head) => head.bytes[0] === 0x80 && begins(head, /^[^\n]{1,20}yappi\nYFuncStats\n/),
  },
  {
    name: 'line_profiler statistics',
    from: '`kernprof` (.lprof or its text)',
    remedy: 'profile functions instead: `python -m cProfile -o out.prof SCRIPT`, or `py-spy record -f raw`',
    isIt: (head) =>
      begins(head, /^Timer unit: [\d.e+-]+ s\r?\n/m) ||
      (head.bytes[0] === 0x80 && begins(head, /^[\s\S]{1,60}line_profiler\S{0,60}\W{1,20}LineStats/)),
  },
  {
    name: 'converted memray allocations',
    from: '`memray transform csv` or `gprof2dot`',
    remedy: 'give the statistics of the capture: `memray stats --json -o stats.json CAPTURE`',
    isIt: (head) =>
      begins(head, /^allocator,num_allocations,size,tid,thread_name,stack_trace\r?\n/) ||
      keys(head, 'version', 'costs', 'costs[].description', 'events[].callchain'),
  },
  {
    name: 'import times of Python',
    from: '`python -X importtime`',
    remedy: 'for where time goes, `py-spy record -f raw -o out.folded -- python SCRIPT`',
    isIt: (head) => begins(head, /^(?:.*\r?\n){0,3}?import time: self \[us\] \| cumulative \| imported package/),
  },
  {
    name: 'stack dump of py-spy',
    from: '`py-spy dump`',
    remedy: 'sample instead: `py-spy record -d 10 -f raw -o out.folded --pid PID`',
    isIt: (head) => begins(head, /^Process \d+: .*\r?\nPython v\d[\s\S]{0,200}?^Thread \S+ \(\w+/m),
  },
  {
    name: 'stack dump of a debugger',
    from: 'gdb (`thread apply all bt`), pstack, eu-stack, lldb',
    remedy: 'one dump is one sample: use `perf record -g`, or fold many of them with `stackcollapse-gdb.pl` or `stackcollapse-elfutils.pl`',
    isIt: (head) =>
      begins(
        head,
        /^(?:.*\r?\n){0,30}?(?:Thread \d+ \(.*\):?|PID \d+ - .*\r?\nTID \d+:|\* thread #\d.*)\r?\n *(?:frame )?#\d+:? +0x[0-9a-f]+/,
      ),
  },
  {
    name: 'diagnostic report of Node',
    from: '`node --report-on-signal` and its like',
    remedy: 'it holds one stack; capture a profile: `node --cpu-prof`, or the inspector',
    isIt: (head) => keys(head, 'header.nodejsVersion', 'javascriptStack'),
  },
  {
    name: 'report of StackProf',
    from: '`stackprof FILE --text`',
    remedy: 'give the dump itself, or `stackprof --json FILE > out.json`',
    isIt: (head) => begins(head, /^=+\r?\n +Mode: \w+\(\d*\)\r?\n +Samples: \d+/),
  },
  {
    name: 'report of ruby-prof',
    from: 'ruby-prof (flat or graph text)',
    remedy: 'write it with `RubyProf::CallTreePrinter` (callgrind), or use `stackprof` or `rbspy record -f collapsed`',
    isIt: (head) => begins(head, /^Measure Mode: \w+\r?\nThread ID: \d+/),
  },
  {
    name: 'Rprof output',
    from: 'R (`Rprof()`)',
    remedy: 'convert it: `proftools::writeCallgrindFile(proftools::readProfileData("Rprof.out"), file = "out.callgrind")`',
    isIt: (head) => begins(head, /^(?:memory profiling: |GC profiling: |line profiling: )*sample\.interval=\d+\r?\n/),
  },
  {
    name: 'call graph of pmcstat',
    from: 'FreeBSD, `pmcstat -G`',
    remedy: 'fold it: `stackcollapse-pmc.pl FILE > out.folded`',
    isIt: (head) => begins(head, /^@ \S+ \[\d+ samples\]\r?\n/m),
  },
  {
    name: 'call tree of Visual Studio (CSV)',
    from: 'the profiler of Visual Studio',
    remedy: 'fold it: `inferno-collapse-vsprof FILE > out.folded`',
    isIt: (head) => begins(head, /^\uFEFF?"?Level"?,"?Function Name"?,/),
  },
  {
    name: 'summary of system calls',
    from: '`strace -c`',
    remedy: 'it says nothing about functions; use `perf record -g -p PID`, or `perf trace -s` for waits',
    isIt: (head) => begins(head, /^(?:strace: .*\r?\n)*% time +seconds +usecs\/call +calls/),
  },
  {
    name: 'stacks of the BCC tools as they print them',
    from: '`profile`, `offcputime` and their like (bcc)',
    remedy: 'let the tool fold them: `profile -f`, `offcputime -f`',
    isIt: (head) => /^(?: {4}\S.*\r?\n)+ {4}- {8,}\S.* \(\d+\)\r?\n {8,}\d+\s*$/m.test(head.text.slice(0, 20_000)),
  },
];
