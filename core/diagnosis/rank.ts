import type { Cause, CauseId, RuledOut } from '../model/incident.js';
import type { Candidate } from './rule.js';
import { minimumShare } from './rule.js';

export interface Ranking {
  outcome: 'localized' | 'mixed' | 'capacity' | 'inconclusive';
  causes: Cause[];
  ruledOut: RuledOut[];
  reasons: string[];
}

/** A cause that is less than half as large as the first is a remark; two of like size are a mixed incident. */
const secondToFirst = 0.5;
/** Below this the responder does not put its name under a cause. */
const minimumConfidence = 0.4;

/** Shares of the latency that no cause may claim. */
export interface UnexplainedRest {
  unattributed: number;
  /** Waiting inside the process for something that was not observed. */
  insideWait: number;
}

/** Orders candidates by share, drops what a larger or equal candidate explains as its consequence, and decides how much may be said. */
export function rankCauses(candidates: Candidate[], rest: UnexplainedRest): Ranking {
  const { unattributed } = rest;
  const sorted = [...candidates].sort((a, b) => b.share - a.share || a.id.localeCompare(b.id));
  const explained = consequences(sorted);
  // "The load is too high" is what remains when nothing is wrong; any defect strong enough to be named comes before it.
  const defect = sorted.find(
    (candidate) => candidate.id !== 'capacity' && candidate.share >= minimumShare && candidate.confidence >= minimumConfidence,
  );
  if (defect !== undefined) explained.set('capacity', defect.id);
  const kept = sorted.filter((candidate) => !explained.has(candidate.id));
  const ruledOut = sorted.filter((candidate) => explained.has(candidate.id)).map((candidate) => consequenceRow(candidate, explained));
  const first = kept[0];
  const reasons: string[] = [];
  if (first === undefined || first.share < minimumShare || first.confidence < minimumConfidence) {
    reasons.push(
      first === undefined
        ? 'no rule found evidence strong enough to name a cause'
        : `the strongest candidate, ${first.id}, explains ${Math.round(first.share * 100)} % with confidence ${first.confidence.toFixed(2)}: too weak to name`,
    );
    if (unattributed >= 0.3) reasons.push(`${Math.round(unattributed * 100)} % of the latency is not attributed to any observed resource`);
    return { outcome: 'inconclusive', causes: [], ruledOut, reasons };
  }
  const hidden = hiddenLarger(kept, rest);
  if (hidden !== null) return { outcome: 'inconclusive', causes: [], ruledOut, reasons: [hidden] };
  const causes = kept.filter(
    (candidate) => candidate.share >= Math.max(minimumShare, secondToFirst * first.share) && candidate.confidence >= minimumConfidence,
  );
  const named = causes.map(toCause);
  if (first.id === 'capacity') return { outcome: 'capacity', causes: named.slice(0, 1), ruledOut, reasons };
  return { outcome: named.length > 1 ? 'mixed' : 'localized', causes: named, ruledOut, reasons };
}

/** Causes that account for waiting inside the process; for all others it is somebody else's part. */
const inside: ReadonlySet<CauseId> = new Set([
  'thread-pool-starvation',
  'lock-contention',
  'pool-exhausted',
  'connection-leak',
  'connection-limit',
  'cpu-starved',
  // Pauses between the tries.
  'retry-amplification',
]);

/** The largest cause that was seen is not the cause when more of the latency is a wait whose reason was not seen; in words, or null. */
function hiddenLarger(kept: Candidate[], { insideWait }: UnexplainedRest): string | null {
  const first = kept[0];
  if (first === undefined || kept.some((candidate) => inside.has(candidate.id)) || insideWait <= first.share) return null;
  return `the strongest candidate, ${first.id}, holds ${Math.round(first.share * 100)} % of the latency, but ${Math.round(insideWait * 100)} % are waits inside the service whose reason was not seen`;
}

/** Which id is explained by which stronger candidate. An explanation must hold at least half of what it explains. */
function consequences(sorted: Candidate[]): Map<CauseId, CauseId> {
  const explained = new Map<CauseId, CauseId>();
  for (const cause of sorted) {
    for (const other of sorted) {
      const isWeaker = cause.share >= 0.5 * other.share;
      if (cause !== other && cause.explains.includes(other.id) && isWeaker && !explained.has(cause.id)) explained.set(other.id, cause.id);
    }
  }
  return explained;
}

function consequenceRow(candidate: Candidate, explained: Map<CauseId, CauseId>): RuledOut {
  return {
    id: candidate.id,
    reason: `a consequence of ${explained.get(candidate.id) ?? 'another cause'}: ${candidate.summary}`,
    evidence: candidate.evidence,
  };
}

function toCause({ id, component, location, share, confidence, summary, evidence, remedy }: Candidate): Cause {
  return { id, component, location, share, confidence, summary, evidence, remedy };
}
