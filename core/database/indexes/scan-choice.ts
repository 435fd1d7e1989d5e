import type { ActivityObservation, DatabaseObservation, StatementDelta, StatementScan } from '../../model/database.js';

const smallestShare = 0.01;
const byCalls = 2;

/** The statements worth a plan: by time, and the most called ones; what has no statistics by the samples that caught it at work. */
export function chooseStatements(observation: DatabaseObservation, most: number): StatementDelta[] {
  const sampled = fromSamples(observation.activity);
  const statements =
    observation.statements === null ? sampled : [...unfinished(sampled, observation.statements), ...observation.statements];
  const byTime = statements.filter((statement) => statement.timeShare >= smallestShare && !isUtility(statement.text)).slice(0, most);
  const called = [...statements].sort((a, b) => b.calls - a.calls).slice(0, byCalls);
  const more = called.filter((statement) => statement.calls > 0 && !isUtility(statement.text) && !byTime.includes(statement));
  return [...byTime, ...more];
}

const unfinishedShare = 0.1;

/** What was cancelled, or still ran at the end of the window, is in no statistics: only the samples saw it. */
function unfinished(sampled: StatementDelta[], known: StatementDelta[]): StatementDelta[] {
  const ids = new Set(known.map((statement) => statement.queryId));
  return sampled.filter((statement) => statement.timeShare >= unfinishedShare && !ids.has(statement.queryId));
}

function isUtility(text: string): boolean {
  return /^\s*(?:\/\*.*?\*\/\s*)*(begin|start|commit|rollback|end|set|show|savepoint|release|deallocate|discard|fetch|close|copy|vacuum|analyze|create|alter|drop|listen|notify|lock)\b/i.test(
    text,
  );
}

/** Numbers of calls are not known; times are Little's law: mean sessions × window. */
export function fromSamples(activity: ActivityObservation | null): StatementDelta[] {
  if (activity === null) return [];
  return activity.byStatement.map((entry, index) => ({
    queryId: entry.queryId ?? `sampled-${index + 1}`,
    text: entry.text,
    calls: 0,
    totalExecMs: entry.sessions * activity.windowMs,
    meanExecMs: 0,
    timeShare: activity.activeSessions > 0 ? entry.sessions / activity.activeSessions : 0,
    rows: 0,
    rowsPerCall: 0,
    sharedHitBlocks: 0,
    sharedReadBlocks: 0,
    tempBlocks: 0,
    walBytes: 0,
    restarted: false,
    isSampled: true,
  }));
}

/** What the sessions that ran this statement waited for, 0..1 by class. Empty when no sample caught one. */
export function waitSharesOf(statement: StatementDelta, observation: DatabaseObservation): StatementScan['waitShares'] {
  const entries = (observation.activity?.byStatement ?? []).filter(
    (entry) => entry.queryId === statement.queryId || (entry.queryId === null && entry.text === statement.text),
  );
  const total = entries.reduce((sum, entry) => sum + entry.sessions, 0);
  const classes = new Map<string, number>();
  for (const entry of entries)
    for (const wait of entry.waitClasses) classes.set(wait.waitClass, (classes.get(wait.waitClass) ?? 0) + wait.sessions);
  return [...classes.entries()]
    .map(([waitClass, sessions]) => ({ waitClass, share: total > 0 ? sessions / total : 0 }))
    .sort((a, b) => b.share - a.share || a.waitClass.localeCompare(b.waitClass));
}
