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

/** Does the sender of the alert call it one that wakes people? */
export function isCritical(severity: string | null): boolean {
  return criticalNames.has((severity ?? '').toLowerCase());
}

export interface WaitState {
  acceptedAtMs: number;
  /** When the server ends the workflow whatever it does; null = never. */
  cutOffMs: number | null;
  /** When the incident began to wait for people; null = nobody is needed. */
  waitingSinceMs: number | null;
  escalatedRungs: number;
  severity: string | null;
  isAcknowledged: boolean;
  planExpiresAtMs: number | null;
  /** When to look whether the bisector is still there; null = nobody waits for one. */
  askBisectorAtMs: number | null;
}

export type Deadline = { atMs: number; summary: string } & (
  { kind: 'age-limit' } | { kind: 'plan-expires' } | { kind: 'ask-bisector' } | { kind: 'escalate'; level: string }
);

/** Enough for the last report and the last word. */
const lastWordMs = 60 * minuteMs;

/** The next moment at which the waiting incident acts by itself. Always one: at the latest its age limit. */
export function nextDeadline(state: WaitState): Deadline {
  const endsAtMs = Math.min(state.acceptedAtMs + ageLimitMs, (state.cutOffMs ?? Infinity) - lastWordMs);
  const deadlines: Deadline[] = [{ kind: 'age-limit', atMs: endsAtMs, summary: 'ends by itself when seven days old' }];
  if (state.askBisectorAtMs !== null)
    deadlines.push({ kind: 'ask-bisector', atMs: state.askBisectorAtMs, summary: 'looks whether the commit bisector is still there' });
  if (state.planExpiresAtMs !== null)
    deadlines.push({ kind: 'plan-expires', atMs: state.planExpiresAtMs, summary: 'the proposed remedy expires' });
  const ladder = ladders[isCritical(state.severity) ? 'critical' : 'normal'];
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
