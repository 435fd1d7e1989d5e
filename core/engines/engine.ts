/** What plans of every engine do, in one vocabulary. */
export type Operator = 'full-scan' | 'index-scan' | 'bitmap-scan' | 'sort' | 'limit' | 'nested-loop' | 'hand-on' | 'other';

/** What a session of any engine waits for; `client` = for the service to send or to read. */
export type WaitKind = 'cpu' | 'lock' | 'io' | 'client' | 'other';

/** The session at the root of a lock, as far as the observer may see. */
export interface SessionToEnd {
  pid: number;
  startedAt?: string | null;
  statementStartedAt?: string | null;
  applicationName: string | null;
}

/**
 * How one engine's own words are understood. Observations and plans keep these words, because people know them; rules and the account ask here. A new
 * engine whose adapter speaks the neutral words needs no file here; any other is one file and one line in `registry.ts`.
 */
export interface EngineTraits {
  kind: string;
  /** As people call it. */
  title: string;
  /** Formats of plans that speak its words. */
  planFormats: RegExp;
  operatorOf: (nodeType: string) => Operator;
  waitOf: (waitClass: string) => WaitKind;
  remedies: {
    renewStatistics: (table: { schema: string; relation: string }) => string;
    /** Bound to what the session was in the window, where the engine can do that. */
    endSession: (session: SessionToEnd) => string;
    /** `memory` is an amount, e.g. `64 MB`, or `more memory`. */
    moreMemory: (memory: string) => string;
  };
}
