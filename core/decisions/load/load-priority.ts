import { isCritical } from '../escalation.js';

/** Names that senders of alerts give what can wait. */
const patientNames = new Set(['info', 'informational', 'low', 'notice', 'sev4', 'sev5', 'p4', 'p5']);
const urgentNames = new Set(['high', 'error', 'major', 'sev2', 'p2']);

/** Place in the queue for a load host, 1 first to 5 last (Temporal's priority keys; 3 is its default). Within one place the older goes first. */
export function loadPriority(severity: string | null): number {
  const name = (severity ?? '').toLowerCase();
  if (isCritical(name)) return 1;
  if (urgentNames.has(name)) return 2;
  return patientNames.has(name) ? 4 : 3;
}
