import { Context } from '@temporalio/activity';
import type { IncidentMessage, MessageOrder } from '../../core/command/communication/message.js';
import type { RecordText } from '../../core/command/incident/record-event.js';
import { translating } from '../translate-error.js';
import type { CommandActivities } from './contract.js';
import type { CommandDependencies } from './dependencies.js';

/** A provider that does not answer within the try's own time is asked again. */
function signal(): AbortSignal {
  return AbortSignal.any([Context.current().cancellationSignal, AbortSignal.timeout(9_000)]);
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
  return {
    readCommandPolicy: translating(({ services }) => Promise.resolve(deps.policy(services))),
    resolveOnCall: translating(({ notify, at }) => deps.onCall(notify, Date.parse(at))),
    sendToPerson: translating(async ({ person, channel, message }) => deps.deliverToPerson(person, channel, await fill(message), signal())),
    sendToReceiver: translating(async ({ receiver, message }) => deps.deliverToReceiver(receiver, await fill(message), signal())),
  };
}
