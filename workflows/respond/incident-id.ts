/** Length of the part of the run id that distinguishes the episodes of one workflow id: its last 48 bits, which are random in every UUID version in use. */
const episodeLength = 12;

/**
 * Unique id of an incident: the workflow id (one per service and endpoint, so that only one incident is open) plus the tail of the run id (one per
 * episode). The workflow itself knows it, and so does whoever started or attached to it. It still names the same incident after a later one began.
 */
export function incidentIdOf(workflowId: string, runId: string): string {
  return `${workflowId}-${runId.replaceAll('-', '').slice(-episodeLength)}`;
}

/** Memo key of the run with which an incident began; absent or empty when that is the run itself. */
export const episodeMemo = 'episodeRunId';

/** Memo key of the time at which it began. */
export const episodeStartMemo = 'episodeStartedAt';

/** ISO 8601; null when the run did not continue another one. */
export function episodeStartOf({ memo }: { memo?: Record<string, unknown> | undefined }): string | null {
  const began = memo?.[episodeStartMemo];
  return typeof began === 'string' && began !== '' ? began : null;
}

/** The run whose id names the incident: a continued history belongs to the run with which the incident began. */
export function episodeRunOf(run: { runId: string; memo?: Record<string, unknown> | undefined }): string {
  const began = run.memo?.[episodeMemo];
  return typeof began === 'string' && began !== '' ? began : run.runId;
}

/** The parts of an incident id; null when the text is not one (for example a bare workflow id). */
export function parseIncidentId(text: string): { workflowId: string; episode: string } | null {
  const match = /^(perf-.+)-([0-9a-f]{12})$/.exec(text);
  return match?.[1] === undefined || match[2] === undefined ? null : { workflowId: match[1], episode: match[2] };
}
