/** What goes out to everybody: an approved update of a status page. Nothing else of an incident ever does. */
import type { IncidentStatus } from '../incident/incident-status.js';
import type { Severity } from '../severity/severity.js';

/** A status page knows four, in this order. */
export const publicStatuses = ['investigating', 'identified', 'monitoring', 'resolved'] as const;
export type PublicStatus = (typeof publicStatuses)[number];

/** From the best to the worst; the words of Statuspage's API v2, which readers of status pages parse. */
export const componentStatuses = ['operational', 'degraded_performance', 'partial_outage', 'major_outage'] as const;
export type ComponentStatus = (typeof componentStatuses)[number];
export type PublicImpact = 'minor' | 'major' | 'critical';

export interface AffectedComponent {
  name: string;
  status: ComponentStatus;
}

/** One approved update as a provider of status pages is told it. */
export interface Publication {
  incidentId: string;
  /** Id of the draft that was approved, e.g. `T-12`: published once, however often it is tried. */
  updateId: string;
  /** Public title. */
  name: string;
  status: PublicStatus;
  impact: PublicImpact;
  body: string;
  components: readonly AffectedComponent[];
  /** When it was approved; ISO 8601. */
  at: string;
}

export function publicStatusOf(status: IncidentStatus): PublicStatus {
  if (status === 'triage' || status === 'investigating') return 'investigating';
  if (status === 'identified' || status === 'mitigating') return 'identified';
  return status === 'monitoring' ? 'monitoring' : 'resolved';
}

export function publicImpactOf(severity: Severity): PublicImpact {
  if (severity === 'SEV1') return 'critical';
  return severity === 'SEV2' ? 'major' : 'minor';
}

const whileOpen: Readonly<Record<Severity, ComponentStatus>> = {
  SEV1: 'major_outage',
  SEV2: 'partial_outage',
  SEV3: 'degraded_performance',
  SEV4: 'degraded_performance',
};

/** What a component of the incident is shown as. In monitoring it works again, but nobody vouches for it yet. */
export function componentStatusOf(severity: Severity, status: PublicStatus): ComponentStatus {
  if (status === 'resolved') return 'operational';
  return status === 'monitoring' ? 'degraded_performance' : whileOpen[severity];
}

/** Components of the page that stand for one of the services. */
export function componentsOf(components: Readonly<Record<string, readonly string[]>>, services: readonly string[]): string[] {
  return Object.entries(components).flatMap(([name, of]) => (of.some((service) => services.includes(service)) ? [name] : []));
}

/** The title of an incident without a public one: internal words never go out by themselves. */
export function publicTitle(given: string | null, components: readonly string[]): string {
  if (given !== null && given.trim() !== '') return given.trim();
  return components.length === 0 ? 'Problem with our service' : `Problem with ${components.join(', ')}`;
}
