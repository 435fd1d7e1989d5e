import type { RunState } from '../../core/command/runbook/run-state.js';
import type { Kernel } from '../kernel/context.js';

/** What the parts of a run share. */
export interface Run {
  readonly state: RunState;
  readonly publish: () => void;
  /** For the loads that it holds. */
  readonly kernel: Kernel;
}
