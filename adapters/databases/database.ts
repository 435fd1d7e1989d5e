import type { DatabaseObservation, QueryScan } from '../../core/model/database.js';

export interface DatabaseOrder {
  /** As the catalog names it. */
  name: string;
  /** Connection URL, with its secret. */
  url: string;
  /** Else a role that may do anything is refused, as missing evidence. */
  mayBeSuperuser: boolean;
  delayMs: number;
  durationMs: number;
  signal: AbortSignal;
  onProgress: (text: string) => void;
  /** Local ports of the service's own connections to it; empty when they cannot be told. */
  servicePorts: () => Promise<ReadonlySet<number>>;
  /** Process ids of the server's own processes that serve the observed service over a Unix-domain socket. */
  serviceBackends?: () => Promise<ReadonlySet<number>>;
}

/** What can be asked of one kind of database. A new one is a file (or folder) here and a line in `registry.ts`. */
export interface DatabaseEngine {
  /** As `kind` of a database in the catalog names it. */
  kind: string;
  /** As people call it. */
  title: string;
  defaultPort: number;
  /** What a request that waits for it waits for. */
  peer: 'database' | 'cache';
  /** Null: nothing but its sockets is seen. Waits and operators are told in the engine's own words when `core/engines` knows them, else in the neutral ones. */
  look: DatabaseLook | null;
}

export interface ScanOrder {
  url: string;
  mayBeSuperuser: boolean;
  observation: DatabaseObservation;
  /** Values of the requests that the load sent; see `core/load/request-values.ts`. */
  requestValues?: readonly string[];
  signal: AbortSignal;
}

export interface DatabaseLook {
  /** What cannot be had is a row of `missing`; rejects only with the reason of the signal. */
  observe: (order: DatabaseOrder) => Promise<DatabaseObservation>;
  /** Plans of the statements that cost most in the window; nothing is changed. */
  scan: (order: ScanOrder) => Promise<QueryScan>;
  /** Execution time of all statements so far, in milliseconds. Rejects with EvidenceUnavailableError when the server does not count it. */
  totalExecutionMs: (order: { url: string; mayBeSuperuser: boolean; signal: AbortSignal }) => Promise<number>;
}
