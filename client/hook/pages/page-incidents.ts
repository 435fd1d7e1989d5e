import type { Client } from '@temporalio/client';
import { openArtifactStore } from '../../../adapters/artifacts/open-store.js';
import { artifactPlace } from '../../../config/settings/artifact-place.js';
import { acknowledgeTest, testIdPattern } from '../../../adapters/oncall/test-acknowledgements.js';
import type { Catalog } from '../../../config/catalog.js';
import { RefusedError } from '../../../core/model/errors.js';
import { incidentStatuses, type IncidentStatus } from '../../../core/command/incident/incident-status.js';
import { severities } from '../../../core/command/severity/severity.js';
import type { Actor } from '../../../core/command/incident/record-event.js';
import type { StatusDocument } from '../../../core/command/incident/status-document.js';
import {
  acknowledgeIncident,
  addNoteUpdate,
  decideMitigationUpdate,
  postUpdateUpdate,
  publishUpdateUpdate,
  setStatusUpdate,
} from '../../../workflows/command/messages.js';
import { rememberTexts } from '../../temporal/remember-texts.js';
import { onCallRows, type OnCallRow } from '../../oncall/on-call-rows.js';
import { createCommandClient, type DeclareRequest, type IncidentRow } from '../../temporal/command-client.js';
import type { PageAction } from './page-link.js';

export interface PageOrder {
  action: PageAction;
  by: Actor;
  link: { id: string; expiresAt: string };
  /** Fields of the form. */
  form: URLSearchParams;
}

/** What the pages need of incidents. It rejects when they cannot be reached; RefusedError has the workflow's reason. */
export interface PageIncidents {
  list(): Promise<IncidentRow[]>;
  /** Null: there is no such incident. */
  status(id: string): Promise<StatusDocument | null>;
  act(id: string, order: PageOrder): Promise<string>;
  /** Declares one and answers its id; the same link twice declares once. */
  declare(order: Omit<PageOrder, 'action'>): Promise<string>;
  onCall(): Promise<OnCallRow[]>;
}

function declarationOf(catalog: Catalog, { by, form, link }: Omit<PageOrder, 'action'>): DeclareRequest {
  const optional = (name: string): string | null => form.get(name)?.trim() || null;
  const given = optional('severity');
  const severity = severities.find((one) => one === given) ?? null;
  if (given !== null && severity === null) throw new RefusedError(`expected one of ${severities.join(', ')}, got ${JSON.stringify(given)}`);
  const services = form.getAll('service');
  const unknown = services.find((name) => catalog.services[name] === undefined);
  if (unknown !== undefined) throw new RefusedError(`expected a service of the catalog, got ${JSON.stringify(unknown)}`);
  const publicTitle = optional('public-title');
  return {
    ...{ title: filled(form, 'title'), impact: optional('impact'), severity, severityRule: null, services, endpoints: [], onset: null },
    ...{ by, key: `page-${link.id}`, mayAttach: false },
    ...(publicTitle === null ? {} : { publicTitle }),
  };
}

const shownDays = 14;

function isStatus(text: string): text is IncidentStatus {
  return incidentStatuses.some((status) => status === text);
}

async function acknowledgeTestPage(dataDirectory: string, testId: string, person: string): Promise<string> {
  const answer = await acknowledgeTest(dataDirectory, testId, person);
  if (answer === 'first') return 'The test page has reached you. There is nothing else to do.';
  throw new RefusedError(
    answer === 'again'
      ? 'you acknowledged this test page already'
      : 'this hook knows no such test; it keeps another data folder than the command',
  );
}

function filled(form: URLSearchParams, name: string): string {
  const text = form.get(name)?.trim() ?? '';
  if (text === '') throw new RefusedError(`expected the field ${name}, got nothing`);
  return text;
}

export function createPageIncidents(client: Client, catalog: Catalog, dataDirectory: string): PageIncidents {
  const incidents = createCommandClient(client, rememberTexts(openArtifactStore(artifactPlace(catalog, dataDirectory))));
  const act: Record<PageAction, (id: string, order: PageOrder) => Promise<string>> = {
    ack: async (id, { by, link }) => {
      if (testIdPattern.test(id)) return await acknowledgeTestPage(dataDirectory, id, by.person);
      const answer = await incidents.update(id, acknowledgeIncident, { by, link });
      return answer.isFirst ? `You have acknowledged ${id}.` : `${answer.by} acknowledged before you; that you are there is recorded.`;
    },
    note: async (id, { by, link, form }) => {
      await incidents.update(id, addNoteUpdate, { text: await incidents.keepText(filled(form, 'text')), by, link });
      return 'The note is in the timeline.';
    },
    state: async (id, { by, link, form }) => {
      const to = filled(form, 'to');
      if (!isStatus(to)) throw new RefusedError(`expected one of ${incidentStatuses.join(', ')}, got ${JSON.stringify(to)}`);
      await incidents.update(id, setStatusUpdate, { to, reason: await incidents.keepText(filled(form, 'reason')), by, link });
      return `The incident is ${to}.`;
    },
    approve: async (id, { by, link, form }) => {
      const decision = form.get('decision') === 'reject' ? 'reject' : 'approve';
      const digest = form.get('digest') ?? '';
      const seen = digest === '' ? {} : { digest };
      await incidents.update(id, decideMitigationUpdate, { planId: filled(form, 'plan'), decision, by, link, ...seen });
      return decision === 'approve' ? 'Approved: its runbook runs now.' : 'Rejected.';
    },
    update: async (id, { by, link, form }) => {
      const text = form.get('update')?.trim() ?? '';
      const audience = form.get('audience') === 'external' ? 'external' : 'internal';
      const request = { audience, by, link, ...(text === '' ? {} : { text: await incidents.keepText(text) }) } as const;
      const { event, warning } = await incidents.update(id, postUpdateUpdate, request);
      const done = audience === 'internal' ? 'The update is posted.' : `The draft is ${event}; it waits for an approval.`;
      return warning === null ? done : `${done} It ${warning}.`;
    },
    publish: async (id, { by, link, form }) => {
      const { warning } = await incidents.update(id, publishUpdateUpdate, { draft: filled(form, 'draft'), by, link });
      if (warning !== null) throw new RefusedError(warning);
      return 'Published. It is on the status page.';
    },
  };
  return {
    list: () => incidents.list(),
    status: async (id) => {
      try {
        return await incidents.status(id);
      } catch (error) {
        if (error instanceof RefusedError) return null;
        throw error;
      }
    },
    act: (id, order) => act[order.action](id, order),
    declare: async (order) => (await incidents.declare(declarationOf(catalog, order))).incidentId,
    onCall: () => onCallRows(catalog, Date.now(), shownDays),
  };
}
