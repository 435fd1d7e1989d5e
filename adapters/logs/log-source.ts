import type { CatalogLog } from '../../config/catalog/operations.js';
import type { TimedLine } from '../../core/command/logs/log-line.js';

export interface LogOrder {
  fromMs: number;
  toMs: number;
  /** The catalog's folder, for relative paths. */
  directory: string;
  signal: AbortSignal;
}

/** Lines of one stream (a file, a container), in their order: stacks of two streams must not mix. */
export interface LogStream {
  name: string;
  lines: (string | TimedLine)[];
  /** Lines earlier than that were not read, for want of room; null: everything since `fromMs` is there. */
  completeFromMs: number | null;
}

/** A kind of log: one file here and a line in `registry.ts`. `read` throws EvidenceUnavailableError when it cannot. */
export interface LogSource<Kind extends string = string> {
  kind: Kind;
  title: string;
  /** Null: this entry of the catalog is of another kind. */
  open: (log: CatalogLog) => { name: string; read: (order: LogOrder) => Promise<LogStream[]> } | null;
}

/** As much of one stream as is read; the newest counts. An hour of a busy service is more, and its templates show in less. */
export const streamBytes = 16 * 1024 * 1024;
