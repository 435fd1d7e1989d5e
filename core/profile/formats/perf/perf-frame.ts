import type { Frame } from '../../../model/profile.js';
import { namelessIn } from '../../categories/frame-name.js';
import { javaFrame } from '../../frame-names/java-name.js';
import { scriptFrame } from '../../frame-names/script-name.js';

/** `[unknown]` is ranked by its dso; symbols and dso names may hold spaces and brackets. */
export function parsePerfFrame(symbol: string, dso: string): Frame {
  const module = dso.slice(1, -1);
  const name = symbol.trim();
  const isNameless = name === '' || name === '[unknown]';
  if (isKernelModule(module)) return { name: isNameless ? namelessIn(module) : name, module: '[kernel]', line: null };
  if (isNameless) return { name: namelessIn(module), module: module === '[unknown]' ? '' : module, line: null };
  const written = scriptFrame(name) ?? javaFrame(name) ?? { name, module: '', line: null };
  return written.module !== '' || module === 'inlined' ? written : { ...written, module };
}

function isKernelModule(module: string): boolean {
  return (
    /^\[(?:kernel|guest)[.\w]*\]|^\[[\w-]+\]$|vmlinux|\.ko(?:\.\w+)?$|^bpf_(?:prog|trampoline)/.test(module) &&
    !/^\[(?:vdso|vsyscall|unknown|anon|heap|stack|JIT\])/.test(module)
  );
}
