import { Context } from '@temporalio/activity';
import { documentReader, type ReadDocument } from '../core/evidence/document.js';
import { documentNames } from '../core/evidence/registry.js';
import type { AuditedAct } from '../core/model/audit.js';
import { RefusedError } from '../core/model/errors.js';
import type { ArtifactRef } from '../core/model/artifact.js';
import type { Capture, CaptureRequest, EvidenceSet, IncidentActivities } from './contract.js';
import type { ActivityDependencies, CaptureAdapter, Captured, CaptureOrder } from './dependencies.js';
import { withHeartbeat } from './heartbeat.js';

const nothingYet: ReadDocument = () => null;

/** One activity takes every kind of evidence. The older names stay, because histories of running incidents contain them. */
export function createCaptureActivities(
  deps: ActivityDependencies,
): Pick<IncidentActivities, 'capture' | 'captureProfile' | 'observeService' | 'observeDatabases' | 'scanQueries'> {
  const inWindow = (kind: string, { endpoint, delayMs, durationMs, options }: CaptureRequest): Promise<Capture> =>
    take(deps, kind, { endpoint, delayMs, durationMs, options, read: nothingYet });
  return {
    capture: inWindow,
    captureProfile: (request) => inWindow('profile', request),
    observeService: (request) => inWindow('service', request),
    observeDatabases: (request) => inWindow('databases', request),
    scanQueries: async (set) => {
      const { endpoint, options } = set;
      return await take(deps, 'query-scan', { endpoint, delayMs: 0, durationMs: 0, options, read: await readDocuments(deps, set) });
    },
  };
}

async function take(deps: ActivityDependencies, kind: string, order: Omit<CaptureOrder, 'signal' | 'onProgress'>): Promise<Capture> {
  const adapter = deps.captures.find((one) => one.kind.id === kind);
  if (adapter === undefined)
    throw new RefusedError(
      `capture ${kind}: expected one of ${deps.captures.map((one) => one.kind.id).join(', ')}; run a worker of the version that started the incident`,
    );
  return await withHeartbeat(async ({ signal, show }) => {
    const work = (): Promise<Captured> => adapter.take({ ...order, signal, onProgress: (text) => show({ state: text }) });
    // Only a profiler touches the service: it signals the process, attaches to it or opens its inspector.
    const captured =
      kind === 'profile' && order.options.profileFile === undefined
        ? await deps.audited(profiling(order), work, describeProfile)
        : await work();
    return store(deps, adapter, captured);
  });
}

function profiling({ endpoint, durationMs }: Pick<CaptureOrder, 'endpoint' | 'durationMs'>): AuditedAct {
  const subject = Context.current().info.workflowExecution?.workflowId ?? 'a test';
  const what = `profiles the process for ${durationMs / 1000} s`;
  return { action: 'profile', subject, target: endpoint, who: 'responder', what, planId: null };
}

function describeProfile({ missing }: Captured): string {
  return missing.length === 0 ? 'profiled' : missing.map(({ what, why }) => `${what}: ${why}`).join('; ');
}

/** A few words for the board, everything else as artifacts. The headline is made from the stored documents, which is what every later reader sees. */
async function store(deps: ActivityDependencies, { kind }: CaptureAdapter, { documents, raw, missing }: Captured): Promise<Capture> {
  const artifacts = await Promise.all([
    ...documents.map(({ name, artifactKind, value }) => deps.artifacts.put(name, artifactKind, JSON.stringify(value))),
    ...raw.map(({ name, artifactKind, content }) => deps.artifacts.put(name, artifactKind, content)),
  ]);
  const read = documentReader(new Map(documents.map(({ name, value }) => [name, value])), `capture ${kind.id}`);
  return { headline: kind.headline(read), artifacts, missing };
}

/** Reads back every document of a window. The store has verified the hashes. */
export async function readDocuments(deps: Pick<ActivityDependencies, 'artifacts' | 'judgement'>, set: EvidenceSet): Promise<ReadDocument> {
  const known = documentNames(deps.judgement.kinds);
  const refs = set.captures.flatMap(({ artifacts }) => artifacts).filter(({ name }) => known.has(name));
  const read = async (ref: ArtifactRef): Promise<[string, unknown]> => [
    ref.name,
    JSON.parse((await deps.artifacts.read(ref)).toString('utf8')),
  ];
  return documentReader(new Map(await Promise.all(refs.map(read))), `evidence of ${set.incidentId}`);
}
