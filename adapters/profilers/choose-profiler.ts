import { EvidenceUnavailableError } from '../../core/model/errors.js';
import type { ProfileOrder, Profiler, ServiceProcess } from './profiler.js';
import { profilers } from './registry.js';

/**
 * The one that is named, or the first that can work; when none can, the first one's obstacle is told. One that is named is tried whatever
 * the runtime: whoever names it may know better.
 */
export async function chooseProfiler(
  process: ServiceProcess,
  name: string | null,
  { tool }: Pick<ProfileOrder, 'tool'>,
): Promise<Profiler> {
  const named = profilers.find((profiler) => profiler.name === name || profiler.otherNames?.includes(name ?? '') === true);
  const fitting = named === undefined ? profilers.filter(({ runtimes }) => runtimes.includes(process.runtime)) : [named];
  let obstacle: EvidenceUnavailableError | null = null;
  for (const profiler of fitting) {
    try {
      await profiler.inspect(process, tool);
      return profiler;
    } catch (error) {
      if (!(error instanceof EvidenceUnavailableError)) throw error;
      obstacle ??= error;
    }
  }
  throw obstacle ?? noProfiler(process);
}

function noProfiler({ pid, runtime }: ServiceProcess): EvidenceUnavailableError {
  const known = profilers.flatMap((profiler) => profiler.runtimes).join(', ');
  return new EvidenceUnavailableError({
    id: 'profile',
    what: 'a profile of the service under load',
    why: `there is no profiler here for ${runtime} (process ${pid}); there are for ${known}`,
    remedy: "take one during the load with the runtime's own tool (async-profiler, rbspy) and give it with --profile FILE",
  });
}
