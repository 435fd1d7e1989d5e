import type { Client } from '@temporalio/client';
import type { CommandDependencies } from '../../activities/command/dependencies.js';
import type { PlannedTriage, TriageDeclaration } from '../../activities/command/contract.js';
import { openArtifactStore } from '../../adapters/artifacts/open-store.js';
import { artifactPlace } from '../../config/settings/artifact-place.js';
import { createAuditLog } from '../../adapters/artifacts/audit-log.js';
import { collectChanges } from '../../adapters/changes/collect-changes.js';
import { collectHealth } from '../../adapters/checks/collect-health.js';
import { declareIncident } from '../../adapters/temporal/declare-incident.js';
import { triageWorkflowId } from '../../adapters/temporal/triage-workflow-id.js';
import { createCircuits } from '../../adapters/notifiers/circuits.js';
import { notifiers } from '../../adapters/notifiers/registry.js';
import type { Catalog } from '../../config/catalog.js';
import { createCommunicationDependencies } from './communication-dependencies.js';
import { findEndpoint } from '../../config/resolve/find-endpoint.js';
import type { NotifierAccess } from '../../config/resolve/resolve-access.js';
import { resolveChannel, resolveReceiver } from '../../config/command/resolve-channels.js';
import { resolvePolicy } from '../../config/command/resolve-policy.js';
import type { DeliveryAnswer, IncidentMessage } from '../../core/command/communication/message.js';
import type { ServiceRow } from '../../core/command/incident/findings.js';
import type { Allocated } from '../../core/command/incident/registry.js';
import type { AuditedAct } from '../../core/model/audit.js';
import { registryWorkflowId } from '../../workflows/command/registry/incident-ids.js';
import { allocateUpdate, attachTriageSignal, releaseSignal } from '../../workflows/command/messages.js';
import { incidentsQueue } from '../../workflows/kernel/task-queues.js';
import { findLostIncidents } from '../lost-incidents.js';
import { measureIncident } from '../measure-incident.js';
import { lookForMitigations } from '../runbook/mitigation-facts.js';
import { resolveOnCall } from '../people/on-call.js';
import { planRunbook } from '../runbook/plan-runbook.js';

async function deliver({ kind, settings }: NotifierAccess, message: IncidentMessage, signal: AbortSignal): Promise<DeliveryAnswer> {
  const notifier = notifiers.find((candidate) => candidate.kind === kind);
  // The catalog accepts registered kinds only.
  return { channel: kind, providerId: (await notifier?.deliver(settings, message, signal)) ?? null };
}

function messageAct({ kind }: NotifierAccess, { event, incidentId, person, role }: IncidentMessage): AuditedAct {
  const target = person ?? role ?? 'everybody who is told';
  return { action: 'notification', subject: incidentId, target, who: 'responder', what: `${event} to ${kind}`, planId: null };
}

function planTriage(catalog: Catalog, endpoint: string): PlannedTriage {
  const found = findEndpoint(catalog, endpoint);
  return { workflowId: triageWorkflowId(found.key), endpoint: found.key, service: found.serviceName };
}

/** The responder itself declares the incident. The words are a machine's, so they may be in a history. */
async function declareForTriage(client: Client, order: TriageDeclaration): Promise<Allocated> {
  const { workflowId, triageId, endpoint, service, title } = order;
  const place = { allocate: allocateUpdate, release: releaseSignal, registryWorkflowId, taskQueue: incidentsQueue };
  const declared = await declareIncident(client, place, {
    key: triageId,
    mayAttach: true,
    title: { inline: title.slice(0, 200) },
    impact: null,
    severity: null,
    severityRule: null,
    services: [service],
    endpoints: [],
    onset: null,
    by: { person: 'perf-responder', proof: 'trusted-proxy' },
  });
  const triage = { workflowId, incidentId: triageId, endpoint };
  await client.workflow.getHandle(declared.incidentId).signal(attachTriageSignal, triage);
  return declared;
}

async function healthOf(catalog: Catalog, service: string, signal: AbortSignal): Promise<ServiceRow> {
  const [health] = await collectHealth({ catalog, services: [service], signal });
  return health ?? { service, state: 'unknown', checks: [] };
}

/**
 * One after the other: the registry takes ten requests at a time, and forty alerts of one outage are more. A failure only concerns its caller and does not
 * stop the others.
 */
function oneByOne<Order, Answer>(work: (order: Order) => Promise<Answer>): (order: Order) => Promise<Answer> {
  let last: Promise<unknown> = Promise.resolve();
  return (order) => {
    const next = last.then(() => work(order));
    last = next.catch(() => undefined);
    return next;
  };
}

export interface CommandSettings {
  client: Client;
  catalog: Catalog;
  dataDirectory: string;
  /** Name of this worker in the audit log. */
  host: string;
  incidentUrl: (incidentId: string) => string | null;
  ackUrl: (incidentId: string, person: string) => string | null;
}

export function createCommandDependencies({
  client,
  catalog,
  dataDirectory,
  host,
  incidentUrl,
  ackUrl,
}: CommandSettings): CommandDependencies {
  const through = createCircuits();
  const artifacts = openArtifactStore(artifactPlace(catalog, dataDirectory));
  const { audited } = createAuditLog(dataDirectory, host);
  const tell = async (to: NotifierAccess, message: IncidentMessage, signal: AbortSignal): Promise<DeliveryAnswer> =>
    audited(
      messageAct(to, message),
      () => deliver(to, message, signal),
      ({ providerId }) => (providerId === null ? 'sent' : `sent as ${providerId}`),
    );
  return {
    ...createCommunicationDependencies({ client, catalog, dataDirectory, audited, texts: artifacts }),
    policy: (services) => resolvePolicy(catalog, services),
    onCall: (notify, atMs) => resolveOnCall(catalog, notify, atMs),
    readText: async (path) => (await artifacts.read({ path })).toString('utf8'),
    deliverToPerson: (person, channel, message, signal) =>
      through(`people.${person}.notify[${channel}]`, false, () => tell(resolveChannel(catalog, person, channel), message, signal)),
    // A receiver has no second channel, so it is asked again when it may be back.
    deliverToReceiver: (receiver, message, signal) =>
      through(`incidents.notify[${receiver}]`, true, () => tell(resolveReceiver(catalog, receiver), message, signal)),
    serviceHealth: (service, signal) => healthOf(catalog, service, signal),
    changes: (services, fromMs, signal) => collectChanges({ catalog, services, fromMs, toMs: Date.now(), dataDirectory, signal }),
    measureImpact: (order, signal) => measureIncident(catalog, order, signal),
    lookForMitigations: (services, signal) => lookForMitigations(catalog, services, signal),
    planRunbook: (proposal) => planRunbook(catalog, proposal, async (name, text) => (await artifacts.put(name, 'runbook', text)).path),
    planTriage: (endpoint) => planTriage(catalog, endpoint),
    lostIncidents: (incidentIds) => findLostIncidents(client, incidentIds),
    declareForTriage: oneByOne((order: TriageDeclaration) => declareForTriage(client, order)),
    incidentUrl,
    ackUrl,
  };
}
