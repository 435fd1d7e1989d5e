import type { EvidencePattern } from '../../core/diagnosis/confidence.js';

/** One cause that was named in a recorded window, and whether the window's truth says the same, at the same place. */
export interface JudgedCause {
  window: string;
  service: string;
  cause: string;
  pattern: EvidencePattern;
  isHit: boolean;
}
