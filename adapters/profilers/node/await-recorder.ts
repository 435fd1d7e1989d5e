// Node has no stack of a request that waits: its functions are suspended, and what waits is a promise. V8's promise hooks tell when code begins to wait for
// one and when it goes on. This small observer runs inside the target for a few seconds, follows one in so many awaits, by chance (every Nth would always be the same one of a request), with the stack from which it was
// made, keeps no values, only counts, is bounded, and removes itself when nobody takes it. Measured on Node 20: 20 ns for each promise while it runs, and no
// difference afterwards (600,000 awaits before, during and after: 25, 43 and 25 ms of CPU).
import { z } from 'zod';
import type { AwaitStack } from '../../../core/profile/awaits.js';
import { evaluate, type InspectorSession } from './inspector-session.js';

/** A stack takes some ten microseconds: so many a second are 2 % of a core, and as many as a mean needs. */
const stacksPerSecond = 2000;
/** Until it is known how many awaits there are. */
const countMs = 100;
const mostStacks = 500;
const mostFrames = 16;
/** Who began it may have been killed. */
const leaseMs = 15_000;

const name = 'perf-incident-responder.awaits';

/** What began before the first third is over may have begun to wait before the hooks were there: then less is seen waiting than waits. */
const followScript = (windowMs: number): string => `(() => {
  const load = typeof process.getBuiltinModule === 'function' ? process.getBuiltinModule.bind(process) : require;
  const key = Symbol.for('${name}');
  globalThis[key]?.stop();
  let stacks = new Map();
  let stackOf = new WeakMap();
  let [seen, followed, every, since] = [0, 0, 1, performance.now()];
  const isJoined = ([first, second]) => first?.getFileName() == null && ['all', 'allSettled', 'race', 'any'].includes(second?.getFunctionName());
  const callSites = () => {
    const holder = {};
    const { stackTraceLimit, prepareStackTrace } = Error;
    try {
      Error.stackTraceLimit = ${mostFrames};
      Error.prepareStackTrace = (_, sites) => sites;
      Error.captureStackTrace(holder, init);
      return Array.isArray(holder.stack) ? holder.stack : [];
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
      Error.prepareStackTrace = prepareStackTrace;
    }
  };
  const count = (stack, change) => {
    const now = performance.now();
    stack.area += stack.waiting * (now - stack.atMs);
    stack.atMs = now;
    stack.waiting += change;
  };
  const init = (promise, awaited) => {
    if (awaited === undefined) return;
    seen += 1;
    if (Math.random() * every >= 1) return;
    try {
      const sites = callSites();
      if (sites.length === 0 || isJoined(sites)) return;
      const frames = sites.map((site) => [site.getFunctionName() ?? '(anonymous)', site.getFileName() ?? '', site.getLineNumber() ?? 0]);
      const text = JSON.stringify(frames);
      let stack = stacks.get(text);
      if (stack === undefined) {
        if (stacks.size >= ${mostStacks}) return;
        stacks.set(text, (stack = { frames, waiting: 0, area: 0, begun: 0, atMs: performance.now() }));
      }
      followed += 1;
      stack.begun += 1;
      count(stack, 1);
      stackOf.set(promise, stack);
    } catch {}
  };
  const over = (promise) => {
    const stack = stackOf.get(promise);
    if (stack === undefined) return;
    stackOf.delete(promise);
    count(stack, -1);
  };
  const removeHooks = load('v8').promiseHooks.createHook({ init, before: over, settled: over });
  const thin = setTimeout(() => {
    every = Math.max(1, Math.ceil(seen / (performance.now() - since) / ${stacksPerSecond / 1000}));
    [stacks, stackOf, followed, since] = [new Map(), new WeakMap(), 0, performance.now()];
  }, ${countMs});
  const settle = setTimeout(() => {
    for (const stack of stacks.values()) Object.assign(stack, { area: 0, atMs: performance.now() });
    settledMs = performance.now();
  }, ${windowMs} / 3);
  let settledMs = null;
  const stop = () => {
    removeHooks();
    for (const timer of [thin, settle, lease]) clearTimeout(timer);
    delete globalThis[key];
  };
  const lease = setTimeout(stop, ${windowMs + leaseMs}).unref();
  const take = () => {
    const now = performance.now();
    stop();
    if (settledMs === null) return null;
    const all = [...stacks.values()].map((stack) => {
      count(stack, 0);
      return { frames: stack.frames, waiting: (every * stack.area) / (now - settledMs), perSecond: (1000 * every * stack.begun) / (now - since) };
    });
    return JSON.stringify({ followed, windowMs: now - since, stacks: all });
  };
  globalThis[key] = { stop, take };
  return true;
})()`;

const takeScript = `globalThis[Symbol.for('${name}')]?.take() ?? null`;

const answerSchema = z.object({
  followed: z.number(),
  windowMs: z.number(),
  stacks: z.array(z.object({ frames: z.array(z.tuple([z.string(), z.string(), z.number()])), waiting: z.number(), perSecond: z.number() })),
});

export interface FollowedAwaits {
  /** How many awaits were followed, in so many milliseconds. */
  followed: number;
  windowMs: number;
  stacks: AwaitStack[];
}

/** Follows awaits while `pass` lasts, which takes about `windowMs`; null where the runtime does not tell (Node before 16.14, frozen intrinsics). */
export async function followAwaits(
  session: InspectorSession,
  windowMs: number,
  pass: (ms: number) => Promise<void>,
): Promise<FollowedAwaits | null> {
  const isFollowing = await evaluate(session, followScript(windowMs)).catch(() => null);
  if (isFollowing !== true) return null;
  let text: unknown = null;
  try {
    await pass(windowMs);
  } finally {
    text = await evaluate(session, takeScript).catch(() => null);
  }
  if (typeof text !== 'string') return null;
  const { stacks, ...rest } = answerSchema.parse(JSON.parse(text));
  const toFrame = ([name, module, line]: [string, string, number]): AwaitStack['frames'][number] => ({ name, module, line });
  return { ...rest, stacks: stacks.map(({ frames, ...counts }) => ({ ...counts, frames: frames.map(toFrame) })) };
}
