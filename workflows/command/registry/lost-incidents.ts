/**
 * If the workflow of an incident is terminated, it pages nobody any more and cannot say so. The registry watches the open incidents, releases what a lost
 * one held, and tells whoever waits for it.
 */
import { condition, log } from '@temporalio/workflow';
import type { LostIncident } from '../../../activities/command/contract.js';
import type { MessageOrder } from '../../../core/command/communication/message.js';
import { neverBegun, release, type RegistryState } from '../../../core/command/incident/registry.js';
import { describeFailure } from '../../kernel/describe-failure.js';
import { broadcasting, delivering, reading, seeking } from '../activity-options.js';

/** Below the shortest time in which somebody has to answer (SEV1: 5 minutes). */
const lookEveryMs = 60_000;

export interface Registry {
  state: RegistryState;
  isLeaving: boolean;
  /** Number of messages under way; a history does not end in the middle of one. */
  telling: number;
}

export async function lookAfterOpen(registry: Registry): Promise<void> {
  let seenUnbegun: ReadonlySet<string> = new Set();
  for (;;) {
    const openIds = (): string[] => Object.keys(registry.state.open);
    await condition(() => registry.isLeaving || openIds().length > 0);
    if (registry.isLeaving) return;
    if (await condition(() => registry.isLeaving, lookEveryMs, { summary: 'do the open incidents still run?' })) return;
    const incidentIds = openIds();
    if (incidentIds.length === 0) continue;
    // If it cannot be asked now, it is asked a minute later.
    const lost = await seeking.findLostIncidents
      .executeWithOptions({ summary: incidentIds.join(', ').slice(0, 180) }, [{ incidentIds }])
      .catch(() => []);
    const unbegun = lost.filter(({ how }) => how === neverBegun).map(({ incidentId }) => incidentId);
    // One that was not there a minute ago may have been about to begin.
    for (const one of lost) if (one.how !== neverBegun || seenUnbegun.has(one.incidentId)) tellOf(registry, one);
    seenUnbegun = new Set(unbegun);
  }
}

function tellOf(registry: Registry, lost: LostIncident): void {
  const services = registry.state.open[lost.incidentId];
  if (services === undefined) return;
  registry.state = release(registry.state, lost.incidentId);
  registry.telling += 1;
  void tell(lost, services)
    .catch((error: unknown) => log.warn('a lost incident was not told of', { incidentId: lost.incidentId, reason: describeFailure(error) }))
    .finally(() => (registry.telling -= 1));
}

function messageOf({ incidentId, how, at, severity, status }: LostIncident, to: { person: string | null; key: string }): MessageOrder {
  const what = how === neverBegun ? 'was never begun, since its declaration was cut off' : `was ${how} at ${at.slice(11, 19)} UTC`;
  const text = `its workflow ${what}: nobody is paged or told any more. If it is not over, declare it again.`;
  return {
    ...{ event: 'state', deliveryId: `${incidentId}-lost-${to.key}`, incidentId, severity: severity ?? 'SEV1', status: status ?? how },
    ...{ title: { inline: `${incidentId} stands still` }, text: { inline: text } },
    ...{ level: null, role: null, person: to.person, acknowledgedBy: null, at },
  };
}

/** Tells the receivers of the catalog, the commander, and whoever would be paged first. One that cannot be reached does not hold up the others. */
async function tell(lost: LostIncident, services: readonly string[]): Promise<void> {
  const summary = `${lost.incidentId} is lost`;
  const policy = await reading.readCommandPolicy.executeWithOptions({ summary }, [{ services: [...services] }]);
  const told = policy.receivers
    .filter(({ kind }) => kind !== 'statuspage')
    .map(({ receiver }) =>
      broadcasting.sendToReceiver.executeWithOptions({ summary }, [
        { receiver, message: messageOf(lost, { person: null, key: `r${receiver}` }) },
      ]),
    );
  const notify = [...(lost.commander === null ? [] : [lost.commander]), ...(policy.paging[0]?.notify ?? [])];
  const { people } = await reading.resolveOnCall.executeWithOptions({ summary }, [{ notify, at: lost.at }]);
  const paged = people.map(({ person, channels }) => tellPerson(lost, person, channels));
  await Promise.allSettled([...told, ...paged]);
}

async function tellPerson(lost: LostIncident, person: string, channels: number): Promise<void> {
  const message = messageOf(lost, { person, key: person });
  for (let channel = 0; channel < channels; channel += 1) {
    const isTaken = await delivering.sendToPerson
      .executeWithOptions({ summary: `${lost.incidentId} is lost` }, [{ person, channel, message }])
      .then(
        () => true,
        () => false,
      );
    if (isTaken) return;
  }
}
