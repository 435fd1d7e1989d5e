/** What could be done about an incident, and whether it has helped. Changes nothing. */
import type { CheckRow } from '../../core/command/checks/check.js';
import { proposeMitigations } from '../../core/command/mitigation/propose-mitigations.js';
import type { PlannedMitigation } from '../../core/command/mitigation/mitigation-input.js';
import { UnreadableInputError } from '../../core/model/errors.js';
import type { CommandActivities, MitigationOrder } from './contract.js';
import type { CommandDependencies } from './dependencies.js';

export async function proposeFor(
  deps: CommandDependencies,
  { services: names, ...known }: MitigationOrder,
  signal: AbortSignal,
): ReturnType<CommandActivities['proposeMitigations']> {
  const { services, checks } = await deps.lookForMitigations(names, signal);
  const mitigations: PlannedMitigation[] = [];
  const problems: string[] = [];
  for (const proposal of proposeMitigations({ ...known, services, checks })) {
    try {
      mitigations.push(await deps.planRunbook(proposal));
    } catch (error) {
      if (!(error instanceof UnreadableInputError)) throw error;
      problems.push(`${proposal.title} (${proposal.runbook}): ${error.message}`.slice(0, 200));
    }
  }
  return { mitigations, problems };
}

/** Checks that are cited as evidence and are still bad, or can no longer be made: what was not seen is not good. */
function stillBad(checks: readonly CheckRow[], evidence: readonly string[]): string[] {
  return checks
    .filter(({ id, target, verdict }) => evidence.includes(`${id}:${target}`) && verdict !== 'ok')
    .map(({ id, target, verdict, detail }) => `${id} of ${target} is ${verdict}: ${detail}`);
}

export async function verifyBy(
  deps: CommandDependencies,
  { service, evidence }: { service: string; evidence: readonly string[] },
  signal: AbortSignal,
): Promise<{ isGood: boolean; detail: string }> {
  const [health, { checks }] = await Promise.all([deps.serviceHealth(service, signal), deps.lookForMitigations([service], signal)]);
  const cited = checks.filter(({ id, target }) => evidence.includes(`${id}:${target}`));
  const bad = stillBad(checks, evidence);
  const isUp = health.state === 'up';
  // If the service names no address for its health, the checks that suggested the mitigation decide.
  const isGood = bad.length === 0 && (isUp || (health.state === 'unknown' && cited.length > 0));
  const seen = cited.map(({ id, target, detail }) => `${id} of ${target} is ok: ${detail}`);
  const detail = [`${service} is ${health.state}`, ...(bad.length > 0 ? bad : seen)].join('; ');
  return { isGood, detail: detail.slice(0, 400) };
}
