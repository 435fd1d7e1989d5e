import type { CauseId } from '../../model/cause.js';
import type { TimelineEvent } from '../../model/timeline.js';

/** Causes that were taken away so far. Empty where a runbook ran as well: a rollback or a restart may have mended anything. */
export function remediedCauses(events: readonly TimelineEvent[]): CauseId[] {
  const applied = events.flatMap((event) => (event.kind === 'remedy-applied' && event.applied ? [event.cause ?? null] : []));
  const causes = applied.filter((cause) => cause !== null);
  return causes.length === applied.length ? [...new Set(causes)] : [];
}
