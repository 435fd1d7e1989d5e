import { draftValues, templateFor, type Audience } from '../../core/command/communication/draft-update.js';
import { publicIncident, type PublicOrder } from '../../core/command/communication/public-incident.js';
import { publicStatuses, type PublicStatus } from '../../core/command/communication/publication.js';
import { defaultTemplates, fillTemplate } from '../../core/command/communication/update-templates.js';
import { createCommandState } from '../../core/command/incident/create-state.js';
import { unknownPolicy } from '../../core/command/incident/policy.js';
import { statusDocument, type StatusDocument } from '../../core/command/incident/status-document.js';
import { takeMilestone } from '../../core/command/incident/take-milestone.js';
import type { Incident } from '../../core/model/incident.js';
import { statusPageFiles } from '../../report/status-page/status-page-files.js';

const at = '2026-03-02T14:40:00.000Z';
const nowMs = Date.parse(at);
const people = 'INC-2026-0302-001';

/** An incident of people that took this triage, in every form in which it leaves: its record, its drafts, and its status page where each was approved as it was written. */
export function toldByPeople(incident: Incident): [form: string, text: string][] {
  const record = recordOf(incident);
  const external = publicStatuses.map((status) => ({ status, text: draftOf(record, 'external', status) }));
  const internal = publicStatuses.map((status) => draftOf(record, 'internal', status));
  return [
    ['record of people', JSON.stringify(record)],
    ['drafts', [...internal, ...external.map(({ text }) => text)].join('\n')],
    ['status page', [...statusPageOf(external)].map(([path, text]) => `${path}\n${text}`).join('\n')],
  ];
}

function recordOf({ incidentId, endpoint, outcome, causes, reasons }: Incident): StatusDocument {
  const said = `${outcome ?? 'nothing'}: ${causes[0]?.summary ?? reasons[0] ?? 'no cause stands'}`;
  const nothing = { impact: null, severity: null, severityRule: null, endpoints: [], onset: null };
  const by = { person: 'perf-responder', proof: 'trusted-proxy' } as const;
  const title = { inline: `${endpoint}: ${reasons[0] ?? 'slow'}` };
  const state = createCommandState(
    { ...nothing, incidentId: people, title, services: [endpoint.split('/')[0] ?? ''], declaredAt: at, by },
    unknownPolicy,
  );
  const event = { id: 't1', at, kind: 'diagnosis', source: 'responder', text: said, evidence: [], causes } as const;
  takeMilestone(state, { workflowId: 'perf-triage', incidentId, endpoint, event: outcome === null ? event : { ...event, outcome } }, nowMs);
  return statusDocument(state, () => '', nowMs);
}

function draftOf(record: StatusDocument, audience: Audience, status: PublicStatus): string {
  const name = templateFor(audience, status === 'resolved' ? 'resolved' : 'update', status);
  return fillTemplate(name, defaultTemplates[name], draftValues(record, { components: ['Orders'], timezone: 'UTC', nowMs }));
}

function statusPageOf(drafts: readonly { status: PublicStatus; text: string }[]): Map<string, string> {
  const updates = drafts.map(({ status, text }, index) => ({
    ...{ id: `T-${index + 1}`, status, text, at, corrects: null, severity: 'SEV2' as const, services: ['shop'] },
  }));
  const order: PublicOrder<string> = { incidentId: people, title: null, startedAt: at, updates };
  const incident = publicIncident(order, () => ['Orders']);
  return statusPageFiles({ title: 'Status', url: 'https://status.example.com/', components: ['Orders'], incidents: [incident] }, nowMs);
}
