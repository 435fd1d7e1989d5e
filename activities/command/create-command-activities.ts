import { Context } from '@temporalio/activity';
import type { IncidentMessage, MessageOrder } from '../../core/command/communication/message.js';
import { publicationOf, publicIncident, type PublicIncident, type PublicOrder } from '../../core/command/communication/public-incident.js';
import { unknownFinding } from '../../core/command/checks/check.js';
import type { ServiceRow } from '../../core/command/incident/findings.js';
import type { RecordText } from '../../core/command/incident/record-event.js';
import { translating } from '../translate-error.js';
import type { CommandActivities } from './contract.js';
import type { CommandDependencies } from './dependencies.js';
import { proposeFor, verifyBy } from './mitigate.js';

function within(ms: number): AbortSignal {
  return AbortSignal.any([Context.current().cancellationSignal, AbortSignal.timeout(ms)]);
}

/** Ends a try that a provider does not answer in time, so that it is retried. */
function signal(): AbortSignal {
  return within(9_000);
}

/** Below the 20 seconds of a step of the five minutes, so that what is known by then is reported rather than lost. */
const healthWithinMs = 15_000;
const changesWithinMs = 18_000;

/** Every service has its row, whatever happens to the checks: one that cannot be checked is unknown, with the reason. */
async function lookAt(deps: CommandDependencies, service: string): Promise<ServiceRow> {
  const began = Date.now();
  const late = within(healthWithinMs);
  const tooLate = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () => reject(new Error(`no answer within ${healthWithinMs / 1000} s`)), { once: true });
  });
  try {
    return await Promise.race([deps.serviceHealth(service, late), tooLate]);
  } catch (error) {
    const detail = (error instanceof Error ? error.message : String(error)).slice(0, 200);
    const row = { id: 'health', area: 'service' as const, target: service, tookMs: Date.now() - began };
    return { service, state: 'unknown', checks: [{ ...row, ...unknownFinding(detail, `Run perf-responder check ${service}.`) }] };
  }
}

export function createCommandActivities(deps: CommandDependencies): CommandActivities {
  const textOf = async (text: RecordText): Promise<string> => ('inline' in text ? text.inline : await deps.readText(text.artifact));
  const fill = async ({ title, text, ...order }: MessageOrder): Promise<IncidentMessage> => ({
    version: 1,
    ...order,
    title: await textOf(title),
    text: await textOf(text),
    incidentUrl: deps.incidentUrl(order.incidentId),
    ackUrl: order.event === 'page' && order.person !== null ? deps.ackUrl(order.incidentId, order.person) : null,
  });
  const publicOf = async (order: PublicOrder<RecordText>): Promise<PublicIncident> => {
    const updates = await Promise.all(order.updates.map(async (update) => ({ ...update, text: await textOf(update.text) })));
    const title = order.title === null ? null : await textOf(order.title);
    return publicIncident({ ...order, title, updates }, (services) => deps.components(services));
  };
  return {
    draftUpdate: translating(({ incidentId, audience, phase }) => deps.draftUpdate(incidentId, audience, phase)),
    lintUpdate: translating(async ({ text, status }) => ({ issues: deps.lintUpdate(await textOf(text), status) })),
    writeStatusPage: translating(async (order) => deps.writeStatusPage(await publicOf(order))),
    publishToReceiver: translating(async ({ receiver, order, updateId }) => {
      const publication = publicationOf(await publicOf(order), updateId);
      return deps.publishToReceiver(receiver, publication, signal());
    }),
    readCommandPolicy: translating(({ services }) => Promise.resolve(deps.policy(services))),
    resolveOnCall: translating(({ notify, at }) => deps.onCall(notify, Date.parse(at))),
    sendToPerson: translating(async ({ person, channel, message }) => deps.deliverToPerson(person, channel, await fill(message), signal())),
    lookAtServices: translating(({ services }) => Promise.all(services.map((service) => lookAt(deps, service)))),
    measureImpact: translating((order) => deps.measureImpact(order, within(changesWithinMs))),
    readChanges: translating(({ services, since }) => deps.changes(services, Date.parse(since), within(changesWithinMs))),
    proposeMitigations: translating((order) => proposeFor(deps, order, within(changesWithinMs))),
    verifyMitigation: translating((order) => verifyBy(deps, order, within(changesWithinMs))),
    planTriage: translating(({ endpoint }) => Promise.resolve(deps.planTriage(endpoint))),
    findLostIncidents: translating(({ incidentIds }) => deps.lostIncidents(incidentIds)),
    declareForTriage: translating((order) => deps.declareForTriage(order)),
    sendToReceiver: translating(async ({ receiver, message }) => deps.deliverToReceiver(receiver, await fill(message), signal())),
  };
}
