import type { Cause, NotJudged, RuledOut } from './cause.js';
import type { MissingEvidence } from './observation.js';
import type { Outcome } from './outcome.js';

export type Branch = 'app-bound' | 'db-bound' | 'mixed' | 'other-wait' | 'inconclusive';

export interface Evidence {
  id: string;
  kind: 'load' | 'profile' | 'process' | 'wire' | 'trace' | 'database' | 'plan' | 'accounting' | 'catalog' | 'rerun' | 'bisect';
  summary: string;
  /** Name of the artifact that has the full data. */
  artifact: string | null;
}

/** One line of the latency accounting. `perRequestMs` of all lines (with `unattributed`) add up to the mean latency. */
export interface AccountingLine {
  /** `service-cpu`, `gc`, `run-queue`, `event-loop-queue`, `database-execution`, `database-lock`, `database-io`, `pool-wait`, `pooler-wait`, `downstream <peer>`, `network`, `unattributed`… */
  resource: string;
  label: string;
  perRequestMs: number;
  /** 0..1 of the mean latency. */
  share: number;
  evidence: string[];
}

/** A test of the account itself: do quantities that were measured independently agree? `observed` and `limit` are ratios. */
export interface AccountCheck {
  id: 'over-attribution' | 'in-flight';
  ok: boolean;
  observed: number;
  limit: number;
  detail: string;
  evidence: string[];
}

/** What the captures of one window say: the result of the localization. */
export interface Diagnosis {
  outcome: Extract<Outcome, 'localized' | 'mixed' | 'capacity' | 'inconclusive'>;
  branch: Branch;
  reasons: string[];
  accounting: AccountingLine[];
  /** Absent in diagnoses made before the account was checked. */
  accountChecks?: AccountCheck[];
  causes: Cause[];
  ruledOut: RuledOut[];
  missingEvidence: MissingEvidence[];
  /** Absent in diagnoses that are older than the rules' lists of required evidence. */
  notJudged?: NotJudged[];
  evidence: Evidence[];
}
