/** Messages that belong to no story: activities and workflows send them to each other. */
import { defineSignal } from '@temporalio/workflow';
import type { LoadStarted } from '../../activities/contract.js';
import type { Recorded, TriageMilestone } from '../../core/model/timeline.js';

export const loadStartedSignal = defineSignal<[LoadStarted]>('loadStarted');

/** A milestone of a triage, sent to its parent and to whoever asked with `reportTo`. The same event may come twice; its id tells. */
export interface MilestoneMessage {
  incidentId: string;
  workflowId: string;
  endpoint: string;
  event: Recorded<TriageMilestone>;
  /** The first alert that the triage is about; absent when somebody asked without one. */
  alert?: { source: string; receivedAt: string };
}

export const triageMilestoneSignal = defineSignal<[MilestoneMessage]>('triageMilestone');
