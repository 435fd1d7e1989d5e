import { asyncProfilerHtml } from './async-profiler-html.js';
import { chromeTrace } from './chrome-trace.js';
import { cpuprofile } from './cpuprofile.js';
import { flameSvg } from './flame-svg.js';
import { heapprofile } from './heapprofile.js';
import { folded } from './folded.js';
import { pstats } from './pstats.js';
import { pyinstrument } from './pyinstrument.js';
import { scalene } from './scalene.js';
import { memrayStats } from './memray-stats.js';
import { goroutineDump } from './goroutine-dump.js';
import { flamebearer } from './flamebearer.js';
import { stackprof } from './stackprof.js';
import { firefoxProfile } from './firefox-profile.js';
import { otlpProfiles } from './otlp/otlp.js';
import { callgrind } from './callgrind.js';
import { bpftraceMap } from './bpftrace-map.js';
import { macosSample } from './macos-sample.js';
import { v8Log, v8LogJson } from './v8-log/v8-log.js';
import { hermes } from './hermes.js';
import type { ProfileFormat } from './format.js';
import { jfr } from './jfr/jfr.js';
import { jfrJson } from './jfr/jfr-json.js';
import { perfScript } from './perf-script.js';
import { pprof } from './pprof.js';
import { speedscope } from './speedscope.js';

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
  hermes,
  speedscope,
  chromeTrace,
  heapprofile,
  cpuprofile,
  perfScript,
  pprof,
  folded,
];
