/** What proposals are made from, and what one is. Nothing of it holds a secret. */
import type { CheckRow } from '../checks/check.js';
import type { Risk } from '../runbook/runbook.js';

export interface SeenChange {
  id: string;
  at: string;
  service: string;
  kind: string;
  ref: string;
  title: string;
  verdict: 'suspected' | 'confirmed' | 'ruled-out-by-time';
  revertible: boolean;
  /** Runbook that takes it back, where whoever told of the change named one. */
  rollback: string | null;
}

export interface SeenCause {
  /** Event or triage that found it. */
  evidence: string;
  service: string;
  /** Rule that named it: `pool-exhausted`, `lock-wait`. */
  rule: string;
  title: string;
}

export interface SeenService {
  name: string;
  canRollBack: boolean;
  canRestart: boolean;
  /** Names of its databases by kind. */
  databases: readonly { name: string; kind: string }[];
  /** Literal prefixes of keys that may be dropped. */
  cachePrefixes: readonly string[];
  logFolders: readonly string[];
}

export interface MitigationInput {
  /** Null: not known; then no change can be too early. */
  onset: string | null;
  /** How far the onset may be off. */
  uncertaintyMs: number;
  /** A change so long before the onset may have caused it. */
  changeWindowMs: number;
  services: readonly SeenService[];
  changes: readonly SeenChange[];
  checks: readonly CheckRow[];
  causes: readonly SeenCause[];
}

export interface MitigationProposal {
  /** The same for the same proposal, so that it is made once: `rollback-shop-v42`. */
  planId: string;
  title: string;
  why: string;
  evidence: string[];
  runbook: string;
  parameters: Record<string, string>;
  service: string;
}

/** A proposal with the runbook as it would be run: what is shown, approved and started is this snapshot and no other. */
export interface PlannedMitigation extends MitigationProposal {
  risk: Risk;
  /** What its steps do, resolved, one line each. */
  commands: readonly string[];
  /** Name of the file, and its text in the artifact store. */
  file: string;
  snapshot: string;
  /** SHA-256 of the snapshot with the catalog's commands and the parameters filled in. */
  digest: string;
}
