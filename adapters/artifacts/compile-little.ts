import { setFlagsFromString } from 'node:v8';

/** Bytecodes that the engine may inline into one function (its own default is 920). */
const mostInlinedBytes = 200;

/**
 * For a command that reads one file and ends: of the half second that 94 MB of perf text took, a sixth went into inlining functions into loops that then
 * ran for two tenths of a second. Measured with 50, 100, 200 and 920 (`npm run bench:profile`, Node 20): 0.26, 0.24, 0.24 and 0.32 s. Long-lived processes
 * earn that work back and leave it as it is. It must be called before the loops are hot.
 */
export function compileLittle(): void {
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${mostInlinedBytes}`);
}
