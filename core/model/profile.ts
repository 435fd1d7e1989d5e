export type ProfileKind = 'cpu' | 'wall' | 'off-cpu' | 'lock' | 'alloc' | 'unknown';

export const profileCategories = [
  'application',
  'database-driver',
  'orm',
  'gc',
  'allocation',
  'lock',
  'serialization',
  'regex',
  'crypto',
  'compression',
  'logging',
  'templating',
  'reflection',
  'network-io',
  'file-io',
  'module-load',
  'framework',
  'runtime',
  'native',
  'kernel',
  'unknown',
] as const;
export type ProfileCategory = (typeof profileCategories)[number];

/** One function in a stack. `line` is 1-based. */
export interface Frame {
  name: string;
  /** Source file, URL, module, package or shared object, as the profiler names it; empty when it does not. */
  module: string;
  line: number | null;
}

/** A node of the merged call tree; weights are in the profile's unit. Children are sorted by weight, heaviest first. */
export interface FlameNode {
  frame: string;
  module: string;
  /** Absent or null when the profiler does not tell, and absent in older trees. */
  line?: number | null;
  category: ProfileCategory;
  self: number;
  total: number;
  children: FlameNode[];
}

export interface ProfileLeaf {
  frame: string;
  module: string;
  line: number | null;
  /** Self weight in the profile's unit. */
  self: number;
  /** 0..1 of the non-idle total. */
  selfShare: number;
  /** 95 % interval of selfShare; equal to [0, 1] when the number of samples is unknown. */
  ci: [number, number];
  category: ProfileCategory;
  /** The heaviest stack that ends in this leaf, root first. */
  stack: string[];
  /** The innermost frame of the application's own code in that stack (not a dependency, not the runtime). */
  applicationFrame: Frame | null;
}

export interface ProfileCheck {
  id: string;
  ok: boolean;
  detail: string;
}

export interface ProfileQuality {
  verdict: 'good' | 'low-confidence' | 'rejected';
  checks: ProfileCheck[];
}

export interface CategoryShare {
  category: ProfileCategory;
  share: number;
  /** Innermost application frames under which this category burns, heaviest first, with their share of the whole profile. */
  callers: { frame: Frame; share: number }[];
}

/** A function on a packed line that also calls built-ins without a frame: how much of its self time belongs to them is unknown. */
export interface UnclearWork {
  frame: Frame;
  share: number;
}

/**
 * CPU that one dependency uses under one application frame that called it, without the kinds of work that have a category of their own. When the dependency
 * continues by itself after something that it awaited, its own function is the caller.
 */
export interface LibraryShare {
  name: string;
  caller: Frame;
  share: number;
}

/** `analyze profile --json`, plus what the diagnosis needs. */
export interface ProfileSummary {
  format: string;
  kind: ProfileKind;
  unit: string;
  /** Sum of the weights without idle. */
  total: number;
  /** Number of samples without idle; null when the file cannot tell. */
  samples: number | null;
  /** Idle ÷ (idle + busy); null when the format has no idle frames. */
  idleShare: number | null;
  /** Wall-clock span of the capture; null when the file cannot tell. */
  durationMs: number | null;
  quality: ProfileQuality;
  leaves: ProfileLeaf[];
  categories: CategoryShare[];
  /** Heaviest first; absent where the format does not tell packages. */
  libraries?: LibraryShare[];
  /** Absent when there is none. */
  unclear?: UnclearWork[];
  /** Frames whose intervals overlap that of the first one: more than one is a tie. */
  leaders: string[];
}

/** Spans of one route, from the runtime's own tracing during the window. */
export interface RouteSpans {
  method: string;
  /** Path without the query string; ids folded (`/orders/:id`). */
  route: string;
  requests: number;
  meanMs: number;
  maxMs: number;
  /** Main-thread CPU samples that fell while at least one request of this route was running and that are charged to it, 0..1 of the profile. */
  cpuShare: number;
}

/** A stretch in which one stack held the event loop while other requests were open. */
export interface LoopBlocker {
  frame: string;
  module: string;
  line: number | null;
  stack: string[];
  applicationFrame: Frame | null;
  /** Number of stretches, the longest, and their sum ÷ the window (0..1). */
  count: number;
  longestMs: number;
  share: number;
  /** Routes that were open in those stretches. The first is the one that most often was the last to start before the stretch. */
  routes: string[];
}

export interface RequestTrace {
  routes: RouteSpans[];
  outbound: { peer: string; method: string; route: string; requests: number; meanMs: number; failed: number }[];
  blockers: LoopBlocker[];
}
