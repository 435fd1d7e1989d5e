/** Names of the task queues, one meaning each. Workflows name `load` and `bisect` themselves (`workflows/activity-options.ts`). */
export { incidentsQueue } from '../client/temporal/incident-client.js';
export { bisectHostQueue, bisectQueue, loadQueue } from '../workflows/activity-options.js';

/** Queue of the agent that captures beside the services of one host; the catalog names the host with `process: { host: NAME }`. */
export function hostQueue(host: string): string {
  return `host-${host}`;
}
