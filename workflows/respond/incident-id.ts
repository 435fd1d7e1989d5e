/** Characters of the run id that tell episodes of one workflow id apart: the last 48 bits, random in every version of UUID in use. */
const episodeLength = 12;

/**
 * Unique id of an incident: workflow id (one per service and endpoint, so that only one incident is open) plus the tail of the run id (one per
 * episode). Known to the workflow itself and to whoever started or attached to it, and it still names the same incident after a later one began.
 */
export function incidentIdOf(workflowId: string, runId: string): string {
  return `${workflowId}-${runId.replaceAll('-', '').slice(-episodeLength)}`;
}

/** Memo key of the run with which an incident began; absent or empty where that is the run itself. */
export const episodeMemo = 'episodeRunId';

/** Memo key of when it began. */
export const episodeStartMemo = 'episodeStartedAt';

/** ISO 8601; null where the run began by itself. */
export function episodeStartOf({ memo }: { memo?: Record<string, unknown> | undefined }): string | null {
  const began = memo?.[episodeStartMemo];
  return typeof began === 'string' && began !== '' ? began : null;
}

/** The run whose id names the incident: a history that continued as new still belongs to the one with which it began. */
export function episodeRunOf(run: { runId: string; memo?: Record<string, unknown> | undefined }): string {
  const began = run.memo?.[episodeMemo];
  return typeof began === 'string' && began !== '' ? began : run.runId;
}

/** The parts of an incident id; null when the text is none (a bare workflow id, say). */
export function parseIncidentId(text: string): { workflowId: string; episode: string } | null {
  const match = /^(perf-.+)-([0-9a-f]{12})$/.exec(text);
  return match?.[1] === undefined || match[2] === undefined ? null : { workflowId: match[1], episode: match[2] };
}
