import { describe, expect, it } from 'vitest';
import { UnreadableInputError } from '../../../../core/model/errors.js';
import { profileOf } from '../profiles.js';

/** The first lines of what the tools write, shortened; after the documentation and test data of each. */
const known: [string, RegExp][] = [
  ['0 usleep <internal>:-1\n1 Shop\\Kernel::handle /app/src/Kernel.php:33\n2 <main> /app/index.php:3\n\n', /phpspy.*stackcollapse-phpspy/],
  [
    'Weight\tSelf Weight\tSymbol Names\n4.93 s  100.0%\t0 s\t   start\n4.93 s  99.9%\t0 s\t    main\n2.45 s   0.0%\t846.00 ms\t     delta()\n797.00 ms   0.0%\t786.00 ms\t      alpha()\n9.00 ms   0.0%\t9.00 ms\t       leakMemory()\n',
    /copied from Instruments.*speedscope\.app/,
  ],
  [
    'Running Time\tSelf (ms)\t\tSymbol Name\n5112.0ms  100.0%\t0.0\t \tsimple (62921)\n5111.0ms   99.9%\t0.0\t \t Main Thread  0x1a2b3c\n5105.0ms   99.8%\t0.0\t \t  start\n5105.0ms   99.8%\t12.0\t \t   main\n',
    /copied from Instruments/,
  ],
  [
    'Stack_3185 log opened (PC)\n50002:START:3185\n50018:PUSH:3185:3: (00018A56):Form..GetFormID\n50018:POP:3185:3: (00018A56):Form..GetFormID\nLog closed\n',
    /Papyrus/,
  ],
  [
    '{"version":1,"recording":{"displayName":"x","startTime":4.1,"endTime":6.6,"discontinuities":[],"instrumentTypes":["timeline-record-type-cpu"],"records":[{"type":"timeline-record-type-cpu","timestamp":4.17,"usage":0,"threads":[]}],"markers":[],"memoryPressureEvents":[],"sampleStackTraces":[{"timestamp":4.47,"stackFrames":[{"sourceID":"7","name":"gamma","line":2,"column":10,"url":"file:///a.js","expressionLocation":{"line":34,"column":13}}]}],"sampleDurations":[0.001]}}\n',
    /Safari.*speedscope\.app/,
  ],
  [
    'Flat profile:\n\nEach sample counts as 0.01 seconds.\n  %   cumulative   self              self     total           \n time   seconds   seconds    calls  ms/call  ms/call  name    \n 33.34      0.02     0.02     7208     0.00     0.00  open\n 16.67      0.03     0.01      244     0.04     0.12  offtime\n 16.67      0.04     0.01        8     1.25     1.25  memccpy\n',
    /report of gprof.*perf record -g/,
  ],
  [
    'JAVA PROFILE 1.0.1, created Mon Jun 30 16:02:58 2008\n\nHeader for -agentlib:hprof (or -Xrunhprof) ASCII Output (JDK 5.0 JVMTI based)\n\nTHREAD START (obj=50000156, id = 200001, name="HPROF gc_finish watcher", group="system")\nTRACE 300057:\n\tjava.net.PlainSocketImpl.socketAccept(PlainSocketImpl.java:Unknown line)\n\tjava.net.PlainSocketImpl.accept(PlainSocketImpl.java:384)\nCPU SAMPLES BEGIN (total = 126) Fri Oct 22 12:12:14 2004\nrank   self  accum   count trace method\n   1 53.17% 53.17%      67 300027 java.util.zip.ZipFile.getEntry\n   2 17.46% 70.63%      22 300135 java.util.zip.ZipFile.getNextEntry\nCPU SAMPLES END\n',
    /hprof report.*stackcollapse-hprof/,
  ],
  [
    'CPU: Core 2, speed 2667 MHz (estimated)\nCounted CPU_CLK_UNHALTED events (Clock cycles when not halted) with a unit mask of 0x00 (Unhalted core cycles) count 100000\nsamples  %        image name               app name                 symbol name\n-------------------------------------------------------------------------------\n  64    100.000  libc.so  x11perf malloc\n64       4.1000  libc.so  x11perf malloc [self]\n-------------------------------------------------------------------------------\n',
    /OProfile.*perf record/,
  ],
  [
    '<?xml version="1.0"?>\n<profile>\n  <num_objects>10</num_objects>\n  <size>5</size>\n  <root>1</root>\n  <objects>\n    <object id="0x1"><name>main</name><total>5</total><self>1</self></object>\n  </objects>\n</profile>\n',
    /Sysprof/,
  ],
  [
    'Process Name, Process ID, Module, Function, Stack, Weight, % Weight, TimeStamp\n"a.exe", 1, "ntdll.dll", "foo", "[Root]/main/foo", 10, 1.0, 0.1\n',
    /Windows Performance.*PerfView/,
  ],
  ['Time,Process,Thread,Function\n', /Windows Performance/],
  [
    '------------------\n\t    1\t       0\t   42\t_Dmain\n_Dmain\t1\t42\t10\n\t    1\t       3\tfoo\n\n======== Timer frequency unknown, Times are in Megaticks ========\n\n  Num          Tree        Func        Per\n  Calls        Time        Time        Call\n\n',
    /DMD/,
  ],
  ['Call graph:\n-----------\n[  100.00 Mcycles | 100.00 % ] ROOT\n[   99.00 Mcycles |  99.00 % ] - main\n', /Landmarks/],
  [
    '%% Analysis results:\n{  analysis_options,\n [{callers, true},\n  {sort, acc},\n  {totals, false},\n  {details, true}]}.\n\n%                                               CNT       ACC       OWN        \n[{ totals,                                     10,  100.000,   50.000}].  %%%\n',
    /fprof.*erlgrind/,
  ],
  [
    '\n****** Process <0.89.0>    -- 100.00 % of profiled time *** \nFUNCTION                         CALLS        %   TIME  [uS / CALLS]\n--------                         -----  -------   ----  [----------]\nlists:map/2                          5   100.00    100  [     20.00]\n',
    /eprof.*eflambe/,
  ],
  [
    'Overhead ╎ [+additional indent] Count File:Line  Function\n=========================================================\n   ╎80 @Base/client.jl:498  _start()\n   ╎ 80 @Base/client.jl:318  exec_options(opts::Base.JLOptions)\n 40╎  80 REPL[2]:1  foo\nTotal snapshots: 80. Utilization: 100% across all threads\n',
    /Julia.*PProf/,
  ],
  [
    ' Count  Overhead File                    Line Function\n =====  ======== ====                    ==== ========\n    80         0 @Base/client.jl          498 _start()\n    40        40 REPL[2]                    1 foo\nTotal snapshots: 80\n',
    /Julia.*PProf/,
  ],
  [
    '{"program":"simple","arguments":["simple"],"rts_arguments":["-pj"],"end_time":"Wed","initial_capabilities":0,"total_time":0.5,"total_ticks":50,"tick_interval":1000,"total_alloc":100,"cost_centres":[{"id":1,"label":"main","module":"Main","src_loc":"a.hs:1","is_caf":false}],"profile":{"id":1,"entries":1,"alloc":1,"ticks":50,"children":[]}}\n',
    /GHC profile.*speedscope\.app/,
  ],
  ['{"reactProfiling":1,"dataForRoots":[{"commitData":[]}],"version":5}\n', /React DevTools/],
  ['{"profile":{"main()":{"ct":1,"wt":100},"main()==>foo":{"ct":2,"wt":50}},"meta":{"url":"/"}}\n', /XHProf.*Xdebug/],
  [
    'file-format: BlackfireProbe\ncost-dimensions: wt cpu mu pmu\nrequest-start: 1\n\nmain()//1 10 10 10 10\nmain()==>foo//1 5 5 5 5\n',
    /Blackfire.*Xdebug/,
  ],
  ['{"name":"root","value":10,"children":[{"name":"a","value":7,"children":[]},{"name":"b","value":3}]}\n', /d3-flame-graph.*folded/],
  ['[{"name":"main","value":10,"children":[{"name":"a","value":7,"children":[]},{"name":"b","value":3}]}]\n', /d3-flame-graph/],
  ['10.00%  nginx  libc.so.6  [.] malloc\n 5.00%  nginx  [kernel.kallsyms]  [k] do_syscall_64\n', /perf report.*perf script/],
  [
    '# To display the perf.data header info, please use --header/--header-only options.\n#\n# Samples: 1K of event cycles\n# Event count (approx.): 10\n#\n# Children      Self  Command  Shared Object  Symbol\n# ........\n#\n 10.00%  5.00% a  b  [.] x\n',
    /perf report.*perf script/,
  ],
  ['*version\n3\ndata-file-overflow=false\nclock=dual\nelapsed-time-usec=1\n', /method trace of Android.*stackcollapse\.py/],
  [
    '{"data":[[1,2]],"columns":["time","path"],"column_metadata":[{"is_value":true}],"nodes":[{"label":"main","column":"path"}]}\n',
    /Caliper/,
  ],
  [
    '<?xml version="1.0"?>\n<!DOCTYPE HPCToolkitExperiment []>\n<HPCToolkitExperiment version="2.0"></HPCToolkitExperiment>\n',
    /HPCToolkit/,
  ],
  [
    'Thread (0x48839B):\n  [Native Frames]\n  System.Private.CoreLib!System.Threading.Monitor.Wait(class System.Object)\n',
    /dotnet-stack.*dotnet-trace/,
  ],
  ['#fOrTyTwO\n$hz=100;\n', /DProf/],
  [
    '# tracer: function_graph\n#\n# CPU  DURATION                  FUNCTION CALLS\n# |     |   |                     |   |   |   |\n 0)               |  sys_open() {\n 0)   1.382 us    |    __might_sleep();\n 0)   2.478 us    |  }\n',
    /ftrace/,
  ],
  [
    '# tracer: function\n#\n# entries-in-buffer/entries-written: 140080/250280   #P:4\n#\n#           TASK-PID   CPU#  ||||    TIMESTAMP  FUNCTION\n            bash-1977  [000] .... 17284.993652: sys_close <-system_call_fastpath\n            bash-1977  [000] .... 17284.993653: __close_fd <-sys_close\n',
    /ftrace/,
  ],
  [
    'cpus=2\n          <idle>-0     [001]  9952.368399: sched_switch:         prev_comm=swapper/1 prev_pid=0 ==> next_comm=sshd next_pid=12\n            sshd-12    [001]  9952.368499: sched_switch:         prev_comm=sshd prev_pid=12 ==> next_comm=swapper/1 next_pid=0\n',
    /trace-cmd report/,
  ],
  ['{"context":{"date":"x"},"benchmarks":[{"name":"BM","real_time":1,"cpu_time":1}]}\n', /benchmark/],
  ['{"schema":"hyperfine","results":[{"command":"x","mean":1}]}\n', /benchmark/],
  [
    '[0.005s][info][gc] Using G1\n[0.123s][info][gc] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 24M->4M(256M) 3.210ms\n',
    /garbage collector/,
  ],
  ['{"data":[{"traceID":"x","spans":[],"processes":{}}]}\n', /traces of requests/],
  ['{"resourceSpans":[{"resource":{},"scopeSpans":[]}]}\n', /traces of requests/],
  [
    'jdk.ExecutionSample {\n  startTime = 12:00:01.123 (2026-01-01)\n  sampledThread = "main" (javaThreadId = 1)\n  state = "STATE_RUNNABLE"\n  stackTrace = [\n    App.fib(int) line: 5\n    App.main(String[]) line: 12\n  ]\n}\n\n',
    /jfr print.*--json/,
  ],
  [
    '\n Version: 2.1\n Chunks: 1\n Start: 2026-01-01 12:00:00 (UTC)\n Duration: 30 s\n\n Event Type                              Count  Size (bytes) \n=============================================================\n jdk.ExecutionSample                      1000         12000\n',
    /jfr summary/,
  ],
  [
    'Filename: a.py\n\nLine #    Mem usage    Increment  Occurrences   Line Contents\n=============================================================\n     1     38.0 MiB     38.0 MiB           1   @profile\n',
    /memory over time/,
  ],
  ['CMDLINE python a.py\nMEM 1.1 1700000000.1\nMEM 2.2 1700000000.2\n', /memory over time/],
  ['         197 function calls (192 primitive calls) in 0.002 CPU seconds\n\n   Ordered by: standard name\n', /printed cProfile/],
  [
    ' Percent |      Source code & Disassembly of a.out for cycles:u (100 samples, percent: local period)\n------------------------------------------------------------------------------------------------\n         :\n         :      3   Disassembly of section .text:\n    1.00 :   401126:       push   %rbp\n',
    /perf annotate/,
  ],
  [
    '     0.000 ( 0.004 ms): nginx/1234 epoll_wait(epfd: 8, events: 0x55, maxevents: 512, timeout: 4294967295) = 1\n     0.020 ( 0.004 ms): nginx/1234 recvfrom(fd: 3, ubuf: 0x7f, size: 1024) = 78\n',
    /trace of system calls/,
  ],
  ['<StackWindow>\n <StackSource>\n </StackSource>\n</StackWindow>\n', /PerfView.*Speedscope/],
  [
    '-------------------------  ------------  ------------  ------------  ------------  \n                     Name    Self CPU %      Self CPU   CPU total %    # of Calls  \n-------------------------  ------------  ------------  ------------  ------------  \n             aten::conv2d        10.00%       1.000ms        90.00%             20  \n',
    /PyTorch.*export_chrome_trace/,
  ],
  [
    '% self  % total  name\n  3.05   100.00  <c function> - unknown\n  0.50    99.00  block in foo - a.rb\n',
    /summary of rbspy.*-f collapsed/,
  ],
  [
    '           Self        Total        Cumul\n  Nr  Count     %  Count     %  Count     %    Calls  Function\n------------------------------------------------------------------------\n   1    100  50.0    100  50.0    100  50.0        -  FOO\n',
    /SBCL/,
  ],
  [
    'Cmdline: /system/bin/simpleperf record -g\nArch: arm64\nEvent: cpu-cycles (type 0, config 0)\nSamples: 1000\nEvent count: 100000\n\nOverhead  Command  Pid  Tid  Shared Object  Symbol\n10.00%  a 1 1 libc.so malloc\n',
    /simpleperf.*stackcollapse\.py/,
  ],
  [
    'Date/Time:        2023-01-01 12:00:00.000 +0000\nEnd time:         2023-01-01 12:00:10.000 +0000\nOS Version:       macOS 13.0\nReport Version:   35\n\nHeaviest stack for the main thread of the target process:\n  10  start + 1\n',
    /spindump.*sample PID/,
  ],
  ['# DURATION     TID     FUNCTION\n            [ 29991] | main() {\n   1.000 us [ 29991] |   foo();\n', /uftrace dump --flame-graph/],
  [
    'Statistical profiling result from isolate-0x5a6d3a0-12345-v8.log, (407 ticks, 5 unaccounted, 0 excluded).\n\n [Shared libraries]:\n   ticks  total  nonlib   name\n     20    4.9%          /lib/x86_64-linux-gnu/libc.so.6\n\n [JavaScript]:\n   ticks  total  nonlib   name\n    300   73.7%   77.5%  LazyCompile: *sumDigits /app/a.js:1:19\n\n [Bottom up (heavy) profile]:\n',
    /summary of a V8 log.*give the log itself/,
  ],
  [
    '\nClock type: CPU\nOrdered by: totaltime, desc\n\nname                                  ncall  tsub      ttot      tavg      \na.py:1 foo                            1      0.1       0.2       0.2\n',
    /yappi.*pstat/,
  ],
  [' bytes: Total 98.6MB\n        62.5MB (63.37%): 524288B\n', /pprof -raw/],
  ['startup\ttime=1490000000\nexperiment\tselected=a.c:1\n', /profile of Coz/],
  ['hdrbhetb\u0000\u0000\u0000\u0000', /GHC event log.*hs-speedscope/],
];

describe('what profilers, tracers and benchmarks of others write', () => {
  it.each(known)('%# is refused by its name, with what to do', async (text, message) => {
    const error: unknown = await profileOf(text).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnreadableInputError);
    expect(String(error)).toMatch(message);
    expect(String(error)).toContain('What to do: ');
  });

  it.each(['SLOW;main', 'SIMPLEPERF;main', 'tracy;main', 'Weight;Symbol Name', 'tZst;main', 'Flat profile;main', 'Counted;CPU'])(
    'folded stacks of %s are none of them',
    async (stack) => {
      expect(await profileOf(`${stack} 7\n${stack};hot 300\n`)).toMatchObject({ format: 'folded', total: 307 });
    },
  );
});
