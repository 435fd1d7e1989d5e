/** Saturation from which queueing in front of a resource dominates its latency: at 0.8 an M/M/1 queue waits four service times. */
export const saturated = 0.8;

/**
 * A main thread that does next to nothing beside busy ones (the primary of a cluster, the master of a prefork server) serves no request, so it adds no
 * capacity.
 */
export const servingPart = 0.1;

/** CPU of the service in the window. Utilisation and saturation are 0..1 of what it may use (one core for a Node event loop). */
export interface CpuFacts {
  /** Cores burnt by the threads that serve requests (Node: the main thread; otherwise the whole tree). */
  busyCores: number;
  totalCores: number;
  /** Cores that the serving threads may use at most: one for each event loop, or for each process of an interpreter with a global lock. */
  servingCores: number;
  perRequestMs: number;
  utilization: number;
  /** Run time plus run-queue delay. On a busy host a saturated loop has a low utilisation, but a high saturation. */
  saturation: number;
  /** Upper bound of `saturation` when threads of an interpreter queue for its lock and their delays overlap; otherwise the same. */
  mostSaturation: number;
  runDelayCores: number;
  /** Cores burnt outside the main thread (workers, thread pool, collector); 0 for runtimes without a single main loop. */
  offMainCores: number;
}
