/** What an incident finds out besides what people say: the five minutes, the health of services, changes, triages, mitigations, action items. */

import type { JudgedChange } from '../changes/change.js';
import type { CheckRow } from '../checks/check.js';
import type { HealthState } from '../checks/health.js';
import type { PlannedMitigation } from '../mitigation/mitigation-input.js';
import type { Actor } from './record-event.js';

export interface ServiceRow {
  service: string;
  state: HealthState;
  checks: readonly CheckRow[];
}

export type ChangeRow = Omit<JudgedChange, 'score'>;

export interface TriageRow {
  /** Id of the triage's episode; null until it is known. */
  incidentId: string | null;
  workflowId: string;
  endpoint: string;
  outcome: string | null;
  cause: string | null;
}

export interface MitigationRow extends PlannedMitigation {
  /** Name of its runbook. */
  kind: string;
  /** 1: the one to try first. */
  rank: number;
  state: 'proposed' | 'approved' | 'running' | 'verified' | 'failed' | 'rejected' | 'expired';
  /** Who let it be done; null until somebody did. */
  approvedBy: Actor | null;
  runId: string | null;
  /** How its run ended; null: it has not. */
  runResult: string | null;
  /** What proves it, once its run has ended well; null before. `load`: workflow of the triage whose re-run after `since` decides. */
  proof: { kind: 'load'; load: string; since: string; tries: number } | { kind: 'checks' } | null;
  /** What became of it, in a sentence. */
  result: string | null;
}

export interface ActionRow {
  id: string;
  priority: string;
  type: string;
  title: string;
  owner: string | null;
  due: string | null;
  state: string;
}

export const fiveMinuteSteps = ['acknowledge', 'scope', 'changes', 'message', 'decide'] as const;
export type FiveMinuteStep = (typeof fiveMinuteSteps)[number];

/** One row of the board of the first five minutes. The minutes are a budget, not a wait: a step starts when its input is there. */
export interface FiveMinuteRow {
  step: FiveMinuteStep;
  /** Minute after the declaration at which it should begin. */
  plannedMinute: number;
  startedAt: string | null;
  endedAt: string | null;
  state: 'pending' | 'running' | 'done' | 'failed';
  result: string | null;
}

export interface Findings {
  fiveMinutes: readonly FiveMinuteRow[];
  services: readonly ServiceRow[];
  changes: readonly ChangeRow[];
  triages: readonly TriageRow[];
  mitigations: readonly MitigationRow[];
  actions: readonly ActionRow[];
}

export function noFindings(): Findings {
  return {
    fiveMinutes: fiveMinuteSteps.map((step, plannedMinute) => ({
      step,
      plannedMinute,
      startedAt: null,
      endedAt: null,
      state: 'pending',
      result: null,
    })),
    services: [],
    changes: [],
    triages: [],
    mitigations: [],
    actions: [],
  };
}
