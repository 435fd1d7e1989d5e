import { siteText } from '../evidence/kinds/standing.js';
import type { AccountCheck, AccountingLine } from '../model/diagnosis.js';
import type { MissingEvidence } from '../model/observation.js';
import { saturated } from './account/cpu-facts.js';
import { standingSite } from './account/standing-site.js';
import { percent } from './figures.js';
import type { Facts } from './facts.js';
import type { DiagnosisInput } from './input.js';

/**
 * What would tell more when every capture was taken, every rule was asked and none found a cause: *inconclusive* never stands alone. On a host that others
 * keep busy every measured wait is longer than it would be otherwise, so that comes first.
 */
export function unexplained(
  input: DiagnosisInput,
  facts: Facts,
  { lines, checks }: { lines: readonly AccountingLine[]; checks: readonly AccountCheck[] },
): MissingEvidence {
  const { cpu } = facts;
  const shared = checks.find(({ id, ok }) => id === 'in-flight' && !ok);
  // Whatever stands out may be of the others then, so nothing can be named before they are away.
  if (shared !== undefined)
    return {
      id: 'other-requests',
      what: 'the same load without the other requests that the service has',
      why: shared.detail,
      remedy: 'keep the other traffic away from this instance of the service (take it out of the load balancer), or triage what they call',
    };
  const host = input.service?.process?.host;
  const site = standingSite(input, facts);
  const stand = site === null ? '' : `; most of the requests inside the service stood at ${siteText(site)}`;
  const own = cpu?.totalCores ?? 0;
  // Others use more of the host than the service does, so they would have to give way.
  if (host !== undefined && host.cpuRatio >= saturated && host.cpuRatio * host.cores - own > own)
    return {
      id: 'quiet-host',
      what: 'the same load on a host with CPU to spare',
      why: `the host of the service was ${percent(host.cpuRatio)} busy, so every wait on it was longer than it is alone, and none stood out${stand}`,
      remedy: 'see what else runs there (top), stop or move it, and triage again',
    };
  const largest = [...lines].sort((a, b) => b.share - a.share)[0];
  return {
    id: 'unexplained',
    what: largest === undefined ? 'where the time goes' : `what makes up "${largest.label}", ${percent(largest.share)} of the mean latency`,
    why: `every rule was asked, and none found evidence strong enough${stand}`,
    remedy: 'look there by hand, or hand off to the bisector to find the change that introduced it',
  };
}
