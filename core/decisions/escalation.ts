const minuteMs = 60_000;

/** An incident that nobody closes ends by itself after this long. */
export const ageLimitMs = 7 * 24 * 60 * minuteMs;

interface Rung {
  level: string;
  afterMs: number;
}

/**
 * Who is told when nobody acknowledges, counted from the moment the report was ready. Our choice, after the common paging defaults
 * (a page that is not answered within 15 minutes goes to the next level); a critical alert climbs three times as fast.
 */
const ladders: Record<'critical' | 'normal', readonly Rung[]> = {
  critical: [
    { level: 'L1', afterMs: 5 * minuteMs },
    { level: 'L2', afterMs: 10 * minuteMs },
    { level: 'service owner', afterMs: 20 * minuteMs },
  ],
  normal: [
    { level: 'L1', afterMs: 15 * minuteMs },
    { level: 'L2', afterMs: 30 * minuteMs },
    { level: 'service owner', afterMs: 60 * minuteMs },
  ],
};

const criticalNames = new Set(['critical', 'page', 'sev1', 'p1', 'emergency', 'fatal']);

export interface WaitState {
  acceptedAtMs: number;
  /** When the incident began to wait for people; null = nobody is needed. */
  waitingSinceMs: number | null;
  escalatedRungs: number;
  severity: string | null;
  isAcknowledged: boolean;
  planExpiresAtMs: number | null;
}

export type Deadline = { atMs: number; summary: string } & (
  { kind: 'age-limit' } | { kind: 'plan-expires' } | { kind: 'escalate'; level: string }
);

/** The next moment at which the waiting incident acts by itself. Always one: at the latest its age limit. */
export function nextDeadline(state: WaitState): Deadline {
  const deadlines: Deadline[] = [
    { kind: 'age-limit', atMs: state.acceptedAtMs + ageLimitMs, summary: 'ends by itself when seven days old' },
  ];
  if (state.planExpiresAtMs !== null)
    deadlines.push({ kind: 'plan-expires', atMs: state.planExpiresAtMs, summary: 'the proposed remedy expires' });
  const ladder = ladders[criticalNames.has((state.severity ?? '').toLowerCase()) ? 'critical' : 'normal'];
  const rung = ladder[state.escalatedRungs];
  if (rung !== undefined && state.waitingSinceMs !== null && !state.isAcknowledged) {
    const minutes = Math.round(rung.afterMs / minuteMs);
    deadlines.push({
      kind: 'escalate',
      level: rung.level,
      atMs: state.waitingSinceMs + rung.afterMs,
      summary: `escalates to ${rung.level} ${minutes} min after the report unless acknowledged`,
    });
  }
  return deadlines.reduce((first, next) => (next.atMs < first.atMs ? next : first));
}
