/** The JSON of the page in the shape of Statuspage's public API v2, which monitors and dashboards can already read. */
import {
  componentStatusNow,
  correctionOf,
  indicatorNow,
  indicatorWords,
  isUnresolved,
  updatedAtOf,
  type PublicIncident,
  type StatusPage,
} from '../../core/command/communication/public-incident.js';

/** An id of letters, digits and dashes: the same name always gives the same id. */
export function slug(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return plain === '' ? 'page' : plain.slice(0, 60);
}

function pageDocument(page: StatusPage) {
  return { id: slug(page.title), name: page.title, url: page.url, time_zone: 'Etc/UTC', updated_at: updatedAtOf(page) };
}

function componentDocument(page: StatusPage, name: string) {
  const told = page.incidents.flatMap(({ updates }) => updates.filter(({ components }) => components.some((one) => one.name === name)));
  const times = told.map(({ at }) => at).sort();
  const never = new Date(0).toISOString();
  return {
    id: slug(name),
    name,
    status: componentStatusNow(page, name),
    created_at: times[0] ?? never,
    updated_at: times.at(-1) ?? never,
    position: page.components.indexOf(name) + 1,
    description: null,
    showcase: false,
    start_date: null,
    group_id: null,
    page_id: slug(page.title),
    group: false,
    only_show_if_degraded: false,
  };
}

function updateDocument(incident: PublicIncident, update: PublicIncident['updates'][number]) {
  const corrected = correctionOf(incident, update.id);
  return {
    id: `${incident.id}-${update.id}`,
    status: update.status,
    body: update.body,
    incident_id: incident.id,
    created_at: update.at,
    updated_at: corrected?.at ?? update.at,
    display_at: update.at,
    affected_components: update.components.map(({ name, oldStatus, newStatus }) => ({
      code: slug(name),
      name,
      old_status: oldStatus,
      new_status: newStatus,
    })),
  };
}

function incidentDocument(page: StatusPage, incident: PublicIncident) {
  const { id, name, status, impact, createdAt, updatedAt, monitoringAt, resolvedAt, startedAt, updates } = incident;
  const names = updates.at(-1)?.components.map((component) => component.name) ?? [];
  return {
    id,
    name,
    status,
    created_at: createdAt,
    updated_at: updatedAt,
    monitoring_at: monitoringAt,
    resolved_at: resolvedAt,
    impact,
    shortlink: page.url === null ? null : `${page.url}incidents/${id}.html`,
    started_at: startedAt ?? createdAt,
    page_id: slug(page.title),
    // Newest first, as readers of the API expect.
    incident_updates: updates.toReversed().map((update) => updateDocument(incident, update)),
    components: names.map((one) => componentDocument(page, one)),
  };
}

/** Documents by their path below `api/v2/`. */
export function apiDocuments(page: StatusPage): Record<string, object> {
  const head = pageDocument(page);
  const indicator = indicatorNow(page);
  const status = { indicator, description: indicatorWords[indicator] };
  const components = page.components.map((name) => componentDocument(page, name));
  const unresolved = page.incidents.filter(isUnresolved).map((incident) => incidentDocument(page, incident));
  return {
    'summary.json': { page: head, components, incidents: unresolved, scheduled_maintenances: [], status },
    'status.json': { page: head, status },
    'components.json': { page: head, components },
    // Statuspage returns the newest fifty.
    'incidents.json': { page: head, incidents: page.incidents.slice(0, 50).map((incident) => incidentDocument(page, incident)) },
    'incidents/unresolved.json': { page: head, incidents: unresolved },
  };
}
