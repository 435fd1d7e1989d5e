/** How a command starts the workers. `main.ts` passes it in, so that the command line does not know the worker and its SDK. */
import type { TemporalTarget } from '../../../adapters/temporal/connection.js';
import type { Catalog } from '../../../config/catalog.js';
import type { WorkerRole } from '../../../workflows/kernel/task-queues.js';

export interface WorkerSettings {
  catalog: Catalog;
  temporal: TemporalTarget;
  dataDirectory: string;
  /** Address of a report for people; null = notifications carry no link. */
  reportUrl: (incidentId: string) => string | null;
  /** Pages of incidents, and where one person acknowledges one; null where no hook serves them. */
  incidentUrl: (incidentId: string) => string | null;
  ackUrl: (incidentId: string, person: string) => string | null;
  /** Name by which the catalog sends captures to this machine. */
  host?: string;
  roles?: readonly WorkerRole[];
  metricsAddress?: string;
  /** HOST:PORT of `/healthz` and `/readyz`. */
  healthAddress?: string;
  /** Version of the workers that decide. */
  buildId?: string;
  say: (line: string) => void;
}

export interface RunningWorkers {
  /** Settles when all workers have stopped; rejects when one of them died. */
  finished: Promise<void>;
  /** Where `/healthz` and `/readyz` are; null when they are not served. */
  healthOrigin: string | null;
  shutdown: () => Promise<void>;
}

export type StartWorkers = (settings: WorkerSettings) => Promise<RunningWorkers>;
