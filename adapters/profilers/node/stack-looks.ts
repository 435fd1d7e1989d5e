// V8 tells the functions that it inlined on the callers of a stack, and not at the place that runs. A function that is inlined and calls nothing is then seen
// nowhere. An inspector's message is served at the next turn of any loop or entry of a function, on top of the stack that runs: a profile that samples what
// such a message does has that stack with all of its functions in it.
import type { V8Profile } from '../../../core/profile/formats/v8/v8-profile.js';
import { evaluate, type InspectorSession } from './inspector-session.js';

/** So many see a function of a tenth of the process's time with a probability of 99.8 % (1 - 0.9^60), in at most 0.8 % of a window of fifteen seconds. */
const looksInAWindow = 60;
/** Milliseconds between two looks in a short window. */
const shortestMs = 50;
const lookUrl = 'perf-incident-responder:look';
/**
 * Lasts until the clock has moved by two milliseconds, which is long enough for one sample. A service may have stopped its clock (a test's, libfaketime):
 * so many turns take some ten milliseconds, and are the end in any case.
 */
export const lookScript = `(() => { for (let turns = 0, end = Date.now() + 2; Date.now() < end && turns < 200000; turns++); })()\n//# sourceURL=${lookUrl}`;

/** Looks at the stack again and again while a profile is taken, until the returned function is called. A look that a busy process has not served is not repeated. */
export function keepLooking(session: InspectorSession, durationMs: number): () => void {
  const state = { isWaiting: false };
  const look = async (): Promise<void> => {
    if (state.isWaiting) return;
    state.isWaiting = true;
    // The profile is worth no less when a look fails.
    await evaluate(session, lookScript).catch(() => undefined);
    state.isWaiting = false;
  };
  const timer = setInterval(() => void look(), Math.max(shortestMs, durationMs / looksInAWindow));
  return () => clearInterval(timer);
}

/** The profile without what the looks cost: V8 counts that as its own. What they saw stays in the tree. */
export function withoutLooks(profile: V8Profile): V8Profile {
  const looks = new Set(profile.nodes.filter(({ callFrame }) => callFrame.url === lookUrl).map(({ id }) => id));
  if (looks.size === 0) return profile;
  const engine = (profile.nodes.find(({ callFrame }) => callFrame.functionName === '(program)') ?? profile.nodes[0])?.id ?? 0;
  const nodes = profile.nodes
    .filter(({ id }) => !looks.has(id))
    .map((node) => (node.children === undefined ? node : { ...node, children: node.children.filter((id) => !looks.has(id)) }));
  return { ...profile, nodes, samples: Array.from(profile.samples, (id) => (looks.has(id) ? engine : id)) };
}
