import { percent } from './figures.js';
import type { CaptureDocument } from '../evidence/document.js';
import type { AccountingLine, Branch } from '../model/diagnosis.js';
import type { Cause, CauseId, ConfidenceBasis, RuledOut } from '../model/cause.js';
import type { MissingEvidence } from '../model/observation.js';
import type { SideShares } from './branch.js';
import type { EvidenceBook } from './evidence.js';
import type { Facts } from './facts.js';
import type { HitRates } from './confidence.js';
import type { CitedCaptures } from './describe-captures.js';
import type { DiagnosisInput } from './input.js';

/** What every rule sees. Shares are 0..1 of the mean latency. */
export interface RuleContext {
  input: DiagnosisInput;
  facts: Facts;
  lines: AccountingLine[];
  sides: SideShares;
  branch: Branch;
  book: EvidenceBook;
  cited: CitedCaptures & { accounting: string };
  hitRates: HitRates;
}

/** A cause that a rule found. `causality.ts` knows which other candidates are its consequences. */
export type Candidate = Cause & { basis: ConfidenceBasis };

/** A number that a verdict depends on. */
export interface Threshold {
  value: number;
  unit: string;
  /** Where it comes from, or how it is derived, in one sentence. */
  source: string;
}

export interface RuleVerdict {
  causes: Candidate[];
  /** Why the causes of the rule are excluded, if that is worth reporting; the cited evidence supports it. */
  ruledOut: RuledOut[];
  /** What the rule would have to see before it can decide. */
  missing?: MissingEvidence[];
}

/** One file per defect: the evidence it needs, the numbers it depends on, and what it then says. Pure. */
export interface Rule {
  id: CauseId;
  /** Without these documents the rule is not asked, and the runner reports that instead. */
  requires: readonly CaptureDocument<unknown>[];
  thresholds: Readonly<Record<string, Threshold>>;
  evaluate: (context: RuleContext) => RuleVerdict;
}

export const nothing: RuleVerdict = { causes: [], ruledOut: [] };

/** A defect that holds less than a quarter of the mean latency is a side remark, not the cause of a broken budget: removing it gains less than 25 %. */
export const minimumShare = 0.25;

/** `reason` says what was measured and which limit it is beyond. That something was merely not found disproves nothing. */
export function disproved(id: CauseId, reason: string, evidence: Citable[]): RuleVerdict {
  return { causes: [], ruledOut: [{ id, reason, evidence: cite(...evidence), kind: 'disproved' }] };
}

/** How a share that is too small for a cause is worded. */
export const tooSmall = `below the ${percent(minimumShare)} that a cause has to hold`;

/** An id of evidence, several, or none. */
type Citable = string | readonly string[] | null;

/** The ids that exist, each once, in order. */
export function cite(...ids: Citable[]): string[] {
  return [...new Set(ids.flatMap((id) => id ?? []))];
}
