import type { Frame, ProfileCategory } from '../../model/profile.js';
import { runtimes } from '../../runtimes/registry.js';
import { idleAlone, idleAlways, idleWaiting, wakesIdle } from './idle.js';
import { javaRules } from './java.js';
import { kernelRules, nativeFallbacks, nativeRules, rootNames } from './native.js';
import { nodeRules, packageCategory, packageOf } from './node.js';
import { phpNames } from './php.js';
import { pythonPath, pythonRules } from './python.js';
import { rubyRules } from './ruby.js';
import type { CategoryRule } from './rule.js';
import { isThreadStart, isUnsymbolised } from './frame-name.js';
import { frameRuntime, type FrameRuntime } from './frame-runtime.js';

/** What one frame says by itself; the stack around it decides (see `classifyNodes`). */
export interface FrameClass {
  /** Null: application code, or nothing known. */
  category: ProfileCategory | null;
  isApplication: boolean;
  idle: IdleMark | null;
}

/** `alone`: only where nothing with a name was called; `ended`: work again, whatever called it. */
export type IdleMark = 'always' | 'waiting' | 'alone' | 'ended';

const rulesOf: ReadonlyMap<FrameRuntime, readonly CategoryRule[]> = new Map([
  ...runtimes.map(({ id, frames }) => [id, frames?.rules ?? []] as const),
  ['native', [...nativeRules, ...byNameOnly(nodeRules), ...phpNames, ...collectors(), ...nativeFallbacks]],
  ['kernel', kernelRules],
  ['process', [{ category: 'gc', name: /^(?:GC Thread|G1 |ZGC|Shenandoah|ConcurrentGC|GCWorker)/ }]],
  [
    'unknown',
    [
      ...nativeRules,
      ...byNameOnly(nodeRules),
      ...byNameOnly(pythonRules),
      ...byNameOnly(javaRules),
      ...phpNames,
      ...collectors(),
      ...nativeFallbacks,
    ],
  ],
]);

function byNameOnly(rules: readonly CategoryRule[]): CategoryRule[] {
  return rules.filter((rule) => rule.module === undefined);
}

/** Native stacks of V8, CPython and CRuby: their collectors are C and C++ symbols. */
function collectors(): CategoryRule[] {
  return [...nodeRules, ...pythonRules, ...rubyRules, ...javaRules].filter((rule) => rule.category === 'gc' && rule.module === undefined);
}

export function classifyFrame(frame: Frame): FrameClass {
  const runtime = frameRuntime(frame);
  const module = frame.module.replaceAll('\\', '/');
  const category = categoryOf(frame, module, runtime);
  return { category, isApplication: category === null && !isForeign(frame, module, runtime), idle: idleOf(frame, module) };
}

function categoryOf(frame: Frame, module: string, runtime: FrameRuntime): ProfileCategory | null {
  if (runtime === 'node') {
    const dependency = packageOf(module);
    if (dependency !== null) return packageCategory(dependency) ?? 'framework';
  }
  const path = runtime === 'python' ? pythonPath(module) : module;
  if (path === null) return null;
  const rule = rulesOf.get(runtime)?.find((candidate) => matches(candidate, frame.name, path));
  if (rule !== undefined) return rule.category;
  if (runtime === 'python' && path !== module) return /(?:site|dist)-packages\//.test(module) ? 'framework' : 'runtime';
  // Downloaded Go modules carry their version in the path; the service's own code does not.
  if (runtime === 'go' && /\/pkg\/mod\/|@v\d/.test(module)) return 'framework';
  if (
    runtime === 'go' &&
    /\/(?:usr\/local\/|lib\/|opt\/)?go(?:-\d[\d.]*)?\/src\/(?!.*\.com\/)/.test(module) &&
    !frame.name.startsWith('main.')
  )
    return 'runtime';
  return isUnsymbolised(frame) ? 'unknown' : null;
}

function isForeign(frame: Frame, module: string, runtime: FrameRuntime): boolean {
  return (
    runtime === 'process' ||
    runtime === 'kernel' ||
    module === '[v8]' ||
    (module === '' && rootNames.test(frame.name)) ||
    (frame.name !== 'main' && isThreadStart(frame.name))
  );
}

function idleOf(frame: Frame, module: string): FrameClass['idle'] {
  return idleMarks.find(([rules]) => rules.some((rule) => matches(rule, frame.name, module)))?.[1] ?? null;
}

const idleMarks: readonly [readonly CategoryRule[], IdleMark][] = [
  [idleAlways, 'always'],
  [wakesIdle, 'ended'],
  [idleAlone, 'alone'],
  [idleWaiting, 'waiting'],
];

function matches(rule: CategoryRule, name: string, module: string): boolean {
  return (rule.module?.test(module) ?? true) && (rule.name?.test(name) ?? true);
}

/** Is this the service's own code: not a dependency, not the runtime, not the kernel, not a nameless address? */
export function isApplicationFrame(frame: Frame): boolean {
  return classifyFrame(frame).isApplication;
}
