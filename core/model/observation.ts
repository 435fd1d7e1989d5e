/** One thread's time over the window. All from the kernel's scheduler statistics. */
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
  /** Of cpuMs: processes of the tree that came and went between two looks, as where a program is started for each request. Absent in older evidence. */
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
  /** What the catalog or the port says it is: `database main`, `http`, … */
  label: string;
  kind: 'database' | 'cache' | 'service' | 'unknown';
  /** Mean sockets connected, and of those, waiting for the peer to answer. */
  connections: number;
  waiting: number;
  /** Largest number of sockets ever waiting at once. */
  waitingMax: number;
  /** Sockets being connected (SYN sent). */
  connecting: number;
  /** Mean number of `connections` that were not there at the look before. Absent in evidence that an older version recorded, and with a single look. */
  opened?: number;
  /** Mean number of requests inside the service that were there because all sockets to this peer were waiting; see `queuedWhileFull`. */
  queued?: number;
  /** It passes statements on to the database of the label, over so many connections at the end of the window. */
  pooler?: { name: string; connections: number };
}

export interface WireObservation {
  samples: number;
  windowMs: number;
  /** Inbound sockets on the service's port. */
  inbound: { connections: number; unread: number; served: number; acceptQueue: number; acceptQueueMax: number };
  peers: PeerObservation[];
  /** Largest number of sockets that ever waited at all peers together. */
  atPeersMax?: number;
  /** Mean number of inbound requests in service that no peer holds: `max(0, served − Σ waiting)` per sample, averaged. */
  waitingInside: number;
  /** A multiplexed protocol (HTTP/2, pipelining) was seen or suspected, so counts of sockets are not counts of requests. */
  multiplexed: boolean;
  limits: string[];
}

export interface ServiceObservation {
  process: ProcessObservation | null;
  wire: WireObservation | null;
  /** What could not be observed and the remedy. */
  missing: MissingEvidence[];
}

/** Evidence that was not to be had: what is missing, why, and what to do about it. */
export interface MissingEvidence {
  id: string;
  what: string;
  why: string;
  remedy: string;
}
