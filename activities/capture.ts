import type { ServiceObservation } from '../core/model/observation.js';
import type { DatabaseObservation } from '../core/model/database.js';
import type { ArtifactRef } from '../core/model/incident.js';
import type { Capture, CaptureRequest, IncidentActivities } from './contract.js';
import type { ActivityDependencies, CaptureOrder, CapturedProfile } from './dependencies.js';
import { withHeartbeat, type Beating } from './heartbeat.js';

function orderOf({ endpoint, delayMs, durationMs }: CaptureRequest, file: string | null, { signal, show }: Beating): CaptureOrder {
  return { endpoint, delayMs, durationMs, file, signal, onProgress: (text) => show({ state: text }) };
}

function describeProfile({ summary }: CapturedProfile): string {
  const top = summary.leaves[0];
  const quality = summary.quality.verdict === 'good' ? '' : ` (${summary.quality.verdict})`;
  const leaf = top === undefined ? 'no samples' : `top leaf ${top.frame} ${Math.round(top.selfShare * 100)} %`;
  return `${summary.samples === null ? '' : `${summary.samples} samples, `}${leaf}${quality}`;
}

function describeService({ process, wire, missing }: ServiceObservation): string {
  const cpu = process === null ? [] : [`${(process.cpuMs / process.windowMs).toFixed(2)} of ${process.usableCores} cores busy`];
  const busiest = wire?.peers.toSorted((left, right) => right.waiting - left.waiting)[0];
  const peer = busiest === undefined ? [] : [`${busiest.waiting.toFixed(1)} waiting at ${busiest.label}`];
  const unread = wire === null ? [] : [`${wire.inbound.unread.toFixed(1)} unread`];
  const parts = [...cpu, ...peer, ...unread];
  return parts.length > 0 ? parts.join(', ') : `nothing could be observed (${missing.map(({ what }) => what).join(', ')})`;
}

function describeDatabases(observations: readonly DatabaseObservation[]): string {
  const one = ({ name, activity, statements }: DatabaseObservation): string => {
    const sessions = activity === null ? '' : `${activity.activeSessions.toFixed(1)} active sessions`;
    const top = statements?.[0];
    return `${name}: ${[sessions, ...(top === undefined ? [] : [`top statement ${Math.round(top.timeShare * 100)} % of the time`])].filter((part) => part !== '').join(', ')}`;
  };
  return observations.length === 0 ? 'no database could be observed' : observations.map(one).join('; ');
}

export function createCaptureActivities(
  deps: ActivityDependencies,
): Pick<IncidentActivities, 'captureProfile' | 'observeService' | 'observeDatabases' | 'scanQueries'> {
  const putJson = (name: string, kind: string, value: unknown): Promise<ArtifactRef> =>
    deps.artifacts.put(name, kind, JSON.stringify(value));
  const storeProfile = async (captured: CapturedProfile): Promise<Capture> => {
    const { summary, flame, trace, raw, missing } = captured;
    const artifacts = await Promise.all([
      putJson('profile-summary.json', 'profile', summary),
      putJson('flame.json', 'profile', flame),
      deps.artifacts.put(raw.name, 'profile', raw.content),
      ...(trace === null ? [] : [putJson('request-trace.json', 'trace', trace)]),
    ]);
    return { headline: describeProfile(captured), artifacts, missing };
  };
  return {
    captureProfile: (request) =>
      withHeartbeat(async (beating) =>
        storeProfile(await deps.captures.profile(orderOf(request, request.options.profileFile ?? null, beating))),
      ),
    observeService: (request) =>
      withHeartbeat(async (beating) => {
        const observation = await deps.captures.service(orderOf(request, null, beating));
        const artifact = await putJson('service.json', 'process', observation);
        return { headline: describeService(observation), artifacts: [artifact], missing: observation.missing };
      }),
    observeDatabases: (request) =>
      withHeartbeat(async (beating) => {
        const { observations, missing } = await deps.captures.databases(orderOf(request, null, beating));
        const artifact = await putJson('databases.json', 'database', observations);
        return {
          headline: describeDatabases(observations),
          artifacts: [artifact],
          missing: [...missing, ...observations.flatMap((one) => one.missing)],
        };
      }),
    scanQueries: (set) =>
      withHeartbeat(async ({ signal }) => {
        const observations = await readCapture<DatabaseObservation[]>(deps, set.databases, 'databases.json');
        const planFile = set.options.planFile ?? null;
        const scans = await deps.captures.scan({ endpoint: set.endpoint, observations: observations ?? [], planFile, signal });
        const plans = scans.flatMap(({ database, statements }) =>
          statements.flatMap(({ rawPlan, statement }) =>
            rawPlan === null ? [] : [{ name: `plan-${database}-${statement.queryId}.json`, rawPlan }],
          ),
        );
        const slim = scans.map((scan) => ({ ...scan, statements: scan.statements.map((one) => ({ ...one, rawPlan: null })) }));
        const artifacts = await Promise.all([
          putJson('query-scan.json', 'database', slim),
          ...plans.map(({ name, rawPlan }) => deps.artifacts.put(name.replace(/[^A-Za-z0-9._-]/g, '_'), 'plan', rawPlan)),
        ]);
        const count = scans.reduce((sum, { statements }) => sum + statements.length, 0);
        const candidates = scans.flatMap(({ statements }) => statements.flatMap((one) => one.candidates)).length;
        return {
          headline: `${count} statements, ${plans.length} plans, ${candidates} index candidates`,
          artifacts,
          missing: scans.flatMap((scan) => scan.missing),
        };
      }),
  };
}

/** Reads back what one of these activities stored; null when the capture has no such artifact. The store has checked the hash, so the shape is our own. */
export async function readCapture<T>(
  deps: Pick<ActivityDependencies, 'artifacts'>,
  capture: Capture | null,
  name: string,
): Promise<T | null> {
  const ref = capture?.artifacts.find((artifact) => artifact.name === name);
  if (ref === undefined) return null;
  return JSON.parse((await deps.artifacts.read(ref)).toString('utf8')) as T;
}
