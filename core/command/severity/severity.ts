const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** From the worst to the mildest. */
export const severities = ['SEV1', 'SEV2', 'SEV3', 'SEV4'] as const;
export type Severity = (typeof severities)[number];

export interface SeverityTerms {
  impact: string;
  /** Within this time somebody must have answered. */
  respondWithinMs: number;
  /** Time between two updates. SEV4 is told once a working day, see `nextUpdateAt`. */
  updateEveryMs: number;
  isUpdatedDaily: boolean;
  /** A public status page is offered, and a postmortem is due within 48 hours. */
  isMajor: boolean;
  /** Paged at the declaration where the catalog has no `escalation`. */
  pages: 'on-call and manager' | 'on-call, manager is told' | 'on-call is told' | 'ticket';
  channel: '#incidents' | '#incidents-low';
}

/** The severity table of seed 004. */
export const severityTable: Readonly<Record<Severity, SeverityTerms>> = {
  SEV1: {
    impact: 'complete outage, all users affected',
    respondWithinMs: 5 * minuteMs,
    updateEveryMs: 15 * minuteMs,
    isUpdatedDaily: false,
    isMajor: true,
    pages: 'on-call and manager',
    channel: '#incidents',
  },
  SEV2: {
    impact: 'major degradation, most users affected',
    respondWithinMs: 15 * minuteMs,
    updateEveryMs: 30 * minuteMs,
    isUpdatedDaily: false,
    isMajor: true,
    pages: 'on-call, manager is told',
    channel: '#incidents',
  },
  SEV3: {
    impact: 'partial degradation, some users affected',
    respondWithinMs: hourMs,
    updateEveryMs: 2 * hourMs,
    isUpdatedDaily: false,
    isMajor: false,
    pages: 'on-call is told',
    channel: '#incidents-low',
  },
  SEV4: {
    impact: 'minor issue, few users affected',
    respondWithinMs: 4 * hourMs,
    updateEveryMs: 24 * hourMs,
    isUpdatedDaily: true,
    isMajor: false,
    pages: 'ticket',
    channel: '#incidents-low',
  },
};

/** Below 0: `left` is the worse one. */
export function compareSeverity(left: Severity, right: Severity): number {
  return severities.indexOf(left) - severities.indexOf(right);
}

export function isWorse(left: Severity, right: Severity): boolean {
  return compareSeverity(left, right) < 0;
}
