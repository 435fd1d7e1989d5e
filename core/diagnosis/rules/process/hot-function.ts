import type { Threshold } from '../../rule.js';
import { profileDocument } from '../../../evidence/kinds/profile.js';
import { assured } from '../../confidence.js';
import type { MissingEvidence } from '../../../model/observation.js';
import type { Frame, ProfileCategory, ProfileSummary } from '../../../model/profile.js';
import { percent } from '../../figures.js';
import { dependencyOf } from '../../../profile/rank/rank-libraries.js';
import { expectedGain } from '../../forecast/expected-gain.js';
import { cite, minimumShare, nothing, tooSmall, disproved, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';
import { wouldFit } from '../../would-fit.js';
import {
  applicationShare,
  avoidableCpu,
  callersOf,
  cpuProfile,
  frameLocation,
  frameText,
  functionKey,
  ownWork,
  profilePattern,
  unseenQueue,
  type OwnWork,
} from './cpu.js';

/**
 * Builtins and engine code that an application function calls count as its own cost. So does the work of a library, which nobody else asked for, and so do
 * files that it reads in the thread that serves requests.
 */
const ownCost = ['application', 'native', 'runtime', 'unknown', 'allocation', 'file-io'] as const;

const databaseCost = ['orm', 'database-driver'] as const;

const thresholds = {
  half: {
    value: 0.5,
    unit: 'of the CPU samples',
    source: 'What burns half of the demand doubles the load that fits; below that the load itself is asked first.',
  },
  unclear: {
    value: 0.5,
    unit: 'of the function',
    source: 'Where half of its work may be something else, the name of the defect would be a guess.',
  },
} as const satisfies Record<string, Threshold>;

export const hotFunction: Rule = { id: 'hot-function', requires: [profileDocument], thresholds, evaluate };

function evaluate(context: RuleContext): RuleVerdict {
  const profile = cpuProfile(context);
  if (profile === null) return nothing;
  const [first, second] = leading(context, profile);
  if (first === undefined) return nothing;
  const share = applicationShare(context) * first.share;
  if (share < minimumShare) {
    const unseen = unseenQueue(context, first.share, frameText(first.frame));
    if (unseen !== null) return { ...nothing, missing: [unseen] };
    return disproved(
      'hot-function',
      `the heaviest application function, ${frameText(first.frame)}, has ${percent(first.share)} of the CPU samples, and with the queue for them ${percent(share)} of the latency, ${tooSmall}`,
      [context.cited.profile],
    );
  }
  // If the load is still too much without a function that is less than half of the demand (including the collector that it feeds), that function is not why
  // the budget is broken.
  const [, withCollector] = avoidableCpu(profile, first.share);
  if (withCollector < thresholds.half.value && !wouldFit(context, 1 - withCollector)) {
    return disproved(
      'hot-function',
      `${frameText(first.frame)} has ${percent(first.share)} of the CPU samples, below the ${percent(thresholds.half.value)} from which on it is asked before the load, and what is left without it would still be more than the service can do`,
      [context.cited.profile, context.cited.process],
    );
  }
  const unclear = unclearShare(profile, first.frame);
  if (unclear >= thresholds.unclear.value * first.share) return { ...nothing, missing: [unclearSource(first.frame, unclear)] };
  const isTie = second !== undefined && overlaps(profile, first.share, second.share);
  const tie = isTie ? ` It is a tie with ${frameText(second.frame)} (${percent(second.share)}).` : '';
  const where = whereOf(profile, first);
  return {
    causes: [
      {
        id: 'hot-function',
        component: 'service CPU',
        location: frameLocation(first.frame),
        share,
        ...assured(context, isTie ? 'profile-tie' : profilePattern(profile)),
        summary: `${frameText(first.frame)} burns ${percent(first.share)} of the service's CPU samples ${where}, and CPU with the queue for it holds ${percent(applicationShare(context))} of the mean latency.${tie}`,
        evidence: cite(context.cited.profile, context.cited.process, context.cited.accounting),
        remedy: {
          kind: 'code-change',
          statement: `Change the algorithm of ${frameText(first.frame)}, cache its result, or move it off the request path.`,
          ...expectedGain(context, { cpu: avoidableCpu(profile, first.share) }),
        },
      },
    ],
    ruledOut: [],
  };
}

/**
 * If none of its own work leads, look at what a function uses in the driver or mapper of a database. Rules on statements know why; the place is certain
 * even if no statement could be seen.
 */
function leading(context: RuleContext, profile: ProfileSummary): OwnWork[] {
  const own = ownWork(profile, ...ownCost);
  const holds = (work: OwnWork | undefined): boolean => applicationShare(context) * (work?.share ?? 0) >= minimumShare;
  if (holds(own[0])) return own;
  const atDatabase = ownWork(profile, ...databaseCost);
  return holds(atDatabase[0]) ? atDatabase : own;
}

function whereOf(profile: ProfileSummary, work: OwnWork): string {
  if (work.library !== null && dependencyOf(work.frame) === work.library)
    return `in ${work.library}, which goes on there by itself: no function of the service is on the stack`;
  if (work.library !== null) return `in ${work.library}, which it calls`;
  if (isWork(profile, work, 'file-io')) return 'reading or writing files';
  return isWork(profile, work, ...databaseCost) ? 'in the driver and the mapper of its database' : 'itself';
}

/** Is at least half of it work of these kinds? */
function isWork(profile: ProfileSummary, { frame, share }: OwnWork, ...kinds: ProfileCategory[]): boolean {
  const same = callersOf(profile, ...kinds).find((caller) => functionKey(caller.frame) === functionKey(frame));
  return same !== undefined && 2 * same.share >= share;
}

function unclearShare(profile: ProfileSummary, frame: Frame): number {
  const isSame = (other: Frame): boolean => other.name === frame.name && other.module === frame.module && other.line === frame.line;
  return profile.unclear?.find((work) => isSame(work.frame))?.share ?? 0;
}

/** The function is hot. Whether its own loops or the serialization, regular expressions… that it calls are the reason would be a guess. */
function unclearSource(frame: Frame, share: number): MissingEvidence {
  return {
    id: 'packed-source',
    what: `what ${frameText(frame)} does with its ${percent(share)} of the CPU samples`,
    why: 'its code is packed into one line and has both loops of its own and calls of built-ins that leave no frame in the profile (JSON, regular expressions…)',
    remedy: 'run the same load against a build that is not minified (one statement a line), or look at this function in the sources',
  };
}

/** 95 % of a normal distribution lie within this many standard deviations of its mean. */
const deviations = 1.96;

/** Two shares whose 95 % intervals overlap are a tie. Without a number of samples nothing can be told apart. */
function overlaps(profile: ProfileSummary, first: number, second: number): boolean {
  if (profile.samples === null) return first < 2 * second;
  const halfWidth = (share: number): number => deviations * Math.sqrt((share * (1 - share)) / Math.max(1, profile.samples ?? 1));
  return first - halfWidth(first) <= second + halfWidth(second);
}
