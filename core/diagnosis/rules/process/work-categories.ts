import type { Threshold } from '../../rule.js';
import { profileDocument } from '../../../evidence/kinds/profile.js';
import { assured } from '../../confidence.js';
import type { CauseId } from '../../../model/cause.js';
import type { ProfileCategory } from '../../../model/profile.js';
import { capitalized, percent } from '../../figures.js';
import { expectedGain } from '../../forecast/expected-gain.js';
import { cite, minimumShare, nothing, tooSmall, disproved, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';
import {
  applicationShare,
  callersOf,
  categoryShare,
  cpuProfile,
  frameLocation,
  frameText,
  profilePattern,
  avoidableCpu,
  unseenQueue,
} from './cpu.js';

const thresholds = {
  told: {
    value: 0.05,
    unit: 'of the CPU samples',
    source: 'Below a twentieth nobody suspects it, and a row that rules it out would only be noise.',
  },
} as const satisfies Record<string, Threshold>;

interface CategoryDefect {
  id: CauseId;
  category: ProfileCategory;
  noun: string;
  advice: string;
}

const defects: readonly CategoryDefect[] = [
  {
    id: 'regex-backtracking',
    category: 'regex',
    noun: 'regular expression matching',
    advice: 'Make the pattern linear (no nested or overlapping quantifiers), anchor it, or bound the input before matching.',
  },
  {
    id: 'serialization',
    category: 'serialization',
    noun: 'serialization (encoding or decoding of payloads)',
    advice: 'Send less: select the needed fields, page, stream, or cache the encoded form.',
  },
  {
    id: 'crypto',
    category: 'crypto',
    noun: 'cryptography',
    advice:
      'Take key derivation and hashing off the request thread (asynchronous API, worker), reuse sessions and keys, or lower the work factor where policy allows.',
  },
  {
    id: 'compression',
    category: 'compression',
    noun: 'compression',
    advice: 'Lower the compression level, skip small or already compressed bodies, compress once and cache, or leave it to the proxy.',
  },
  {
    id: 'logging',
    category: 'logging',
    noun: 'logging',
    advice: 'Raise the log level on this path, drop stack captures and large objects, log asynchronously.',
  },
  {
    id: 'templating',
    category: 'templating',
    noun: 'template rendering',
    advice: 'Compile templates once, cache rendered fragments, render less per request.',
  },
  {
    id: 'reflection',
    category: 'reflection',
    noun: 'reflection',
    advice: 'Copy and inspect less: copy only what is changed, cache the reflective look-ups, or generate the accessors once.',
  },
];

/** A kind of work that should be cheap leads the profile of a busy service. The application frame that asked for it is blamed. */
function categoryRule(defect: CategoryDefect): Rule {
  return { id: defect.id, requires: [profileDocument], thresholds, evaluate: (context) => evaluateCategory(defect, context) };
}

/** If two shares read the same, only one is written. */
const sameShare = 0.01;

function evaluateCategory(defect: CategoryDefect, context: RuleContext): RuleVerdict {
  const profile = cpuProfile(context);
  if (profile === null) return nothing;
  const inProfile = categoryShare(profile, defect.category);
  const share = applicationShare(context) * inProfile;
  if (share < minimumShare) {
    const caller = callersOf(profile, defect.category)[0];
    const unseen = unseenQueue(context, inProfile, `${defect.noun}${caller === undefined ? '' : ` under ${frameText(caller.frame)}`}`);
    if (unseen !== null) return { ...nothing, missing: [unseen] };
    return inProfile < thresholds.told.value
      ? nothing
      : disproved(
          defect.id,
          `${defect.noun} takes ${percent(inProfile)} of the CPU samples, and with the queue for them ${percent(share)} of the latency, ${tooSmall}`,
          [context.cited.profile],
        );
  }
  const caller = callersOf(profile, defect.category)[0];
  const where =
    caller === undefined
      ? ''
      : `, ${inProfile - caller.share < sameShare ? 'all of it' : percent(caller.share)} under ${frameText(caller.frame)}`;
  return {
    causes: [
      {
        id: defect.id,
        component: 'service CPU',
        location: frameLocation(caller?.frame),
        share,
        ...assured(context, profilePattern(profile)),
        summary: `${capitalized(defect.noun)} takes ${percent(inProfile)} of the service's CPU samples${where}, and CPU with the queue for it holds ${percent(applicationShare(context))} of the mean latency.`,
        evidence: cite(context.cited.profile, context.cited.process, context.cited.accounting),
        remedy: {
          kind: 'code-change',
          statement: defect.advice + (caller === undefined ? '' : ` Start at ${frameText(caller.frame)}.`),
          ...expectedGain(context, { cpu: avoidableCpu(profile, inProfile) }),
        },
      },
    ],
    ruledOut: [],
  };
}

export const categoryRules: readonly Rule[] = defects.map(categoryRule);
