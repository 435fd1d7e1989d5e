import type { CauseId } from '../../model/incident.js';
import type { ProfileCategory } from '../../model/profile.js';
import { percent } from '../figures.js';
import { cite, expectedGain, minimumShare, nothing, verdictOut, type Rule, type RuleContext, type RuleVerdict } from '../rule.js';
import { applicationShare, callersOf, categoryShare, cpuProfile, frameLocation, frameText, profileConfidence } from './cpu.js';

interface CategoryDefect {
  id: CauseId;
  category: ProfileCategory;
  noun: string;
  advice: string;
}

/** A kind of work that should be cheap leads the profile of a busy service; it is blamed on the application frame that asked for it. */
export function categoryRule(defect: CategoryDefect): Rule {
  return { id: defect.id, evaluate: (context) => evaluateCategory(defect, context) };
}

function evaluateCategory(defect: CategoryDefect, context: RuleContext): RuleVerdict {
  const profile = cpuProfile(context);
  if (profile === null) return nothing;
  const inProfile = categoryShare(profile, defect.category);
  const share = applicationShare(context) * inProfile;
  if (share < minimumShare) {
    return inProfile < 0.05
      ? nothing
      : verdictOut(defect.id, `${defect.noun} is only ${percent(inProfile)} of the CPU samples`, [context.cited.profile]);
  }
  const caller = callersOf(profile, defect.category)[0];
  const where = caller === undefined ? '' : ` under ${frameText(caller.frame)} (${percent(caller.share)} of all samples)`;
  return {
    causes: [
      {
        id: defect.id,
        component: 'service CPU',
        location: frameLocation(caller?.frame),
        share,
        confidence: profileConfidence(context, profile, false),
        summary: `${defect.noun} takes ${percent(inProfile)} of the service's CPU samples${where}, and CPU with the queue for it holds ${percent(applicationShare(context))} of the mean latency.`,
        evidence: cite(context.cited.profile, context.cited.process, context.cited.accounting),
        remedy: {
          kind: 'code-change',
          statement: defect.advice + (caller === undefined ? '' : ` Start at ${frameText(caller.frame)}.`),
          expected: expectedGain(context, share),
          basis: 'estimated',
        },
      },
    ],
    ruledOut: [],
  };
}
