/** An incident as everybody may read it: what was approved, and nothing else. A projection; built anew from the record at every publication. */
import type { Severity } from '../severity/severity.js';
import {
  componentStatuses,
  componentStatusOf,
  publicImpactOf,
  publicTitle,
  type ComponentStatus,
  type Publication,
  type PublicImpact,
  type PublicStatus,
} from './publication.js';

export interface ComponentChange {
  name: string;
  oldStatus: ComponentStatus;
  newStatus: ComponentStatus;
}

export interface PublicUpdate {
  /** Id of the approved draft, e.g. `T-12`. */
  id: string;
  status: PublicStatus;
  body: string;
  /** When it was published; ISO 8601. */
  at: string;
  /** Id of the update that this one corrects. Both stay. */
  corrects: string | null;
  components: readonly ComponentChange[];
}

export interface PublicIncident {
  id: string;
  name: string;
  impact: PublicImpact;
  status: PublicStatus;
  /** When it began, where that is known. */
  startedAt: string | null;
  createdAt: string;
  updatedAt: string;
  monitoringAt: string | null;
  resolvedAt: string | null;
  /** Oldest first. */
  updates: readonly PublicUpdate[];
}

/** One published update of the record. */
export interface PublishedUpdate<Text> {
  id: string;
  status: PublicStatus;
  text: Text;
  at: string;
  corrects: string | null;
  /** What held when it was approved. */
  severity: Severity;
  services: readonly string[];
}

export interface PublicOrder<Text> {
  incidentId: string;
  title: Text | null;
  startedAt: string | null;
  /** Oldest first; at least one. */
  updates: readonly PublishedUpdate<Text>[];
}

const impacts: readonly PublicImpact[] = ['minor', 'major', 'critical'];

/** `componentsOf` gives the components of the page that stand for services. */
export function publicIncident(
  { incidentId, title, startedAt, updates }: PublicOrder<string>,
  componentsOf: (services: readonly string[]) => readonly string[],
): PublicIncident {
  const shown = new Map<string, ComponentStatus>();
  const told = updates.map((update): PublicUpdate => {
    const { id, status, text, at, corrects, severity, services } = update;
    const names = new Set([...shown.keys(), ...componentsOf(services)]);
    const components = [...names].map((name): ComponentChange => {
      const oldStatus = shown.get(name) ?? 'operational';
      const newStatus = componentStatusOf(severity, status);
      shown.set(name, newStatus);
      return { name, oldStatus, newStatus };
    });
    return { id, status, body: text, at, corrects, components };
  });
  const [first] = told;
  const last = told.at(-1);
  if (first === undefined || last === undefined) throw new Error('a public incident has at least one published update');
  return {
    id: incidentId,
    name: publicTitle(title, [...shown.keys()]),
    impact: impacts[Math.max(...updates.map(({ severity }) => impacts.indexOf(publicImpactOf(severity))))] ?? 'minor',
    status: last.status,
    startedAt,
    createdAt: first.at,
    updatedAt: last.at,
    monitoringAt: told.findLast(({ status }) => status === 'monitoring')?.at ?? null,
    resolvedAt:
      last.status === 'resolved'
        ? (told.findLast(({ status }, index) => status === 'resolved' && told[index - 1]?.status !== 'resolved')?.at ?? last.at)
        : null,
    updates: told,
  };
}

/** What the update `id` was corrected by; null: it stands as it is. */
export function correctionOf({ updates }: PublicIncident, id: string): PublicUpdate | null {
  return updates.findLast(({ corrects }) => corrects === id) ?? null;
}

/** One update as a provider is told it. A correction says so in its own words, since providers know no such thing. */
export function publicationOf(incident: PublicIncident, updateId: string): Publication {
  const index = incident.updates.findIndex(({ id }) => id === updateId);
  const update = incident.updates[index];
  if (update === undefined) throw new Error(`${updateId} is no update of ${incident.id}`);
  const before = incident.updates.find(({ id }) => id === update.corrects);
  const body = before === undefined ? update.body : `Correction of the update of ${before.at.slice(11, 16)} UTC: ${update.body}`;
  const components = update.components.map(({ name, newStatus }) => ({ name, status: newStatus }));
  const { id: incidentId, name, impact } = incident;
  return { incidentId, updateId, name, impact, status: update.status, body, components, at: update.at };
}

export interface StatusPage {
  title: string;
  /** Absolute address of the page with a slash at its end; null: not known, then feeds have no addresses. */
  url: string | null;
  /** Of the catalog, in its order. */
  components: readonly string[];
  /** Newest first. */
  incidents: readonly PublicIncident[];
}

export function isUnresolved({ status }: PublicIncident): boolean {
  return status !== 'resolved';
}

/** The worst that an incident which is not over says of a component. */
export function componentStatusNow({ incidents }: StatusPage, name: string): ComponentStatus {
  const said = incidents.filter(isUnresolved).flatMap((incident) => {
    const change = incident.updates.at(-1)?.components.find((component) => component.name === name);
    return change === undefined ? [] : [componentStatuses.indexOf(change.newStatus)];
  });
  return componentStatuses[Math.max(0, ...said)] ?? 'operational';
}

export type Indicator = 'none' | PublicImpact;

export function indicatorNow({ incidents }: StatusPage): Indicator {
  const worst = Math.max(-1, ...incidents.filter(isUnresolved).map(({ impact }) => impacts.indexOf(impact)));
  return impacts[worst] ?? 'none';
}

/** In the words of Statuspage, which monitors of status pages compare. */
export const indicatorWords: Readonly<Record<Indicator, string>> = {
  none: 'All Systems Operational',
  minor: 'Minor Service Outage',
  major: 'Partial System Outage',
  critical: 'Major Service Outage',
};

/** When something was published last; the begin of the epoch when nothing ever was. */
export function updatedAtOf({ incidents }: StatusPage): string {
  return incidents
    .map(({ updatedAt }) => updatedAt)
    .reduce((last, at) => (Date.parse(at) > Date.parse(last) ? at : last), new Date(0).toISOString());
}
