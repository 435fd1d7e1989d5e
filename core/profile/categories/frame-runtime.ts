import type { Frame } from '../../model/profile.js';
import { runtimes } from '../../runtimes/registry.js';
import { javaShape } from './java.js';

/** Id of a registered runtime, or `native`, `kernel`, `process`, `unknown`. */
export type FrameRuntime = string;

/** Packages of Go's standard library that start a symbol without a path. */
const goStandard =
  /^(?:main|runtime|sync|net|os|fmt|strings|strconv|bytes|bufio|sort|slices|maps|regexp|reflect|log|time|context|io|errors|syscall|math|unicode|crypto|hash|path|iter|unique|type:)\.\S/;

/** Which runtime a frame belongs to, from the file it is in and the shape of its name; `unknown` when neither tells. */
export function frameRuntime(frame: Frame): FrameRuntime {
  const { name, module } = frame;
  if (module === '[process]') return 'process';
  if (module === '[kernel]') return 'kernel';
  return runtimeOfModule(name, module) ?? runtimeOfName(name) ?? (module === '' ? 'unknown' : 'native');
}

function runtimeOfModule(name: string, module: string): FrameRuntime | null {
  const known = runtimes.find(({ frames }) => frames?.owns(module) === true);
  if (known !== undefined) return known.id;
  // Go's assembly: `memmove_amd64.s` of its runtime, but also any other assembler's.
  return module.endsWith('.s') && goLike(name) ? 'go' : null;
}

function runtimeOfName(name: string): FrameRuntime | null {
  if (/^(?:\((?:idle|program|garbage collector|root|anonymous)\)|RegExp:)/.test(name)) return 'node';
  if (/::/.test(name) && !/\.\(\*/.test(name)) return 'native';
  if (goStandard.test(name)) return 'go';
  if (javaShape.test(name)) return 'java';
  return goLike(name) ? 'go' : null;
}

/** `main.load`, `net/http.(*conn).serve`, `github.com/lib/pq.(*conn).recvMessage` */
function goLike(name: string): boolean {
  if (/\.\(\*\w+/.test(name) || goStandard.test(name)) return true;
  return /^(?:[\w~.-]+\/)+[\w~-]+(?:\.[\w~-]+)*\.[\w(]/.test(name) && !/\.(?:[cm]?[jt]sx?|py|rb)\b/.test(name);
}
