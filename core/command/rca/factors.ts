/** Contributing factors by stable ids, so that incidents can be counted by them, and what is to be done about each. */
import type { Incident } from '../../model/incident.js';
import type { StatusDocument } from '../incident/status-document.js';
import { plural } from '../../model/figures.js';
import { minutes } from '../postmortem/facts.js';
import { cite } from './cite.js';

export interface Contributing {
  id: string;
  fact: string;
  evidence: string[];
}

export type Horizon = 'immediate' | 'short' | 'medium' | 'long';

/** What helps against a factor, and how soon it can be had: short is a week, medium a month, long a quarter (due dates of P1, P2, P3). */
export const actionFor: Readonly<Record<string, { horizon: Horizon; action: string }>> = {
  'trigger.deploy': { horizon: 'medium', action: 'Run the same load against each build before it goes out, and release in steps' },
  'trigger.config': { horizon: 'medium', action: 'Review and roll out configuration like code, in steps and with a way back' },
  'trigger.flag': { horizon: 'medium', action: 'Turn flags on for a share of the traffic first, with the alert watching' },
  'trigger.migration': { horizon: 'medium', action: 'Rehearse migrations on a copy of production size' },
  'trigger.infra': { horizon: 'medium', action: 'Announce changes of infrastructure to the owners of the services on it' },
  'trigger.scaling': { horizon: 'medium', action: 'Test limits of pools and databases at the new number of instances' },
  'trigger.traffic': { horizon: 'long', action: 'Plan capacity from a load test, and shed what is beyond it' },
  'trigger.dependency': { horizon: 'medium', action: 'Give each call a timeout and a budget of retries, and an answer for when it fails' },
  'trigger.data-growth': { horizon: 'short', action: 'Analyze the table more often than it grows by a tenth' },
  'latent.missing-index': { horizon: 'short', action: 'Have plans of new statements on tables of production size in review' },
  'latent.missing-limit': { horizon: 'medium', action: 'Give each query that lists rows a limit, and page' },
  'latent.query-per-row': { horizon: 'medium', action: 'Count statements per request in a test, with a bound' },
  'latent.missing-timeout': { horizon: 'short', action: 'Set timeouts for statements, locks and idle transactions' },
  'latent.pool-size': { horizon: 'short', action: 'Size the pool from the measured hold time, and alert on its queue' },
  'latent.single-point': { horizon: 'long', action: 'Let a second instance take over' },
  'latent.code-path': { horizon: 'medium', action: 'Keep a benchmark of the path, with a bound, in CI' },
  'latent.no-back-pressure': { horizon: 'long', action: 'Refuse work that cannot be done in time, early and cheaply' },
  'amplifier.retry-storm': { horizon: 'short', action: 'Cap retries by a budget and spread them by jitter' },
  'detection.no-alert': { horizon: 'short', action: 'Add an alert on error ratio and p95 that fires within 5 min' },
  'detection.late': { horizon: 'short', action: 'Tighten the alert until it fires within 5 min of the onset' },
  'response.nobody-answered': {
    horizon: 'short',
    action: 'Close the gaps of the schedule (perf-responder oncall gaps) and test the pages (oncall test)',
  },
  'response.page-failed': { horizon: 'short', action: 'Give each person a second channel, and test both' },
  'response.no-runbook': { horizon: 'medium', action: 'Write the runbook of what helped (perf-responder runbook write)' },
  'response.late-updates': { horizon: 'medium', action: 'Name somebody for communications at the beginning' },
};

const factorOfCause: Readonly<Record<string, string>> = {
  'hot-function': 'latent.code-path',
  'regex-backtracking': 'latent.code-path',
  serialization: 'latent.code-path',
  crypto: 'latent.code-path',
  compression: 'latent.code-path',
  logging: 'latent.code-path',
  templating: 'latent.code-path',
  reflection: 'latent.code-path',
  'gc-pressure': 'latent.code-path',
  'event-loop-blocked': 'latent.code-path',
  'missing-index': 'latent.missing-index',
  'non-sargable-predicate': 'latent.missing-index',
  'sort-spill': 'latent.missing-limit',
  'row-volume': 'latent.missing-limit',
  'stale-statistics': 'trigger.data-growth',
  'n-plus-one': 'latent.query-per-row',
  'row-lock': 'latent.missing-timeout',
  'ddl-lock': 'latent.missing-timeout',
  'idle-in-transaction': 'latent.missing-timeout',
  'pool-exhausted': 'latent.pool-size',
  'connection-leak': 'latent.pool-size',
  'connection-limit': 'latent.pool-size',
  'connection-per-request': 'latent.code-path',
  'slow-dependency': 'trigger.dependency',
  'retry-amplification': 'amplifier.retry-storm',
  'cpu-starved': 'latent.no-back-pressure',
  capacity: 'trigger.traffic',
  'pooler-wait': 'latent.pool-size',
  'thread-pool-starvation': 'latent.pool-size',
};

/** Held against the alert: five minutes are what a paging alert may take. */
const lateDetectionS = 300;

/** A place whose defect is not known is no factor, and neither is a cause that this list does not know. */
function ofCauses(triage: Incident): Contributing[] {
  return triage.causes.flatMap((cause) => {
    const id = factorOfCause[cause.id];
    return id === undefined ? [] : [{ id, fact: cause.summary, evidence: cite(triage, cause.evidence) }];
  });
}

const triggers = ['deploy', 'config', 'flag', 'migration', 'infra', 'scaling'];

function ofChanges({ changes }: StatusDocument): Contributing[] {
  return changes
    .filter(({ verdict, kind }) => verdict !== 'ruled-out-by-time' && triggers.includes(kind))
    .map(({ kind, ref, title, verdict, why }) => ({
      id: `trigger.${kind}`,
      fact: `${kind} ${ref} (${title}), ${verdict}`,
      evidence: [why],
    }));
}

function ofCourse({ timeline, times, paging, mitigations }: StatusDocument): Contributing[] {
  const rows = (kind: string): string[] => timeline.filter((row) => row.kind === kind).map(({ id, text }) => `${id}: ${text}`);
  const [unanswered, lost] = [rows('nobody-answered'), rows('notify-failed')];
  const failed = paging.pages
    .filter(({ state }) => state === 'failed')
    .map(({ person, level, sentAt }) => `${sentAt}: ${level}, ${person}`);
  const overdue = rows('update-overdue');
  return [
    ...(rows('alert').length > 0
      ? []
      : [{ id: 'detection.no-alert', fact: 'no alert told of it', evidence: ['the record holds no alert'] }]),
    ...(times.ttd.seconds === null || times.ttd.seconds <= lateDetectionS
      ? []
      : [
          {
            id: 'detection.late',
            fact: `it was detected ${minutes(times.ttd.seconds)} after the onset`,
            evidence: [`${times.ttd.from ?? ''} to ${times.ttd.to ?? ''}`],
          },
        ]),
    ...(unanswered.length === 0
      ? []
      : [{ id: 'response.nobody-answered', fact: 'every level was paged and nobody answered', evidence: unanswered }]),
    ...(failed.length + lost.length === 0
      ? []
      : [
          {
            id: 'response.page-failed',
            fact: `${plural(failed.length + lost.length, 'message')} did not arrive`,
            evidence: [...failed, ...lost],
          },
        ]),
    ...(overdue.length === 0 ? [] : [{ id: 'response.late-updates', fact: 'updates were late', evidence: overdue }]),
    ...(mitigations.some(({ runId }) => runId !== null)
      ? []
      : [{ id: 'response.no-runbook', fact: 'no runbook was run', evidence: ['the record holds no run'] }]),
  ];
}

export function contributingOf(status: StatusDocument, triages: readonly Incident[]): Contributing[] {
  const all = [...ofChanges(status), ...triages.flatMap(ofCauses), ...ofCourse(status)];
  return all.filter(({ id, fact }, index) => all.findIndex((one) => one.id === id && one.fact === fact) === index);
}
