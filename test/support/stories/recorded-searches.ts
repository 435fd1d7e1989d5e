/** One search for each way in which `bisectRegression` can end: what the replay tests keep the histories of. */
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import type { BisectRequest } from '../../../activities/bisect-contract.js';
import type { bisectRegression } from '../../../workflows/bisect/bisect-regression.js';
import {
  markBadSignal,
  markGoodSignal,
  pauseSignal,
  resumeSignal,
  skipCommitSignal,
  stopAndReportSignal,
} from '../../../workflows/bisect/messages.js';
import { idOf, type FakeRepository } from '../fake-repositories.js';

type Handle = WorkflowHandleWithFirstExecutionRunId<typeof bisectRegression>;

interface RecordedSearch {
  name: string;
  repository: Partial<FakeRepository>;
  request?: Partial<BisectRequest>;
  /** On a server that asks for a new history all the time. */
  isContinued?: boolean;
  drive: (handle: Handle, measured: () => number) => Promise<void>;
}

export const searchRequest: Omit<BisectRequest, 'bisectId' | 'endpoint'> = {
  ...{ good: null, bad: null, metric: 'p95', minEffect: 1.2, incidentId: null, hints: { files: [] } },
  ...{ budgetRuns: 200, budgetBuilds: null, budgetMinutes: 60 },
};

const justWatch: RecordedSearch['drive'] = () => Promise.resolve();

async function untilMeasured(measured: () => number, count: number): Promise<void> {
  while (measured() < count) await delay(50);
}

const slow = { slowAt: { 20: 3 } };

export const recordedSearches: readonly RecordedSearch[] = [
  { name: 'culprit', repository: slow, drive: justWatch },
  { name: 'merge', repository: { slowAt: { 12: 2 }, merges: { 12: { commits: 6, slowAt: { 4: 2 } } } }, drive: justWatch },
  { name: 'two-culprits', repository: { slowAt: { 8: 1.5, 24: 2 } }, drive: justWatch },
  { name: 'range', repository: { ...slow, broken: { 19: 'build-failed', 20: 'build-failed', 21: 'unhealthy' } }, drive: justWatch },
  { name: 'no-regression', repository: {}, drive: justWatch },
  { name: 'not-in-code', repository: { isOverBudget: true }, drive: justWatch },
  { name: 'budget-spent', repository: { slowAt: { 20: 1.5 } }, request: { budgetRuns: 12 }, drive: justWatch },
  { name: 'load-failed', repository: { failing: 'reset before the measurement failed' }, drive: justWatch },
  { name: 'refused', repository: { refusal: 'Expected a commit, tag or branch, got "v9"' }, drive: justWatch },
  { name: 'nameless', repository: { ...slow, isNameless: true, cleanUpFailures: 1 }, drive: justWatch },
  {
    name: 'paused',
    repository: { ...slow, measureMs: 100 },
    drive: async (handle, measured) => {
      await untilMeasured(measured, 2);
      await handle.signal(markGoodSignal, { commit: idOf(10), by: 'ada' });
      await handle.signal(pauseSignal, {});
      await delay(400);
      await handle.signal(resumeSignal, {});
    },
  },
  {
    name: 'marked',
    repository: { ...slow, measureMs: 100 },
    drive: async (handle, measured) => {
      await untilMeasured(measured, 2);
      // As much of an incident as a search reads.
      const incident = { causes: [{ location: { file: 'src/orders.js' } }], confirmation: { broken: ['p95'] } };
      await handle.signal('handOffEvidence', { incident, repositoryConfigured: true, facts: ['p95 has doubled'], requestedBy: 'ada' });
      await handle.signal(skipCommitSignal, { commit: idOf(15), by: 'ada' });
      await handle.signal(markBadSignal, { commit: idOf(25), by: 'ada' });
    },
  },
  {
    name: 'stopped',
    repository: { slowAt: { 20: 1.5 }, measureMs: 100 },
    drive: async (handle, measured) => {
      await untilMeasured(measured, 2);
      await handle.signal(stopAndReportSignal, {});
    },
  },
  {
    name: 'cancelled',
    repository: { slowAt: { 20: 1.5 }, measureMs: 100 },
    drive: async (handle, measured) => {
      await untilMeasured(measured, 2);
      await handle.cancel();
    },
  },
  { name: 'continued', repository: slow, isContinued: true, drive: justWatch },
];
