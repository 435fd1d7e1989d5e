// What profilers and tracers of whole systems and of machine code write that is not read, and data that pictures are drawn from.
import { begins, keys, magic, type ForeignFile } from './foreign-file.js';

const perfScript = '`perf script --no-inline -F comm,pid,tid,time,period,event,ip,sym,dso`';

export const foreignSystems: readonly ForeignFile[] = [
  {
    name: 'report of gprof',
    from: '`gprof PROGRAM gmon.out`',
    remedy: 'it has no stacks and no count of samples: `perf record -g PROGRAM` and `perf script`',
    isIt: (head) =>
      begins(head, /^\s*Flat profile:\s*\n/) ||
      begins(head, /^\s*Call graph \(explanation follows\)/) ||
      begins(head, /^\s*(?:granularity: each sample hit covers|Each sample counts as )/),
  },
  {
    name: 'report of OProfile',
    from: '`opreport`',
    remedy: 'sample with its successor: `perf record -g` and `perf script`',
    isIt: (head) =>
      begins(head, /^(?:CPU: .*speed .*\r?\n)?Counted \w+ events/) ||
      begins(head, /^\s*<\?xml[^>]*>\s*<(?:!DOCTYPE )?profile[^>]*opreport/),
  },
  {
    name: 'capture of Sysprof',
    from: 'Sysprof',
    remedy: 'sample with `perf record -g` and give perf.data or `perf script`',
    isIt: (head) => magic(head, '\u005e\u0097\u00ca\u00fd') || begins(head, /^\s*(?:<\?xml[^>]*>\s*)?<profile>\s*<num_objects>/),
  },
  {
    name: 'output of `perf report`, `perf diff` or `perf top`',
    from: '`perf` as it prints for people',
    remedy: `give the recording (perf.data) or ${perfScript}`,
    isIt: (head) =>
      (begins(head, /^# (?:To display the perf\.data header info|Samples: \S+ +of event|Event )/m) &&
        begins(head, /^#\s+(?:Overhead|Children|Baseline)\s/m)) ||
      begins(head, /^\s*\d{1,3}\.\d\d%(?:\s+\d{1,3}\.\d\d%)?\s+\S.*\[[.kguH]\] \S/),
  },
  {
    name: 'output of `perf annotate`',
    from: '`perf`',
    remedy: `it has no stacks: give the recording (perf.data) or ${perfScript}`,
    isIt: (head) => begins(head, /^\s*Percent\s+\|\s+Source code & Disassembly of /),
  },
  {
    name: 'trace of system calls',
    from: '`perf trace`, `strace -r`, `strace -tt`',
    remedy: 'it says nothing about functions: `perf record -g -p PID` for CPU, `offcputime -f -p PID` for waits',
    isIt: (head) =>
      begins(head, /^\s*\d+\.\d{3} \((?: *\d+\.\d{3} ms| +)\): \S+\/\d+ \w+\(/) ||
      begins(head, /^(?:\d+ +)?(?:\d\d:\d\d:\d\d(?:\.\d+)?|\d+\.\d{6}) +\w+\(.*\) += +\S/),
  },
  {
    name: 'text of ftrace or `trace-cmd report`',
    from: 'ftrace, `trace-cmd`',
    remedy: 'for stacks, `perf record -g` and `perf script`',
    isIt: (head) => begins(head, /^# tracer: \w+/) || begins(head, /^(?:version = \d+\r?\n)?cpus=\d+\r?\n/),
  },
  {
    name: 'trace of uftrace',
    from: '`uftrace replay`, `uftrace report`',
    remedy: 'fold it: `uftrace dump --flame-graph > out.folded`, or `uftrace dump --chrome > out.json`',
    isIt: (head) =>
      begins(head, /^# +DURATION +TID +FUNCTION/) ||
      begins(head, /^ +Total time +Self time +Calls +Function/) ||
      magic(head, 'Ftrace!\u0000'),
  },
  {
    name: 'trace of LTTng (CTF)',
    from: 'LTTng, babeltrace',
    remedy: 'for stacks, `perf record -g` and `perf script`',
    isIt: (head) => magic(head, '/* CTF 1.') || magic(head, '\u00c1\u001f\u00fc\u00c1'),
  },
  {
    name: 'call tree copied from Instruments',
    from: 'Xcode Instruments (Edit, Deep Copy)',
    remedy: 'convert it: paste it into speedscope.app and export it there, or `xctrace export` the trace and `inferno-collapse-xctrace`',
    isIt: (head) => begins(head, /^[^\t\n]{1,40}\t[^\n]*\bSymbol Names?\r?\n/),
  },
  {
    name: 'report of spindump',
    from: 'macOS `spindump`',
    remedy: 'sample the process: `sample PID 10 -file x.txt`',
    isIt: (head) =>
      begins(head, /^Date\/Time: +\d{4}-[\s\S]{0,3500}^(?:Report Version|Heaviest stack|Data Source): /m) &&
      // `sample` prints the same lines above its call graph.
      !/^(?:Analysis of sampling |Analysis Tool: +\S*\/sample\b|Call graph:)/m.test(head.text),
  },
  {
    name: 'report of simpleperf',
    from: 'Android, `simpleperf report`',
    remedy: 'fold the recording: `stackcollapse.py -i perf.data > out.folded` (in the NDK beside simpleperf)',
    isIt: (head) => begins(head, /^Cmdline: \S*simpleperf /) || (magic(head, 'SIMPLEPERF') && (head.bytes[10] ?? 32) < 32),
  },
  {
    name: 'method trace of Android',
    from: 'Android Studio, `Debug.startMethodTracing`',
    remedy: 'sample with simpleperf and fold it: `stackcollapse.py -i perf.data > out.folded`',
    isIt: (head) => (magic(head, 'SLOW') && (head.bytes[4] ?? 32) < 32) || begins(head, /^\*version\r?\n\d+\r?\n/),
  },
  {
    name: 'export of Windows Performance Analyzer or xperf (CSV)',
    from: 'WPA, xperf, wpaexporter',
    remedy: 'open the .etl in PerfView, CPU Stacks, File, Save View As, Speedscope',
    isIt: (head) =>
      begins(head, /^\uFEFF?"?(?:Line #"?, ?"?)?Process(?: Name)?"?, ?.*\b(?:Stack|Function)\b.*\b(?:Weight|Count|CPU Usage)\b/) ||
      begins(head, /^\uFEFF?(?:Time, ?)?Process, ?Thread, ?Function\b/),
  },
  {
    name: 'report of Shark',
    from: 'Shark of old macOS',
    remedy: 'sample the process: `sample PID 10 -file x.txt`',
    isIt: (head) => begins(head, /^# Report \d+ - Session \d+ - /),
  },
  {
    name: 'trace of Tracy',
    from: 'Tracy profiler',
    remedy: 'it is read by Tracy only (`tracy-csvexport` prints zones): sample with `perf record -g` and `perf script`',
    isIt: (head) => magic(head, 'tlZ\u0004') || (magic(head, 'tZst') && (head.bytes[4] ?? 32) < 32) || magic(head, 'tracy\u0000'),
  },
  {
    name: 'profile of Coz',
    from: '`coz run`',
    remedy: 'it tells where a speed-up pays, not where time goes: `perf record -g` and `perf script`',
    isIt: (head) => begins(head, /^startup\ttime=\d+\r?\n/),
  },
  {
    name: 'data of HPCToolkit, TAU or Caliper',
    from: 'profilers of supercomputing',
    remedy: 'sample with `perf record -g` and `perf script`',
    isIt: (head) =>
      begins(head, /<!?(?:DOCTYPE )?HPCToolkitExperiment/) ||
      begins(head, /^\d+ templated_functions/) ||
      keys(head, 'column_metadata', 'nodes[].column'),
  },
  {
    name: 'tree for drawing a flame graph (JSON of d3-flame-graph)',
    from: 'burn, `perf script flamegraph -f json`, stackcollapse-to-json scripts, dashboards',
    remedy: 'give what it was made of: folded stacks or the recording',
    isIt: (head) =>
      keys(head, 'name', 'value', 'children[].name', 'children[].value') ||
      keys(head, '[].name', '[].value', '[].children[].value') ||
      keys(head, 'n', 'v', 'c[].n', 'c[].v'),
  },
  {
    name: 'traces of requests',
    from: 'OpenTelemetry, Jaeger, Zipkin',
    remedy: 'spans tell services, not functions: profile the slow one, for example with async-profiler, py-spy or `node --cpu-prof`',
    isIt: (head) =>
      keys(head, 'resourceSpans') ||
      keys(head, 'data[].traceID', 'data[].spans') ||
      keys(head, '[].traceId', '[].timestamp', '[].duration'),
  },
  {
    name: 'result of a benchmark',
    from: 'Google Benchmark, hyperfine, pytest-benchmark, JMH',
    remedy: 'it tells how long, not where: profile the same run, for example `perf record -g`',
    isIt: (head) =>
      keys(head, 'benchmarks[].name') || keys(head, 'results[].command', 'results[].mean') || keys(head, '[].jmhVersion', '[].benchmark'),
  },
];
