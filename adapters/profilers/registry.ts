import { nodeInspector } from './node/profiler.js';
import { perf } from './perf.js';
import { pprofUrl } from './pprof-url.js';
import { profileFile } from './profile-file.js';
import type { Profiler, ProfileSource } from './profiler.js';
import { pySpy } from './py-spy.js';

/** `auto` takes the first that knows the runtime of the process and can work there. `profiler` of the catalog accepts exactly these names. */
export const profilers: readonly Profiler[] = [nodeInspector, pySpy, perf];

/** `profiler: { FIELD: … }` of the catalog accepts exactly these. */
export const profileSources: readonly ProfileSource[] = [pprofUrl, profileFile];
