/** One thread's time in the window, from the kernel's scheduler statistics. */
export interface ThreadObservation {
  tid: number;
  /** Its process. Absent in evidence that an older version recorded. */
  pid?: number;
  name: string;
  isMain: boolean;
  cpuMs: number;
  /** Time spent runnable but waiting for a CPU. */
  runDelayMs: number;
}

/** CPU, memory and scheduling of the service's process tree over the window. */
export interface ProcessObservation {
  pid: number;
  /** Process ids of the tree at the end of the window. */
  pids: number[];
  executable: string;
  /** Id of a registered runtime, `native` for every other program, `unknown` when its executable cannot be looked at. */
  runtime: string;
  windowMs: number;
  /** Cores the tree may use: affinity and cgroup quota. */
  usableCores: number;
  cpuMs: number;
  /** User and system part of cpuMs. */
  userMs: number;
  systemMs: number;
  /**
   * Part of cpuMs used by processes of the tree that started and ended between two samples, for example a program that is started for each request. Absent
   * in older evidence.
   */
  unseenMs?: number;
  threads: ThreadObservation[];
  runDelayMs: number;
  /** cgroup throttling; null where the kernel does not tell. */
  throttledMs: number | null;
  /** Mean number of threads of the tree in uninterruptible sleep (disk). */
  diskWaitThreads: number;
  readBytes: number | null;
  writeBytes: number | null;
  majorFaults: number;
  rssStartBytes: number;
  rssEndBytes: number;
  swapBytes: number | null;
  openFiles: number | null;
  host: {
    cores: number;
    cpuRatio: number;
    stealRatio: number;
    loadAverage: number;
    memoryAvailableRatio: number | null;
    swapInBytes: number;
    /** Share of the window, 0..1, in which some task waited for the resource (pressure stall information); absent where the kernel does not tell. */
    pressure?: { cpu: number; memory: number; io: number };
  };
}

/** Where the requests in flight were, averaged over the socket samples (mean numbers of sockets, Little's L). */
export interface PeerObservation {
  /** `address:port` of the remote end. */
  peer: string;
  /** What it is, by the catalog or by its port: `database main`, `http`, … */
  label: string;
  kind: 'database' | 'cache' | 'service' | 'unknown';
  /** Mean number of connected sockets, and of those that wait for the peer to answer. */
  connections: number;
  waiting: number;
  /** Largest number of sockets that waited at the same time. */
  waitingMax: number;
  /** Sockets being connected (SYN sent). */
  connecting: number;
  /** Mean number of `connections` that did not exist in the previous sample. Absent in older evidence, and with a single sample. */
  opened?: number;
  /** Mean number of requests that were inside the service because all sockets to this peer were waiting; see `queuedWhileFull`. */
  queued?: number;
  /** Present when the peer passes statements on to the database of the label; `connections` is how many it has to it at the end of the window. */
  pooler?: { name: string; connections: number };
}

export interface WireObservation {
  samples: number;
  windowMs: number;
  /** Inbound sockets on the service's port. */
  inbound: { connections: number; unread: number; served: number; acceptQueue: number; acceptQueueMax: number };
  peers: PeerObservation[];
  /** Largest number of sockets that waited at all peers together at the same time. */
  atPeersMax?: number;
  /** Mean number of requests in service that no peer holds: `max(0, served − Σ waiting)` per sample, averaged. */
  waitingInside: number;
  /** A multiplexed protocol (HTTP/2, pipelining) was seen or suspected, so counts of sockets are not counts of requests. */
  multiplexed: boolean;
  limits: string[];
}

export interface ServiceObservation {
  process: ProcessObservation | null;
  wire: WireObservation | null;
  /** What could not be observed, with the remedy. */
  missing: MissingEvidence[];
}

/** Evidence that could not be had: what is missing, why, and what to do about it. */
export interface MissingEvidence {
  id: string;
  what: string;
  why: string;
  remedy: string;
}
