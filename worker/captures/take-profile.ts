import { findServiceProcess, type ProcessLocator } from '../../adapters/kernel/find-process.js';
import { identifyProcess } from '../../adapters/kernel/processes.js';
import { readGivenProfile } from '../../adapters/profilers/profile-file.js';
import type { ProfileCapture, ProfileOrder, ServiceProcess } from '../../adapters/profilers/profiler.js';
import { chooseProfiler } from '../../adapters/profilers/choose-profiler.js';
import { profileSources } from '../../adapters/profilers/registry.js';
import { findTool } from '../../config/find-tool.js';
import type { ProfilerSetting } from '../../config/resolve/resolve-access.js';
import { EvidenceUnavailableError, UnreadableInputError } from '../../core/model/errors.js';
import type { MissingEvidence } from '../../core/model/observation.js';
import type { FlameNode, ProfileSummary, RequestTrace } from '../../core/model/profile.js';
import type { Standing } from '../../core/model/standing.js';
import { flameTree } from '../../core/profile/flame-tree.js';
import { summarizeProfile } from '../../core/profile/summarize.js';

/** Wait `delayMs`, sample for `durationMs`. */
export interface TakeProfileOrder extends Omit<ProfileOrder, 'tool'> {
  /** A profile that somebody else took, to be read instead; null = take one. */
  file: string | null;
}

export interface CapturedProfile {
  summary: ProfileSummary;
  flame: FlameNode;
  /** Spans of the runtime's own tracing; null where the runtime has none. */
  trace: RequestTrace | null;
  standing: Standing | null;
  /** The capture as the profiler wrote it. */
  raw: { name: string; content: string | Uint8Array };
  missing: MissingEvidence[];
}

/** A page cannot draw more nodes; lighter ones are folded. */
const mostFlameNodes = 4000;

/** Takes one profile in the load window, with what the catalog names or the profiler that fits the runtime of the process. */
export async function takeProfile(
  order: TakeProfileOrder,
  setting: ProfilerSetting,
  locator: ProcessLocator | null,
): Promise<CapturedProfile> {
  if (order.file !== null) return present(await readGivenProfile(order.file));
  const profileOrder: ProfileOrder = {
    ...order,
    tool: async (name) => (await findTool(name, { say: order.onProgress, allowDownload: true })).path,
  };
  if (setting.kind === 'source') {
    const source = profileSources.find(({ field }) => field === setting.field);
    if (source !== undefined) return present(await source.capture(setting.value, () => seenHere(locator), profileOrder));
  }
  if (locator === null) throw unknownProcess();
  const process = await identify(locator);
  const profiler = await chooseProfiler(process, setting.kind === 'named' ? setting.name : null, profileOrder);
  return present(await profiler.capture(process, profileOrder));
}

async function identify(locator: ProcessLocator): Promise<ServiceProcess> {
  const { pid } = await findServiceProcess(locator);
  const { runtime, usableCores } = await identifyProcess(pid);
  return { pid, runtime, usableCores };
}

/** A debug server may belong to a process elsewhere, of which this kernel counts nothing. */
async function seenHere(locator: ProcessLocator | null): Promise<ServiceProcess | null> {
  if (locator === null) return null;
  try {
    return await identify(locator);
  } catch (error) {
    // The observation of the service says why it cannot be seen.
    if (error instanceof EvidenceUnavailableError || error instanceof UnreadableInputError) return null;
    throw error;
  }
}

function present({ profile, context, raw, trace, standing = null, missing }: ProfileCapture): CapturedProfile {
  const { hotLineHints } = context;
  return {
    summary: summarizeProfile(profile, context),
    flame: flameTree(profile, { maxNodes: mostFlameNodes, ...(hotLineHints === undefined ? {} : { hotLineHints }) }),
    trace,
    standing,
    raw,
    missing,
  };
}

function unknownProcess(): EvidenceUnavailableError {
  return new EvidenceUnavailableError({
    id: 'profile',
    what: 'a profile of the service under load',
    why: 'the catalog does not say which process serves this endpoint, and its host is not this machine',
    remedy:
      'set process (port, pid, pidFile or command; host for an agent elsewhere) of the service, or give a profile with --profile FILE',
  });
}
