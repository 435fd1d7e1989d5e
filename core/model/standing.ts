import type { Frame } from './profile.js';

/** A place in the service's own code where threads (goroutines) stood. */
export interface StandingSite {
  /** Innermost function of the application; `line` is the line in it where they stood. */
  frame: Frame;
  /** What the function had called there, if the runtime shows it as a frame: a lock, a pool, a client. */
  called: Frame | null;
  /** Mean number of threads there. */
  standing: number;
  /** They hold the event loop, so that nothing else of the service goes on. */
  isInLoop: boolean;
  /** How many arrived there per second; absent when samples of stacks cannot tell. */
  perSecond?: number;
}

/** Where the service's threads, or its asynchronous operations, stood while the load ran. */
export interface Standing {
  /** What was observed: `threads`, `goroutines`, or `awaits`, each of which was followed from its beginning. */
  what: string;
  /** Number of samples; for awaits, how many were followed. */
  looks: number;
  windowMs: number;
  /** The largest first. Threads outside the service's own code (a server's workers that wait for work) appear in none. */
  sites: StandingSite[];
}
