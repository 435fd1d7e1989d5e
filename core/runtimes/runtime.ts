import type { CategoryRule } from '../profile/categories/rule.js';

/** What is true of every program of one runtime. A new one is a file here and a line in `registry.ts`. */
export interface RuntimeTraits {
  /** As reports name it. */
  id: string;
  /** File name of its executable. */
  executable?: RegExp;
  /** Path of its library, where it lives inside another program (uwsgi, a launcher). */
  library?: RegExp;
  /** Tells from the first 64 kB of an executable, read as Latin-1, where every program has a name of its own. */
  isProgram?: (start: string) => boolean;
  /**
   * What runs at the same time in one process: `event-loop` = one thread serves all requests; `interpreter-lock` = many threads, of which a
   * global lock lets one run; `threads` = as many as there are cores.
   */
  concurrency: 'event-loop' | 'interpreter-lock' | 'threads';
  /** Helper threads that an event loop hands work to, and how to have more of them. Absent = there are none to wait for. */
  threadPool?: { location: string; remedy: string };
  /** Threads with which its own profiler works for the responder while it looks. */
  profilerThread?: RegExp;
  /** How a person takes a CPU profile of a running process where the responder cannot: the command line, and the file that it leaves. */
  profileByHand?: (process: { pid: number; seconds: number }) => { command: string; file: string };
  /** How its frames are known by the file they are in, and what they are spent on. Paths have slashes. */
  frames?: { owns: (module: string) => boolean; rules: readonly CategoryRule[] };
}
