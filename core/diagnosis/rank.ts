import { percent } from './figures.js';
import type { Cause, RuledOut } from '../model/cause.js';
import { accountsForInside, minimumConfidence, placeIds, whyConsequence } from './causality.js';
import { minimumShare, type Candidate, type RuleContext } from './rule.js';

export interface Ranking {
  outcome: 'localized' | 'mixed' | 'capacity' | 'inconclusive';
  causes: Cause[];
  ruledOut: RuledOut[];
  reasons: string[];
}

/** More than a cause has to hold (`minimumShare`), with room for its error: an unseen cause may be larger than the seen one. */
const muchUnattributed = 0.3;

/** A cause with less than half the share of the first is a side remark; two of similar size make a mixed incident. */
const secondToFirst = 0.5;

/** Shares of the latency that no cause may claim. */
export interface UnexplainedRest {
  unattributed: number;
  /** Waiting inside the process for something that was not observed. */
  insideWait: number;
}

/** Orders candidates by share, drops what is the consequence of another, and decides how much may be said. */
export function rankCauses(candidates: readonly Candidate[], rest: UnexplainedRest, context: RuleContext): Ranking {
  const { unattributed } = rest;
  const sorted = [...candidates].sort((a, b) => b.share - a.share || a.id.localeCompare(b.id));
  const explained = consequences(sorted, context);
  const kept = sorted.filter((candidate) => !explained.has(candidate));
  const ruledOut = [...explained]
    .filter(([{ id }]) => !placeIds.has(id))
    .map(([candidate, { cause, why }]) => consequenceRow(candidate, cause, why));
  const first = kept[0];
  const reasons: string[] = [];
  if (first === undefined || first.share < minimumShare || first.confidence < minimumConfidence) {
    reasons.push(
      first === undefined
        ? 'no rule found evidence strong enough to name a cause'
        : `the strongest candidate, ${first.id}, explains ${percent(first.share)} with confidence ${first.confidence.toFixed(2)}: too weak to name as the cause (${first.summary.replace(/\.$/, '')})`,
    );
    if (unattributed >= muchUnattributed)
      reasons.push(`${percent(unattributed)} of the latency is not attributed to any observed resource`);
    return { outcome: 'inconclusive', causes: [], ruledOut, reasons };
  }
  const hidden = hiddenLarger(kept, rest);
  if (hidden !== null) return { outcome: 'inconclusive', causes: [], ruledOut, reasons: [hidden] };
  // The smaller candidates may be about the very thing that the unseen wait is for.
  const standing = first.id === 'inside-wait' ? [first] : kept;
  const causes = standing.filter(
    (candidate) => candidate.share >= Math.max(minimumShare, secondToFirst * first.share) && candidate.confidence >= minimumConfidence,
  );
  const lesser = kept
    .filter((candidate) => !causes.includes(candidate) && candidate.share >= minimumShare)
    .map((each) => lesserRow(each, first));
  ruledOut.push(...lesser);
  if (first.id === 'capacity') return { outcome: 'capacity', causes: causes.slice(0, 1), ruledOut, reasons };
  return { outcome: causes.length > 1 ? 'mixed' : 'localized', causes, ruledOut, reasons };
}

/** If more of the latency is a wait whose reason was not seen, the largest visible cause is not the cause. The reason in words, or null. */
function hiddenLarger(kept: Candidate[], { insideWait }: UnexplainedRest): string | null {
  const first = kept[0];
  if (first === undefined || kept.some((candidate) => accountsForInside.has(candidate.id)) || insideWait <= first.share) return null;
  return `the strongest candidate, ${first.id}, holds ${percent(first.share)} of the latency, but ${percent(insideWait)} are waits inside the service whose reason was not seen`;
}

interface Explanation {
  cause: Candidate;
  why: string;
}

/** Larger candidates explain others first; a candidate that is itself explained explains nothing. */
function consequences(sorted: readonly Candidate[], context: RuleContext): Map<Candidate, Explanation> {
  const explained = new Map<Candidate, Explanation>();
  for (const cause of sorted) {
    if (explained.has(cause)) continue;
    for (const other of sorted) {
      const why = whyConsequence({ cause, other }, context);
      if (why !== null && !explained.has(other)) explained.set(other, { cause, why });
    }
  }
  return explained;
}

/** A candidate that is too small beside the first cause is still reported, because it remains when the first one is gone. */
function lesserRow({ id, summary, evidence, share, confidence }: Candidate, first: Candidate): RuledOut {
  const why =
    first.id === 'inside-wait'
      ? 'what the requests wait for inside the service was not seen, and may be what this is about'
      : confidence < minimumConfidence
        ? `the evidence is too weak to name it beside ${first.id}`
        : `it holds ${percent(share)} of the mean latency, less than half of ${first.id} with ${percent(first.share)}`;
  return { id, reason: `${why}: ${summary}`, evidence, kind: 'lesser' };
}

function consequenceRow({ id, summary, evidence }: Candidate, cause: Candidate, why: string): RuledOut {
  return { id, reason: `${why}: ${summary}`, evidence, kind: 'consequence', consequenceOf: cause.id };
}
