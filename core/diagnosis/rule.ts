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

/** A cause that a rule found. Which other ones are its consequences, `causality.ts` knows. */
export type Candidate = Cause & { basis: ConfidenceBasis };

/** A number on which a verdict turns. */
export interface Threshold {
  value: number;
  unit: string;
  /** Where it comes from, or how it is derived, in one sentence. */
  source: string;
}

export interface RuleVerdict {
  causes: Candidate[];
  /** Why the rule's causes are out, when that is worth telling; the cited evidence supports it. */
  ruledOut: RuledOut[];
  /** What the rule would have to see before it may speak. */
  missing?: MissingEvidence[];
}

/** One file a defect: what it needs to see, the numbers it turns on, and what it then says. Pure. */
export interface Rule {
  id: CauseId;
  /** Documents without which it says nothing; the runner tells that instead. */
  requires: readonly CaptureDocument<unknown>[];
  thresholds: Readonly<Record<string, Threshold>>;
  evaluate: (context: RuleContext) => RuleVerdict;
}

export const nothing: RuleVerdict = { causes: [], ruledOut: [] };

/** Below a quarter of the mean latency a defect is a remark, not the cause of a broken budget: removing it gains less than 25 %. */
export const minimumShare = 0.25;

/** `reason` says what was measured and which limit it is beyond; a finding that merely was not made is no disproof. */
export function disproved(id: CauseId, reason: string, evidence: Citable[]): RuleVerdict {
  return { causes: [], ruledOut: [{ id, reason, evidence: cite(...evidence), kind: 'disproved' }] };
}

/** How a share that is too small for a cause is told. */
export const tooSmall = `below the ${percent(minimumShare)} that a cause has to hold`;

/** An id of evidence, several, or none. */
type Citable = string | readonly string[] | null;

/** The ids that exist, each once, in order. */
export function cite(...ids: Citable[]): string[] {
  return [...new Set(ids.flatMap((id) => id ?? []))];
}
