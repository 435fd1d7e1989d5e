import type { Frame } from './profile.js';

/** A place in the service's own code at which threads (goroutines) stood. */
export interface StandingSite {
  /** Innermost function of the application; `line` is where in it they stood. */
  frame: Frame;
  /** What it had called there, where the runtime shows that as a frame: a lock, a pool, a client. */
  called: Frame | null;
  /** Mean number that stood there. */
  standing: number;
  /** They hold the event loop meanwhile: nothing else of the service goes on. */
  isInLoop: boolean;
  /** How many a second came to stand there; absent where looks at stacks cannot tell. */
  perSecond?: number;
}

/** Where the threads of the service, or what is asynchronous in it, stood while the load ran. */
export interface Standing {
  /** What was looked at: `threads`, `goroutines`, or `awaits`, each of which was followed from its beginning. */
  what: string;
  /** How often; of awaits, how many were followed. */
  looks: number;
  windowMs: number;
  /** Most first. Threads outside the service's own code (a server's workers that wait for something to do) are in none. */
  sites: StandingSite[];
}
