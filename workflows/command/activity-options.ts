import { proxyActivities } from '@temporalio/workflow';
import type { CommandActivities } from '../../activities/command/contract.js';

const nonRetryable = ['UnreadableInputError', 'RefusedError'];

/** Reads the catalog and schedules. An incident waits for a worker as long as it lives, because without the rules it could page nobody. */
export const reading = proxyActivities<Pick<CommandActivities, 'readCommandPolicy' | 'resolveOnCall' | 'planTriage'>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '10s', nonRetryableErrorTypes: nonRetryable },
});

/**
 * One channel of one person. A failure that may pass (429, 5xx, no answer) is retried for 25 seconds, then the person's next channel is tried. A refusal is
 * given up at once.
 */
export const delivering = proxyActivities<Pick<CommandActivities, 'sendToPerson'>>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '25s',
  retry: { initialInterval: '1s', maximumInterval: '5s', nonRetryableErrorTypes: [...nonRetryable, 'DeliveryRefusedError'] },
});

/** A receiver of the whole incident has no second channel: its news may come late, but should come. */
export const broadcasting = proxyActivities<Pick<CommandActivities, 'sendToReceiver' | 'publishToReceiver'>>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '15 minutes',
  retry: { initialInterval: '1s', maximumInterval: '1 minute', nonRetryableErrorTypes: [...nonRetryable, 'DeliveryRefusedError'] },
});

/** Writes the text of updates from the record and the catalog's templates, while somebody waits for it. */
export const drafting = proxyActivities<Pick<CommandActivities, 'draftUpdate' | 'lintUpdate'>>({
  startToCloseTimeout: '5s',
  scheduleToCloseTimeout: '20s',
  retry: { initialInterval: '500ms', nonRetryableErrorTypes: nonRetryable },
});

/** Our own page is a file in the data folder. A full disk may be freed, and a worker may come back after a quarter of an hour. */
export const publishing = proxyActivities<Pick<CommandActivities, 'writeStatusPage'>>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '20 minutes',
  retry: { initialInterval: '500ms', maximumInterval: '10s', nonRetryableErrorTypes: nonRetryable },
});

/** Only asks Temporal, and is asked again soon. */
export const seeking = proxyActivities<Pick<CommandActivities, 'findLostIncidents'>>({
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 2 },
});

/** Steps of the first five minutes: 20 seconds from the moment they are wanted, including the time a worker is away. A second try would come too late. */
export const looking = proxyActivities<
  Pick<CommandActivities, 'lookAtServices' | 'measureImpact' | 'readChanges' | 'proposeMitigations' | 'verifyMitigation'>
>({
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '20s',
  retry: { maximumAttempts: 1 },
});
