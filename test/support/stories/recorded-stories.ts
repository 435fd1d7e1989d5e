/** One story per branch of the incident workflow, each told to its end: what the replay tests keep the histories of. */
import { ApplicationFailure } from '@temporalio/common';
import type { IncidentClient } from '../../../client/temporal/incident-client.js';
import { planExpiringAt, type FakeWorld, type Story } from './fake-incident.js';

export interface RecordedStory {
  name: string;
  story: () => Partial<Story>;
  /** What people do while it goes on; until it ended. */
  drive: (incidents: IncidentClient, id: string, world: FakeWorld, endpoint: string) => Promise<void>;
}

const untilWaiting = async (incidents: IncidentClient, id: string): Promise<void> => {
  await incidents.follow(id, ({ phase }) => phase === 'waiting');
};

const justWatch: RecordedStory['drive'] = () => Promise.resolve();

const resolveByRerun: RecordedStory['drive'] = async (incidents, id) => {
  await untilWaiting(incidents, id);
  await incidents.rerun(id, { by: 'ada' });
};

const rerunTwice: RecordedStory['drive'] = async (incidents, id) => {
  await untilWaiting(incidents, id);
  await incidents.rerun(id, { by: 'ada' });
  await incidents.rerun(id, { by: 'ada' });
};

const close: RecordedStory['drive'] = async (incidents, id) => {
  await untilWaiting(incidents, id);
  await incidents.close(id, { by: 'ada', reason: 'known' });
};

const approve: RecordedStory['drive'] = async (incidents, id) => {
  const { remedyPlan } = await incidents.follow(id, (status) => status.phase === 'waiting');
  await incidents.decide(id, { planId: remedyPlan?.planId ?? '', decision: 'approve', by: 'ada' });
};

const reject: RecordedStory['drive'] = async (incidents, id) => {
  const { remedyPlan } = await incidents.follow(id, (status) => status.phase === 'waiting');
  await incidents.decide(id, { planId: remedyPlan?.planId ?? '', decision: 'reject', by: 'ada' });
  await incidents.acknowledge(id, 'ada');
  await incidents.close(id, {});
};

const cancel: RecordedStory['drive'] = async (incidents, id, world, endpoint) => {
  await incidents.follow(id, () => world.calls(endpoint).includes('captureProfile'));
  await incidents.cancel(id);
};

const handOff: RecordedStory['drive'] = async (incidents, id) => {
  await untilWaiting(incidents, id);
  await incidents.handOff(id, 'ada');
  await incidents.follow(id, ({ incident }) => incident.bisect !== null);
  await incidents.close(id, {});
};

const closeInLoad: RecordedStory['drive'] = async (incidents, id, world, endpoint) => {
  await incidents.follow(id, () => world.calls(endpoint).includes('captureProfile'));
  await incidents.close(id, { by: 'ada' });
};

const waitOutPlan: RecordedStory['drive'] = async (incidents, id) => {
  await incidents.follow(id, ({ phase, remedyPlan }) => phase === 'waiting' && remedyPlan === null);
  await incidents.close(id, {});
};

const plan = () => planExpiringAt(new Date(Date.now() + 3_600_000).toISOString());
const fixed: Pick<Story, 'verdicts'> = { verdicts: ['confirmed', 'not-reproduced'] };

export const recordedStories: readonly RecordedStory[] = [
  { name: 'db-bound', story: () => ({ ...fixed }), drive: resolveByRerun },
  { name: 'app-bound', story: () => ({ branch: 'app-bound' }), drive: close },
  { name: 'mixed', story: () => ({ branch: 'mixed', verdicts: ['confirmed', 'confirmed', 'not-reproduced'] }), drive: rerunTwice },
  { name: 'not-reproduced', story: () => ({ verdicts: ['not-reproduced'] }), drive: justWatch },
  { name: 'unproven', story: () => ({ verdicts: ['unproven'] }), drive: justWatch },
  { name: 'refused', story: () => ({ resolve: () => ({ ok: false, reason: 'unknown endpoint' }) }), drive: justWatch },
  { name: 'capture-failed', story: () => ({ failing: { captureProfile: ApplicationFailure.nonRetryable('no profile') } }), drive: close },
  { name: 'outage', story: () => ({ outage: { failedRatio: 1, answeredAgain: false } }), drive: close },
  { name: 'load-restarted', story: () => ({ restarts: 1 }), drive: close },
  { name: 'remedy-approved', story: () => ({ plan: plan(), ...fixed }), drive: approve },
  { name: 'remedy-rejected', story: () => ({ plan: plan() }), drive: reject },
  { name: 'remedy-expired', story: () => ({ plan: planExpiringAt(new Date(Date.now() + 3_000).toISOString()) }), drive: waitOutPlan },
  {
    name: 'remedy-failed',
    story: () => ({ plan: plan(), failing: { applyRemedy: ApplicationFailure.nonRetryable('lock timeout') } }),
    drive: async (incidents, id, world, endpoint) => {
      await approve(incidents, id, world, endpoint);
      await waitOutPlan(incidents, id, world, endpoint);
    },
  },
  {
    name: 'load-refused',
    story: () => ({ failing: { runLoad: ApplicationFailure.nonRetryable('line 3', 'RefusedError') } }),
    drive: justWatch,
  },
  { name: 'load-failed', story: () => ({ failing: { runLoad: ApplicationFailure.nonRetryable('k6 was killed') } }), drive: justWatch },
  { name: 'load-closed', story: () => ({ loadMs: Infinity }), drive: closeInLoad },
  { name: 'outage-over', story: () => ({ outage: { failedRatio: 1, answeredAgain: true } }), drive: close },
  { name: 'analysis-broke', story: () => ({ failing: { localize: ApplicationFailure.nonRetryable('a rule broke') } }), drive: close },
  { name: 'cancelled', story: () => ({ loadMs: Infinity }), drive: cancel },
  { name: 'hand-off', story: () => ({}), drive: handOff },
  {
    name: 'inconclusive',
    story: () => ({ branch: 'inconclusive', diagnosis: { outcome: 'inconclusive', causes: [], missingEvidence: [] } }),
    drive: async (incidents, id) => {
      await incidents.follow(id, ({ incident }) => incident.bisect !== null);
      await incidents.close(id, {});
    },
  },
];
