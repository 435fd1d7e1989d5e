import type { Catalog } from '../../config/catalog.js';
import type { Change } from '../../core/command/changes/change.js';

export interface ChangeOrder {
  catalog: Catalog;
  /** Names of services. */
  services: readonly string[];
  fromMs: number;
  toMs: number;
  /** Where posted changes and snapshots are kept. */
  dataDirectory: string;
  signal: AbortSignal;
}

/** What one place knows, or why it could not be asked. One row of `sources` each. */
export interface ChangeReading {
  /** `git ../shop`, `argocd shop`: the kind of place and which. */
  source: string;
  changes: Change[];
  /** Null: it was read. */
  problem: string | null;
  /** What was read, for people. */
  detail: string;
}

export interface PlannedReading {
  source: string;
  read: () => Promise<Omit<ChangeReading, 'source'>>;
}

/** A kind of place that knows of changes: one file here and a line in `registry.ts`. It only reads. */
export interface ChangeSource {
  kind: string;
  title: string;
  /** The places of this kind that the catalog names; none is an empty list. */
  plan: (order: ChangeOrder) => PlannedReading[];
}

export function readAll(changes: Change[], detail: string): Omit<ChangeReading, 'source'> {
  return { changes, problem: null, detail };
}
