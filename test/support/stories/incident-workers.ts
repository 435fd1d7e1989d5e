import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { AlertSummary, IncidentActivities } from '../../../activities/contract.js';
import { fakeHost } from './fake-incident.js';

import { bisectHostQueue, bisectQueue, hostQueue, incidentsQueue, loadQueue } from '../../../workflows/kernel/task-queues.js';

/** One worker per task queue with the given activities; returns how to stop them. */
export async function startTestWorkers(
  environment: TestWorkflowEnvironment,
  bundle: WorkflowBundleWithSourceMap,
  activities: IncidentActivities,
  { loadsAtOnce = 100 }: { loadsAtOnce?: number } = {},
): Promise<() => Promise<void>> {
  const workers = await Promise.all(
    [incidentsQueue, loadQueue, bisectQueue, hostQueue(fakeHost), bisectHostQueue('bench-1')].map((taskQueue) =>
      Worker.create({
        connection: environment.nativeConnection,
        taskQueue,
        identity: 'recorder',
        activities,
        // The load queue of the product has no workflows; here nobody minds.
        workflowBundle: bundle,
        maxHeartbeatThrottleInterval: '100ms',
        shutdownGraceTime: '2s',
        ...(taskQueue === loadQueue ? { maxConcurrentActivityTaskExecutions: loadsAtOnce } : {}),
      }),
    ),
  );
  const running = Promise.all(workers.map((worker) => worker.run()));
  return async () => {
    for (const worker of workers) worker.shutdown();
    await running;
  };
}

/** An alert as the generic source hands it in. */
export function alertOf(id: string, change: Partial<AlertSummary> = {}): AlertSummary {
  const receivedAt = new Date().toISOString();
  const nothing = { startsAt: null, labels: {}, symptom: null, links: [] };
  return { source: 'generic', id, status: 'firing', title: 'p95 is bad', receivedAt, severity: 'warning', ...nothing, ...change };
}
