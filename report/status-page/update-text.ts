import { correctionOf, type PublicIncident, type PublicUpdate } from '../../core/command/communication/public-incident.js';
import type { ComponentStatus, PublicStatus } from '../../core/command/communication/publication.js';

export const statusWords: Readonly<Record<PublicStatus, string>> = {
  investigating: 'Investigating',
  identified: 'Identified',
  monitoring: 'Monitoring',
  resolved: 'Resolved',
};

export const componentWords: Readonly<Record<ComponentStatus, string>> = {
  operational: 'Operational',
  degraded_performance: 'Degraded performance',
  partial_outage: 'Partial outage',
  major_outage: 'Major outage',
};

/** `2026-03-02 15:30 UTC` */
export function clock(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

export function updateHeading({ status, corrects }: PublicUpdate): string {
  return corrects === null ? statusWords[status] : `Correction (${statusWords[status]})`;
}

/** Stands beside an update that was corrected, whose own text stays as it was; null: it was not corrected. */
export function correctionNote(incident: PublicIncident, { id }: PublicUpdate): string | null {
  const correction = correctionOf(incident, id);
  return correction === null ? null : `Corrected at ${clock(correction.at)}: see the update of that time.`;
}

/** Which update a correction is about; null: the update is no correction. */
export function correctedNote({ updates }: PublicIncident, { corrects }: PublicUpdate): string | null {
  const before = updates.find(({ id }) => id === corrects);
  return before === undefined ? null : `This corrects the update of ${clock(before.at)}.`;
}

/** An update as plain text, for feeds. */
export function updateText(incident: PublicIncident, update: PublicUpdate): string {
  return [correctedNote(incident, update), update.body, correctionNote(incident, update)].filter((part) => part !== null).join('\n');
}
