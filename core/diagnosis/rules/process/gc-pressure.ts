import type { Threshold } from '../../rule.js';
import { profileDocument } from '../../../evidence/kinds/profile.js';
import { assured } from '../../confidence.js';
import type { Frame, ProfileLeaf, ProfileSummary } from '../../../model/profile.js';
import { percent } from '../../figures.js';
import { expectedGain } from '../../forecast/expected-gain.js';
import { cite, nothing, disproved, type Rule, type RuleContext, type RuleVerdict } from '../../rule.js';
import { areStatementsCounted, areStatementsOpen, talkingShare, uncounted } from '../database/open-statements.js';
import {
  applicationShare,
  avoidableCpu,
  callersOf,
  categoryShare,
  cpuProfile,
  frameLocation,
  frameText,
  functionKey,
  profilePattern,
} from './cpu.js';

/** The code that allocates pays for the allocation as well, so it is charged together with the collector. */
const thresholds = {
  collector: {
    value: 0.2,
    unit: 'of the CPU samples',
    source:
      'Twice the pause ratio at which JDK Mission Control warns (GcPauseRatio, 10 %): this share holds the allocation that feeds the collector, too.',
  },
  told: {
    value: 0.03,
    unit: 'of the CPU samples',
    source: 'Below that a collector is what every managed runtime has, and is not worth a line.',
  },
} as const satisfies Record<string, Threshold>;

export const gcPressure: Rule = { id: 'gc-pressure', requires: [profileDocument], thresholds, evaluate };

function evaluate(context: RuleContext): RuleVerdict {
  const profile = cpuProfile(context);
  if (profile === null) return nothing;
  const collector = categoryShare(profile, 'gc', 'allocation');
  if (collector < thresholds.collector.value)
    return collector < thresholds.told.value
      ? nothing
      : disproved(
          'gc-pressure',
          `garbage collection and allocation take ${percent(collector)} of the CPU samples, below ${percent(thresholds.collector.value)}`,
          [context.cited.profile],
        );
  const site = allocationSite(profile);
  const files = callersOf(profile, 'file-io')[0];
  if (files !== undefined && files.share > collector && isSame(files.frame, site?.frame))
    return disproved(
      'gc-pressure',
      `garbage collection and allocation take ${percent(collector)} of the CPU samples, less than the ${percent(files.share)} in which ${frameText(files.frame)} reads and writes the files that fill the memory`,
      [context.cited.profile],
    );
  // Rows that are fetched are garbage a moment later: then the collector is a part of what the driver burns.
  const talking = talkingShare(context);
  if (talking > collector && !areStatementsCounted(context)) return { ...nothing, missing: [uncounted(talking)] };
  if (talking > collector && areStatementsOpen(context)) return nothing;
  const share = applicationShare(context) * Math.min(1, collector + (site?.share ?? 0));
  const where = site === null ? '' : `; the heaviest code in front of it is ${frameText(site.frame)} (${percent(site.share)})`;
  return {
    causes: [
      {
        id: 'gc-pressure',
        component: 'service CPU',
        location: frameLocation(site?.frame),
        share,
        ...assured(context, profilePattern(profile)),
        summary: `Garbage collection and allocation take ${percent(collector)} of the service's CPU samples${where}.`,
        evidence: cite(context.cited.profile, context.cited.process, context.cited.accounting),
        remedy: {
          kind: 'code-change',
          statement: `Allocate less per request: reuse buffers, stream instead of collecting, avoid intermediate copies${site === null ? '' : ` in ${frameText(site.frame)}`}.`,
          ...expectedGain(context, { cpu: avoidableCpu(profile, Math.min(1, collector + (site?.share ?? 0)), 0) }),
        },
      },
    ],
    ruledOut: [],
  };
}

/** A function meets the collector about as often as it allocates. One that meets it less than half as often as another is not the one that feeds it. */
const metBySite = 0.5;

/**
 * The collector runs when memory is full, not where memory is wasted, so a single stack under it proves little. The site is the application frame with the
 * most CPU, its own and under the collector together, of those that meet the collector often.
 */
function allocationSite(profile: ProfileSummary): { frame: NonNullable<ProfileLeaf['applicationFrame']>; share: number } | null {
  const own = callersOf(profile, 'application', 'native', 'runtime', 'unknown');
  const meeting = callersOf(profile, 'gc', 'allocation');
  const often = meeting.filter(({ share }) => share >= metBySite * (meeting[0]?.share ?? 0));
  const together = callersOf(profile, 'application', 'native', 'runtime', 'unknown', 'gc', 'allocation').find(
    ({ frame }) => often.length === 0 || often.some((met) => isSame(met.frame, frame)),
  );
  if (together === undefined) return null;
  const beside = own.find((caller) => isSame(caller.frame, together.frame));
  return { frame: together.frame, share: beside?.share ?? 0 };
}

function isSame(one: Frame, other: Frame | undefined): boolean {
  return other !== undefined && functionKey(one) === functionKey(other);
}
