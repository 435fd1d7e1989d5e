/** The side that the time of a resource counts for. `nobody`: nobody was seen to hold it. */
export type Side = 'application' | 'database' | 'elsewhere' | 'nobody';

/** What can hold a request. One row per resource has everything that is known about it except its measured time. */
export interface Resource {
  /** Its name in the account; `accounting.ts` names the holder where there are several (peers, poolers). */
  label: string;
  side: Side;
  /** Inside the process of the service, or outside. */
  place: 'inside' | 'outside';
  /** Near-black text must be readable on it. */
  colour: string;
}

/**
 * A queue for connections or for a worker belongs to no side by itself: `branch.ts` gives it to the database when the connections or the workers are busy
 * there. Every other resource has one side.
 */
export const resources = {
  'service-cpu': { label: 'service CPU', side: 'application', place: 'inside', colour: '#f4a261' },
  gc: { label: 'garbage collection', side: 'application', place: 'inside', colour: '#ec7f7f' },
  'run-queue': { label: 'waiting for a CPU', side: 'application', place: 'inside', colour: '#e6c27a' },
  'event-loop-queue': { label: 'queued in front of the busy service', side: 'application', place: 'inside', colour: '#f2d14f' },
  'worker-queue': { label: 'queued in front of the service, whose workers wait', side: 'elsewhere', place: 'inside', colour: '#e0cf8f' },
  'pool-wait': { label: 'waiting for a database connection', side: 'elsewhere', place: 'inside', colour: '#d4a5e8' },
  'inside-wait': {
    label: 'waiting inside the service (timer, lock, thread pool or pool)',
    side: 'elsewhere',
    place: 'inside',
    colour: '#cdb98a',
  },
  'pooler-wait': { label: 'waiting in a pooler', side: 'elsewhere', place: 'outside', colour: '#e5b3cf' },
  'database-execution': { label: 'database execution', side: 'database', place: 'outside', colour: '#6cb2eb' },
  'database-lock': { label: 'database lock wait', side: 'database', place: 'outside', colour: '#b7a3e0' },
  'database-io': { label: 'database disk wait', side: 'database', place: 'outside', colour: '#57c4cc' },
  'database-transfer': { label: 'database round trips and transfer', side: 'database', place: 'outside', colour: '#9fd0f5' },
  downstream: { label: 'waiting for another service', side: 'elsewhere', place: 'outside', colour: '#7fd0c6' },
  network: { label: 'sending and receiving', side: 'elsewhere', place: 'outside', colour: '#a9d97f' },
  unattributed: { label: 'unattributed', side: 'nobody', place: 'outside', colour: '#c8ced6' },
} as const satisfies Record<string, Resource>;

export type ResourceId = keyof typeof resources;

/** Name of a line of the account: the resource, and for one of several peers its address: `downstream 10.0.0.7:443`. */
export function lineName(resource: ResourceId, holder?: string): string {
  return holder === undefined ? resource : `${resource} ${holder}`;
}

/** The resource of a line of the account; null for a line that another version wrote. */
export function resourceOf(line: string): ResourceId | null {
  const [id = ''] = line.split(' ');
  return Object.hasOwn(resources, id) ? (id as ResourceId) : null;
}

export function sideOf(line: string): Side {
  const id = resourceOf(line);
  return id === null ? 'nobody' : resources[id].side;
}
