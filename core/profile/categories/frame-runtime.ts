import type { Frame } from '../../model/profile.js';
import { javaShape } from './java.js';

export type FrameRuntime = 'node' | 'java' | 'go' | 'python' | 'ruby' | 'native' | 'kernel' | 'process' | 'unknown';

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
  if (/\.(?:[cm]?[jt]sx?|vue|svelte)(?:\?.*)?$/i.test(module) || /^(?:node:|internal\/|\[v8\]|native |wasm:|https?:|webpack)/.test(module))
    return 'node';
  if (/\.(?:py|pyx)$|^<frozen |(?:site|dist)-packages\/|\.cpython-\d/.test(module)) return 'python';
  if (/\.(?:rb|erb|rake|ru)$|^\(c function\)$|\/gems\/|^<internal:/.test(module)) return 'ruby';
  if (/\.(?:java|kt|scala|groovy|clj)$/.test(module)) return 'java';
  if (/\.go$/.test(module) || (module.endsWith('.s') && goLike(name))) return 'go';
  return null;
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
