/** Which part of the world a check looks at, in the order in which they are shown. */
export const checkAreas = ['service', 'logs', 'postgres', 'mysql', 'redis', 'network', 'host'] as const;
export type CheckArea = (typeof checkAreas)[number];

/** `unknown`: it could not be looked at. What was not seen is never `ok`. */
export type Verdict = 'ok' | 'warn' | 'fail' | 'unknown';
export const verdicts: readonly Verdict[] = ['ok', 'unknown', 'warn', 'fail'];

/** What one look found. The unit of `value` and `limit` is told in `detail`. */
export interface Finding {
  verdict: Verdict;
  /** The number that was measured, or a text (a version); null: none. */
  value: number | string | null;
  /** From where it is no longer ok; null: nothing is too much. */
  limit: number | null;
  /** A sentence for people, with numbers and units. */
  detail: string;
  /** What a person would type to see it; null: nothing shows it better. */
  command: string | null;
  /** What to do; null: nothing. */
  remedy: string | null;
}

/** One row of `check --json`. */
export interface CheckRow extends Finding {
  id: string;
  area: CheckArea;
  /** What was looked at: a service, a database, an address, a folder. */
  target: string;
  tookMs: number;
}

export function unknownFinding(detail: string, remedy: string, command: string | null = null): Finding {
  return { verdict: 'unknown', value: null, limit: null, detail, command, remedy };
}

/** From where a number warns and from where it fails; null: it never does. `isLess`: less is worse. */
export interface Limits {
  warn: number | null;
  fail: number | null;
  isLess?: boolean;
}

/** A number against its limits. The remedy is told only when something is to be done. */
export function judged(value: number, limits: Limits, words: { detail: string; command: string | null; remedy: string }): Finding {
  const reaches = (limit: number | null): boolean => limit !== null && (limits.isLess === true ? value <= limit : value >= limit);
  const verdict: Verdict = reaches(limits.fail) ? 'fail' : reaches(limits.warn) ? 'warn' : 'ok';
  const limit = verdict === 'fail' ? limits.fail : (limits.warn ?? limits.fail);
  const { detail, command, remedy } = words;
  return { verdict, value, limit, detail, command, remedy: verdict === 'ok' ? null : remedy };
}

/** Orders by how bad it is; `unknown` is worse than `ok`. */
export function worst(all: readonly Verdict[]): Verdict {
  return all.reduce<Verdict>((found, verdict) => (verdicts.indexOf(verdict) > verdicts.indexOf(found) ? verdict : found), 'ok');
}
