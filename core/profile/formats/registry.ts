import { chromeTrace } from './chrome-trace.js';
import { cpuprofile } from './cpuprofile.js';
import { heapprofile } from './heapprofile.js';
import { folded } from './folded.js';
import type { ProfileFormat } from './format.js';
import { perfScript } from './perf-script.js';
import { pprof } from './pprof.js';
import { speedscope } from './speedscope.js';

/** Every format, the ones with an unmistakable mark first; folded text has none, so it is asked last. */
export const profileFormats: readonly ProfileFormat[] = [speedscope, chromeTrace, heapprofile, cpuprofile, perfScript, pprof, folded];
