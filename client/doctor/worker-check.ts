import { incidentsQueue, loadQueue } from '../../workflows/kernel/task-queues.js';
import type { RunningWorker } from '../temporal/running-workers.js';
import { failed, ok, type Check } from './check.js';

export function checkWorkers(workers: readonly RunningWorker[]): Check {
  const what = 'a worker that takes incidents and loads';
  const missing = [incidentsQueue, loadQueue].filter((queue) => !workers.some(({ queues }) => queues.includes(queue)));
  if (missing.length > 0) {
    const found = workers.length === 0 ? 'none is running' : `nobody takes ${missing.join(' and ')}`;
    return failed(
      'worker',
      what,
      found,
      'Start one with perf-responder worker on the host of the service, or everything with perf-responder dev.',
    );
  }
  const seen = workers.map(
    ({ identity, environment }) => `${identity}${environment === null ? ' (its environment cannot be seen from here)' : ''}`,
  );
  return ok('worker', what, seen.join(', '));
}
