/** How updates are written, linted and published: with the catalog's words, templates and components. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Client } from '@temporalio/client';
import type { CommandDependencies } from '../../activities/command/dependencies.js';
import type { DraftedUpdate } from '../../activities/command/contract.js';
import { notifiers } from '../../adapters/notifiers/registry.js';
import { writePublished } from '../../adapters/status-page/published-incidents.js';
import type { Catalog } from '../../config/catalog.js';
import { resolveReceiver } from '../../config/command/resolve-channels.js';
import { draftValues, templateFor, type Audience, type UpdatePhase } from '../../core/command/communication/draft-update.js';
import { lintUpdate, type UpdateIssue } from '../../core/command/communication/lint-update.js';
import { componentsOf, publicStatusOf, type Publication, type PublicStatus } from '../../core/command/communication/publication.js';
import { defaultTemplates, fillTemplate, type TemplateName } from '../../core/command/communication/update-templates.js';
import { statusDocument, textsOf, type StatusDocument } from '../../core/command/incident/status-document.js';
import type { DeliveryAnswer } from '../../core/command/communication/message.js';
import type { Audited, AuditedAct } from '../../core/model/audit.js';
import { RefusedError } from '../../core/model/errors.js';
import type { commandIncident } from '../../workflows/command/command-incident.js';
import { commandStateQuery } from '../../workflows/command/messages.js';

export interface CommunicationSettings {
  client: Client;
  catalog: Catalog;
  dataDirectory: string;
  audited: Audited;
  texts: { put(name: string, kind: string, content: string): Promise<{ path: string }>; read(ref: { path: string }): Promise<Buffer> };
}

/** The record as people read it, so that an update says the same as the page of the incident. */
async function documentOf({ client, texts }: CommunicationSettings, incidentId: string): Promise<StatusDocument> {
  const state = await client.workflow.getHandle<typeof commandIncident>(incidentId).query(commandStateQuery);
  if (state === null) throw new RefusedError(`there is no incident ${incidentId}`);
  // Of a long record only its own texts are needed (title, impact), not those of the timeline.
  const wanted = new Set(textsOf({ ...state, record: [], communications: [] }));
  const read = new Map(await Promise.all([...wanted].map(async (path) => [path, (await texts.read({ path })).toString('utf8')] as const)));
  return statusDocument(state, (path) => read.get(path) ?? '', Date.now());
}

async function templateText(catalog: Catalog, name: TemplateName): Promise<string> {
  const folder = catalog.incidents?.templates;
  if (folder === undefined) return defaultTemplates[name];
  const file = resolve(catalog.directory, folder, `${name}.md`);
  return readFile(file, 'utf8').catch((error: unknown) => {
    // The folder need not contain all of them.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return defaultTemplates[name];
    throw error;
  });
}

function lint(catalog: Catalog, text: string, status: PublicStatus): UpdateIssue[] {
  const people = Object.entries(catalog.people ?? {}).flatMap(([key, { name }]) => [key, ...(name === undefined ? [] : [name])]);
  return lintUpdate(text, { status, words: catalog.incidents?.lint?.words ?? [], people });
}

async function draft(settings: CommunicationSettings, incidentId: string, audience: Audience, phase: UpdatePhase): Promise<DraftedUpdate> {
  const { catalog, texts } = settings;
  const document = await documentOf(settings, incidentId);
  const status = publicStatusOf(document.status);
  const name = templateFor(audience, phase === 'update' && status === 'resolved' ? 'resolved' : phase, status);
  const components = componentsOf(catalog.incidents?.statusPage?.components ?? {}, document.impact.services);
  const values = draftValues(document, { components, timezone: catalog.incidents?.timezone ?? 'UTC', nowMs: Date.now() });
  const text = fillTemplate(name, await templateText(catalog, name), values);
  const { path } = await texts.put('text.txt', 'text', text);
  return { text: { artifact: path }, status, issues: audience === 'external' ? lint(catalog, text, status) : [] };
}

/** A person approves what the public is told; the record of the incident names that person. */
function publicationAct(incidentId: string, updateId: string | undefined, target: string): AuditedAct {
  const what = `publication ${updateId ?? ''} to ${target}`.replace('  ', ' ');
  return { action: 'notification', subject: incidentId, target: 'the public', who: 'responder', what, planId: null };
}

async function publish(
  { catalog, audited }: CommunicationSettings,
  receiver: number,
  publication: Publication,
  signal: AbortSignal,
): Promise<DeliveryAnswer> {
  const { kind, settings } = resolveReceiver(catalog, receiver);
  const notifier = notifiers.find((candidate) => candidate.kind === kind);
  const providerId = await audited(
    publicationAct(publication.incidentId, publication.updateId, kind),
    async () => (await notifier?.publish?.(settings, publication, signal)) ?? null,
    (id) => (id === null ? 'published' : `published as ${id}`),
  );
  return { channel: kind, providerId };
}

type CommunicationDependencies = Pick<
  CommandDependencies,
  'draftUpdate' | 'lintUpdate' | 'components' | 'writeStatusPage' | 'publishToReceiver'
>;

export function createCommunicationDependencies(settings: CommunicationSettings): CommunicationDependencies {
  const { catalog, dataDirectory, audited } = settings;
  return {
    draftUpdate: (incidentId, audience, phase) => draft(settings, incidentId, audience, phase),
    lintUpdate: (text, status) => lint(catalog, text, status),
    components: (services) => componentsOf(catalog.incidents?.statusPage?.components ?? {}, services),
    writeStatusPage: (incident) =>
      audited(
        publicationAct(incident.id, incident.updates.at(-1)?.id, 'the status page'),
        () => writePublished(dataDirectory, incident),
        () => 'written',
      ),
    publishToReceiver: (receiver, publication, signal) => publish(settings, receiver, publication, signal),
  };
}
