/** Alerts that Temporal has acknowledged are answered from memory: a storm repeats the same ones, and each would add an event to a history. */
import type { AlertSummary } from '../../activities/contract.js';
import type { IncidentState } from '../temporal/incident-client.js';
import type { HookIncidents } from './hook-dependencies.js';

/** How old knowledge of an incident may be; its alerts go to Temporal when it is older. */
const freshMs = 3_000;
const lookEveryMs = 1_000;
const mostKnown = 50_000;

export interface WatchedIncidents extends HookIncidents {
  /** Is the incident open and running? */
  stateOf: (incidentId: string) => Promise<IncidentState>;
}

interface Known {
  endpoint: string;
  incidentId: string;
  alert: AlertSummary;
  /** Last answered from memory; 0 = never. */
  answeredAtMs: number;
}

export interface KnownAlerts extends HookIncidents {
  /** Looks at the incidents whose alerts were answered from memory since the last look; `watch` does so every second. */
  look: () => Promise<void>;
  watch: () => () => void;
}

/**
 * No alert is lost. One that came after the end of its incident and was answered from memory, because the end was not known yet, is delivered when the end
 * is known. An alert is known by endpoint, source and id; a change of its status is news.
 */
export function createKnownAlerts(incidents: WatchedIncidents, log: (message: string) => void, now: () => number = Date.now): KnownAlerts {
  const known = new Map<string, Known>();
  const lookedAt = new Map<string, number>();
  const problems = new Map<string, string>();
  const looking = new Map<string, Promise<boolean>>();
  const keyOf = (endpoint: string, alert: AlertSummary): string => `${endpoint}\n${alert.source}\n${alert.id}`;

  const recall = async (endpoint: string, alert: AlertSummary): Promise<string | null> => {
    const found = known.get(keyOf(endpoint, alert));
    if (found?.alert.status !== alert.status || found.alert.startsAt !== alert.startsAt) return null;
    const { incidentId } = found;
    if (now() - (lookedAt.get(incidentId) ?? 0) > freshMs && !(await isOpen(incidentId))) return null;
    found.answeredAtMs = now();
    return incidentId;
  };
  const remember = (endpoint: string, alert: AlertSummary, incidentId: string): void => {
    const key = keyOf(endpoint, alert);
    known.delete(key);
    known.set(key, { endpoint, incidentId, alert, answeredAtMs: 0 });
    lookedAt.set(incidentId, now());
    const [oldest] = known.keys();
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
  };
  const keepProblem = (incidentId: string, problem: string | null): void => {
    if (problem === null) problems.delete(incidentId);
    else {
      if (!problems.has(incidentId)) log(`incident ${incidentId} ${problem}`);
      problems.set(incidentId, problem);
    }
  };
  const startOrAttach: HookIncidents['startOrAttach'] = async (endpoint, alert) => {
    const incidentId = await recall(endpoint, alert);
    if (incidentId !== null) {
      const problem = problems.get(incidentId);
      return { incidentId, started: false, ...(problem === undefined ? {} : { problem }) };
    }
    const answer = await incidents.startOrAttach(endpoint, alert);
    if ('ignored' in answer) return answer;
    remember(endpoint, alert, answer.incidentId);
    keepProblem(answer.incidentId, answer.problem ?? null);
    return answer;
  };

  const forget = async (incidentId: string, endedAtMs: number): Promise<void> => {
    for (const [key, entry] of known) {
      if (entry.incidentId !== incidentId) continue;
      if (entry.alert.status === 'firing' && entry.answeredAtMs > endedAtMs) {
        const next = await incidents.startOrAttach(entry.endpoint, entry.alert);
        if ('ignored' in next) known.delete(key);
        else remember(entry.endpoint, entry.alert, next.incidentId);
      } else known.delete(key);
    }
    lookedAt.delete(incidentId);
  };
  /** One look at a time, however many callers ask. */
  const isOpen = async (incidentId: string): Promise<boolean> => {
    const look = looking.get(incidentId) ?? lookAt(incidentId).finally(() => looking.delete(incidentId));
    looking.set(incidentId, look);
    return await look;
  };
  const lookAt = async (incidentId: string): Promise<boolean> => {
    const startedMs = now();
    const { endedAt, problem } = await incidents.stateOf(incidentId);
    keepProblem(incidentId, problem);
    if (endedAt === null) lookedAt.set(incidentId, startedMs);
    else await forget(incidentId, Date.parse(endedAt));
    return endedAt === null;
  };
  /** For what was answered since the last look: had the incident ended by then? */
  const look = async (): Promise<void> => {
    const answered = [...known.values()].filter(
      (entry) => entry.answeredAtMs >= (lookedAt.get(entry.incidentId) ?? 0) && entry.answeredAtMs > 0,
    );
    for (const incidentId of new Set(answered.map((entry) => entry.incidentId))) await isOpen(incidentId);
  };

  return {
    ...incidents,
    startOrAttach,
    recordResolved: async (endpoint, alert) => {
      const incidentId = await recall(endpoint, alert);
      if (incidentId !== null) return { incidentId };
      const answer = await incidents.recordResolved(endpoint, alert);
      if (answer === null) known.delete(keyOf(endpoint, alert));
      else remember(endpoint, alert, answer.incidentId);
      return answer;
    },
    look,
    watch: () => {
      const state = { isLooking: false };
      const timer = setInterval(() => {
        if (state.isLooking) return;
        state.isLooking = true;
        look()
          .catch((error: unknown) => log(`known alerts: ${error instanceof Error ? error.message : String(error)}`))
          .finally(() => (state.isLooking = false));
      }, lookEveryMs);
      return () => clearInterval(timer);
    },
  };
}
