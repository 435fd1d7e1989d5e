import { asyncProfilerHtml } from './drawn/async-profiler-html.js';
import { chromeTrace } from './v8/chrome-trace.js';
import { cpuprofile } from './v8/cpuprofile.js';
import { flameSvg } from './drawn/flame-svg.js';
import { heapprofile } from './v8/heapprofile.js';
import { folded } from './folded/folded.js';
import { pstats } from './python/pstats.js';
import { pyinstrument } from './python/pyinstrument.js';
import { scalene } from './python/scalene.js';
import { memrayStats } from './python/memray-stats.js';
import { goroutineDump } from './pprof/goroutine-dump.js';
import { flamebearer } from './drawn/flamebearer.js';
import { stackprof } from './ruby/stackprof.js';
import { firefoxProfile } from './firefox/firefox-profile.js';
import { otlpProfiles } from './otlp/otlp.js';
import { callgrind } from './callgrind.js';
import { bpftraceMap } from './folded/bpftrace-map.js';
import { macosSample } from './macos-sample.js';
import { v8Log, v8LogJson } from './v8-log/v8-log.js';
import { dartDevtools } from './dart/dart-devtools.js';
import { hermes } from './v8/hermes.js';
import type { ProfileFormat } from './format.js';
import { jfr } from './jfr/jfr.js';
import { jfrJson } from './jfr/jfr-json.js';
import { perfScript } from './perf/perf-script.js';
import { pprof } from './pprof/pprof.js';
import { speedscope } from './speedscope/speedscope.js';

/** Every format, the ones with an unmistakable mark first; folded text has none, so it is asked last. */
export const profileFormats: readonly ProfileFormat[] = [
  jfr,
  flameSvg,
  asyncProfilerHtml,
  jfrJson,
  pstats,
  pyinstrument,
  scalene,
  memrayStats,
  goroutineDump,
  flamebearer,
  stackprof,
  firefoxProfile,
  callgrind,
  bpftraceMap,
  macosSample,
  v8Log,
  v8LogJson,
  otlpProfiles,
  dartDevtools,
  hermes,
  speedscope,
  chromeTrace,
  heapprofile,
  cpuprofile,
  perfScript,
  pprof,
  folded,
];
