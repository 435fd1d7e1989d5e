import { describe, expect, it } from 'vitest';
import { UnreadableInputError } from '../../../../core/model/errors.js';
import { profileOf } from '../profiles.js';

/** As they stand in issues and logs: with a prompt, without their head, or cut. */
const printed: [string, RegExp][] = [
  [
    '➜  ~ go tool pprof -text cpu.pprof\n15.91s of 15.91s total (  100%)\n      flat  flat%   sum%        cum   cum%\n',
    /table of pprof.*-proto/,
  ],
  ['(pprof) top10\nTotal: 2525 samples\n     298  11.8%  11.8%      345  13.7% runtime.mapaccess1_fast64\n', /table of pprof/],
  ['      flat  flat%   sum%        cum   cum%\n     2.59s 11.12% 11.12%      2.78s 11.93%  runtime.mapaccess1\n', /table of pprof/],
  [
    ' [JavaScript]:\n   ticks  total  nonlib   name\n    230   18.6%   62.5%  LazyCompile: *hot /srv/app.js:10:14\n',
    /V8 log.*--preprocess/,
  ],
  [' [Bottom up (heavy) profile]:\n  Note: percentage shows a share of a particular caller\n', /V8 log/],
  [
    "$ sudo perf report\nSamples: 78K of event 'cycles:ppp'\nOverhead  Command  Shared Object  Symbol\n  20.17%  ruby  ruby  [.] vm\n",
    /perf report/,
  ],
  [
    '  Children      Self  Command  Shared Object       Symbol\n+   99.83%     0.00%  java     libpthread.so  [.] start_thread\n',
    /perf report/,
  ],
  [
    '   PerfTop:    3905 irqs/sec  kernel:52.5%  exact: 97.8% [4000Hz cycles],  (all, 8 CPUs)\n-----\n\n    18.12%  [kernel]  [k] spin\n',
    /perf top/,
  ],
  [
    '   ncalls  tottime  percall  cumtime  percall filename:lineno(function)\n      3/1    0.000    0.000    0.012    0.012 {exec}\n',
    /cProfile.*-o out\.prof/,
  ],
  ['   Ordered by: cumulative time\n\nFunction           was called by...\n                       ncalls  tottime  cumtime\n', /cProfile/],
  [
    'Captured 2001 samples in 2.00 seconds\nProfile Stats:\n      nsamples   sample%   tottime (s)    cumul%   cumtime (s)  file\n',
    /sampling profiler.*--collapsed/,
  ],
  ['3.001 <module>  app.py:1\n└─ 2.900 main  app.py:20\n   ├─ 2.500 hot  app.py:10\n   └─ 0.400 [self]\n', /pyinstrument.*-r speedscope/],
  ['             /srv/app.py: % of time = 100.00% (12.03s) out of 12.03s.\n  Line │Time   │\n', /Scalene.*json/],
  [
    'Total Samples 1200\nGIL: 98.00%, Active: 100.00%, Threads: 1\n\n  %Own   %Total  OwnTime  TotalTime  Function (filename)\n 80.00%  80.00%    9.60s     9.60s   hot (app.py)\n',
    /py-spy top.*record/,
  ],
  [
    'Time since start: 140s. Press Ctrl+C to stop.\nSummary of profiling data so far:\n% self  % total  name\n 11.68    11.87  chop - a.rb\n',
    /rbspy.*collapsed/,
  ],
  ['Object#hot (/srv/app.rb:10)\n  samples:   100 self (50.0%)  /    200 total (100.0%)\n', /StackProf.*--json/],
  [
    '\n                        Java Methods that Executes the Most\n\nMethod                      Samples Percent\n--------------------------- ------- -------\njava.util.HashMap.getNode(Object) 142  42.01%\n',
    /jfr view.*jfr print --json/,
  ],
  [
    '"http-1" #31 daemon prio=5 os_prio=0 cpu=1.2ms tid=0x00007f nid=0x1 waiting on condition  [0x00007f]\n   java.lang.Thread.State: WAITING\n',
    /thread dump.*asprof -e wall/,
  ],
  [
    'CPU SAMPLES BEGIN (total = 508) Thu Feb  2 15:17:35 2012\nrank   self  accum   count trace method\n   1 96.26% 96.26%     489 300052 App.hot\n',
    /hprof.*stackcollapse-hprof/,
  ],
  [
    '  %   cumulative   self              self     total           \n time   seconds   seconds    calls  ms/call  ms/call  name    \n 33.34      0.02     0.02     7208     0.00     0.00  open\n',
    /gprof.*perf record/,
  ],
  [
    "--------------\nProfile data file 'callgrind.out.30721' (creator: callgrind-3.13.0)\n--------------\n",
    /callgrind_annotate.*callgrind\.out/,
  ],
  ['--------------\nCommand:            ./app\nMassif arguments:   (none)\nms_print arguments: massif.out.12797\n', /ms_print/],
  ['==12345== Memcheck, a memory error detector\n==12345== Command: ./app\n', /log of Valgrind/],
  [
    'Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f1 (most recent call first):\n  File "/srv/app.py", line 10 in hot\n',
    /traceback.*py-spy record/,
  ],
  ["thread 'main' panicked at src/main.rs:4:5:\nboom\nstack backtrace:\n   0: rust_begin_unwind\n", /traceback/],
  ['(dlv) goroutines\n* Goroutine 1 - User: ./main.go:12 main.main (0x4b2a18) (thread 12345)\n[1 goroutines]\n', /goroutines.*debug=2/],
  ['==================\nWARNING: DATA RACE\nRead at 0x00c00011c010 by goroutine 7:\n  main.main.func1()\n', /race detector/],
  ['Top 10 Functions (Exclusive)              Inclusive           Exclusive\n1. App.Cart.Total()   50.1%   48.2%\n', /\.NET.*Speedscope/],
  ['*** SPX Report ***\n\nGlobal stats:\n\n  Called functions    :    27.5K\n', /SPX.*Excimer/],
  ['{"linux-perf-json-version":1,"headers":{},"samples":[{"timestamp":1,"pid":3,"callchain":[]}]}', /--to-json.*perf script/],
  ['sample:\n  event_type: cpu-cycles\n  time: 72317891\n', /simpleperf.*stackcollapse\.py/],
  ['# austin: 3.4.1\n# mode: full\n\nP1234;T0:0;app.py:<module>:20;app.py:hot:3 30000,0,1024\n', /austin.*full.*without `-f`/],
  ['Attaching 1 probe...\n@usecs: \n[1]                  10 |@@@@      |\n[2, 4)              100 |@@@@@@@@@@|\n', /bpftrace.*ustack/],
  ['{"format":"profileJSONWithSymbolicationTable,1","meta":{"interval":1},"profileJSON":[{"frames":[2180,0]}]}', /profiler\.firefox\.com/],
  ['{"_id":{"$oid":"5"},"meta":{"url":"/"},"profile":{"main()==>hot":{"ct":100,"wt":90000},"main()":{"ct":1,"wt":100000}}}', /XHProf/],
  ['{"type": "attached_probes", "data": {"probes": 1}}\n{"type": "map", "data": {"@": {"hot+20": 75}}}\n', /leave out `-f json`/],
  ['==123== NVPROF is profiling process 123, command: ./app\n==123== Profiling result:\n', /GPUs/],
  [' Time (%)  Total Time (ns)  Num Calls   Avg (ns)   Med (ns)\n --------  ---------------  ---------  ----------  ---------\n', /GPUs/],
  ['"Name","Calls","TotalDurationNs","AverageNs","Percentage"\n"hot.kd",100,750000,7500,75.0\n', /GPUs/],
  ['MOST CALLS TO ALLOCATION FUNCTIONS\n1000 calls to allocation functions with 0B peak consumption from\n', /heaptrack_print.*-F/],
  ['Wrote profile results to app.py.lprof\nTimer unit: 1e-06 s\n\nTotal time: 1.5 s\n', /line_profiler/],
  ['# Overhead;Samples;Shared Object;Symbol\n50.00%;5;fsim;[.] fsim::run()\n20.00%;2;fsim;[.] 0x12\n', /perf report/],
  ['{"n":"root","l":"","v":400,"c":[{"n":"hot","l":"","v":300,"c":[]}]}', /d3-flame-graph/],
];

describe('tables and dumps without their heads', () => {
  it.each(printed)('refuses %j by its name', async (text, message) => {
    const error: unknown = await profileOf(text).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnreadableInputError);
    expect(String(error)).toMatch(message);
  });

  it('leaves a goroutine dump to its reader, whatever stands before it', async () => {
    const dump = 'goroutine 7 [chan receive]:\nmain.wait()\n\t/src/main.go:9 +0x1\nmain.main()\n\t/src/main.go:3 +0x1\n';
    expect((await profileOf(`==================\nWARNING: DATA RACE\nRead at 0x00c0\n\npanic: boom\n\n${dump}`)).total).toBe(1);
  });
});
