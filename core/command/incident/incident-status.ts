/** Where an incident stands. The workflow sets what the record proves; a person may set any, with a reason. */
export const incidentStatuses = [
  'triage',
  'investigating',
  'identified',
  'mitigating',
  'monitoring',
  'resolved',
  'review',
  'closed',
  'cancelled',
  'merged',
] as const;
export type IncidentStatus = (typeof incidentStatuses)[number];

/** Statuses in which people are still needed: ladders, cadence and watches run. */
const openStatuses: readonly IncidentStatus[] = ['triage', 'investigating', 'identified', 'mitigating', 'monitoring'];
const endedStatuses: readonly IncidentStatus[] = ['closed', 'cancelled', 'merged'];

export function isOpen(status: IncidentStatus): boolean {
  return openStatuses.includes(status);
}

export function isEnded(status: IncidentStatus): boolean {
  return endedStatuses.includes(status);
}

/** A resolved incident may be reopened, as the same incident, for a day; after that a new one is linked to it. */
const reopenWithinMs = 24 * 3_600_000;

export interface StatusChange {
  from: IncidentStatus;
  to: IncidentStatus;
  hasReason: boolean;
  resolvedAtMs: number | null;
  nowMs: number;
}

/** Why a change of status is refused; null: it is allowed. Going back needs a reason, since people act on what a status says. */
export function refuseStatusChange({ from, to, hasReason, resolvedAtMs, nowMs }: StatusChange): string | null {
  if (from === to) return `the incident is ${from} already`;
  if (isEnded(from)) return `the incident is ${from}; declare a new one`;
  if (to === 'triage') return 'an incident is in triage only at its beginning; set investigating';
  if (to === 'merged') return 'expected the incident to merge into; use incident merge';
  if (to === 'review' && from !== 'resolved') return 'a review follows the resolution; resolve the incident first';
  if (to === 'closed' && from !== 'resolved' && from !== 'review') return 'expected a resolved incident; resolve or cancel it first';
  const isReopening = !isOpen(from) && isOpen(to);
  if (isReopening && resolvedAtMs !== null && nowMs - resolvedAtMs > reopenWithinMs)
    return 'it was resolved more than 24 hours ago; declare a new incident and name this one';
  const isBackward = incidentStatuses.indexOf(to) < incidentStatuses.indexOf(from);
  if ((isBackward || to === 'cancelled') && !hasReason) return `going from ${from} to ${to} needs a reason`;
  return null;
}
