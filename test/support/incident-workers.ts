import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { IncidentActivities } from '../../activities/contract.js';
import { bisectQueue, incidentsQueue, loadQueue } from '../../workflows/kernel/task-queues.js';

/** One worker per task queue with the given activities; returns how to stop them. */
export async function startTestWorkers(
  environment: TestWorkflowEnvironment,
  bundle: WorkflowBundleWithSourceMap,
  activities: IncidentActivities,
): Promise<() => Promise<void>> {
  const workers = await Promise.all(
    [incidentsQueue, loadQueue, bisectQueue].map((taskQueue) =>
      Worker.create({
        connection: environment.nativeConnection,
        taskQueue,
        identity: 'recorder',
        activities,
        // The load queue of the product has no workflows; here nobody minds.
        workflowBundle: bundle,
        maxHeartbeatThrottleInterval: '100ms',
        shutdownGraceTime: '2s',
      }),
    ),
  );
  const running = Promise.all(workers.map((worker) => worker.run()));
  return async () => {
    for (const worker of workers) worker.shutdown();
    await running;
  };
}
