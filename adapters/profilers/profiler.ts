import type { z } from 'zod';
import type { MissingEvidence } from '../../core/model/observation.js';
import type { RequestTrace } from '../../core/model/profile.js';
import type { Standing } from '../../core/model/standing.js';
import type { StackProfile } from '../../core/profile/stack-profile.js';
import type { SummaryOptions } from '../../core/profile/summarize.js';
import type { ToolName } from '../tools/tool-pins.js';

/** When to look: wait `delayMs`, capture for `durationMs`. */
export interface ProfileOrder {
  delayMs: number;
  durationMs: number;
  signal: AbortSignal;
  onProgress: (text: string) => void;
  /** Path of a program that comes with the responder; rejects with what was tried and each remedy. */
  tool: (name: ToolName) => Promise<string>;
}

/** The topmost process of the service. */
export interface ServiceProcess {
  pid: number;
  runtime: string;
  usableCores: number;
}

export interface ProfileCapture {
  profile: StackProfile;
  /** What the capture knows that the profile does not. */
  context: SummaryOptions;
  /** The capture as the profiler wrote it. */
  raw: { name: string; content: string | Uint8Array };
  /** Spans of the runtime's own tracing; null where there are none. */
  trace: RequestTrace | null;
  /** Where threads stood, waiting ones too; absent where the runtime is not asked, or did not tell. */
  standing?: Standing | null;
  missing: MissingEvidence[];
}

/** Looks at a process of this machine. A new one is a file (or folder) here and a line in `registry.ts`. */
export interface Profiler {
  /** As `profiler:` of the catalog names it; other names mean the same. */
  name: string;
  otherNames?: readonly string[];
  /** What it is, in half a sentence. */
  title: string;
  /** Ids of the runtimes that it can tell the functions of. */
  runtimes: readonly string[];
  /** Looks whether it could work and says so in half a sentence, without disturbing the process. Rejects with EvidenceUnavailableError: what is in the way, and the remedy. */
  inspect: (process: ServiceProcess, tool: ProfileOrder['tool']) => Promise<string>;
  /** Every obstacle is an EvidenceUnavailableError; an abort rejects with the signal's reason, and leaves nothing running or attached. */
  capture: (process: ServiceProcess, order: ProfileOrder) => Promise<ProfileCapture>;
}

/** A profile that somebody else serves or has taken: `profiler: { FIELD: … }` of the catalog says where. */
export interface ProfileSource {
  field: string;
  title: string;
  schema: z.ZodType<string>;
  example: string;
  /** The value is a path, relative to the catalog. */
  isPath: boolean;
  /** `process` is the service's own when it runs on this machine. */
  capture: (value: string, process: () => Promise<ServiceProcess | null>, order: ProfileOrder) => Promise<ProfileCapture>;
}
