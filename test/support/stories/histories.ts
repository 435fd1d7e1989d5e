import type { History } from '@temporalio/common/lib/proto-utils.js';

/** Rows of the Web UI's timeline that do not say what they are: activities, timers and children without a summary. */
export function rowsWithoutSummary(history: History): string[] {
  return (history.events ?? []).flatMap((event) => {
    const activity = event.activityTaskScheduledEventAttributes?.activityType?.name;
    const child = event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowType?.name;
    const timer = event.timerStartedEventAttributes ? 'timer' : undefined;
    const row = activity ?? child ?? timer;
    const hasSummary = (event.userMetadata?.summary?.data?.length ?? 0) > 2;
    return row === undefined || hasSummary ? [] : [`${String(event.eventId)} ${row}`];
  });
}
