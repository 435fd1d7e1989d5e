import type { Catalog } from '../../config/catalog.js';
import type { CheckArea, Finding } from '../../core/command/checks/check.js';

/** What the checks of one run have in common. */
export interface CheckWorld {
  catalog: Catalog;
  /** Names of the services to look at. */
  services: readonly string[];
  /** Opens something once a run, for every check that asks; `release` is called at the end of the run. */
  share<T>(key: string, open: (signal: AbortSignal) => Promise<T>, release?: (value: T) => Promise<void> | void): Promise<T>;
}

/** One thing to look at. `look` gets a signal that ends it; what it cannot see it says as `unknown`, and what it throws becomes that, too. */
export interface PlannedLook {
  target: string;
  look: (signal: AbortSignal) => Promise<Finding>;
}

/** One kind of look: a file in the folder of its area and a line in `registry.ts`. Nothing that it does may change anything. */
export interface Check {
  /** `area.what`, never given anew: people and runbooks name it. */
  id: string;
  area: CheckArea;
  /** What it tells, for lists. */
  title: string;
  /** Busy with the processor for a while: it begins when the others are through, so that it does not make their answers look slow. */
  isHeavy?: boolean;
  plan: (world: CheckWorld) => PlannedLook[];
}
