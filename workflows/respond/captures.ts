/** The captures of one load window: profile, process and sockets, databases, side by side. */
import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { Capture, CaptureRequest, LoadStarted } from '../../activities/contract.js';
import { planCaptureWindow } from '../../core/decisions/capture-window.js';
import { capturing, light } from '../kernel/activity-options.js';
import { missingFrom } from '../kernel/describe-failure.js';
import type { IncidentState, ResolvedLoad } from './incident-state.js';
import { inStage } from './stage-rows.js';

export interface CaptureResults {
  profile: Capture;
  service: Capture;
  databases: Capture;
}

export interface RunningCaptures {
  /** Rejects only when the captures were cancelled. */
  results: Promise<CaptureResults>;
  /** Asks the captures to stop; resolves when they have. */
  stop: () => Promise<void>;
}

const noDatabase: Capture = { headline: 'no database in the catalog', artifacts: [], missing: [] };

/** A capture that never ran, with the reason as missing evidence. */
export function notCaptured(why: string, remedy: string): CaptureResults {
  const capture = (id: string, what: string): Capture => ({
    headline: 'not captured',
    artifacts: [],
    missing: [{ id, what, why, remedy }],
  });
  return {
    profile: capture('profile', 'a profile of the service under load'),
    service: capture('service', 'process and sockets of the service under load'),
    databases: capture('databases', 'what the databases did under load'),
  };
}

/** Failure of one capture is a gap in the evidence, never the end of the run. */
async function orMissing(work: Promise<Capture>, id: string, what: string): Promise<Capture> {
  try {
    return await work;
  } catch (error) {
    if (isCancellation(error)) throw error;
    const missing = missingFrom(error, { id, what });
    return { headline: `missing: ${missing.why}`, artifacts: [], missing: [missing] };
  }
}

function captureAll(state: IncidentState, { target }: ResolvedLoad, started: LoadStarted): Promise<CaptureResults> {
  const { incidentId, endpoint } = state.incident;
  const elapsedMs = Date.now() - Date.parse(started.startedAt);
  const window = planCaptureWindow({ measuredInMs: started.measuredInMs, durationMs: started.durationMs, elapsedMs });
  const request: CaptureRequest = { incidentId, endpoint, ...window, options: state.start.options };
  const options = capturing(target.captureQueue, window.delayMs, window.durationMs);
  const seconds = `${Math.round(window.durationMs / 1000)} s`;
  const again = started.attempt > 1 ? ` (load try ${started.attempt})` : '';
  const stage = (name: string, work: () => Promise<Capture>): Promise<Capture> =>
    inStage(state, `${name}${again}`, work, (capture) => capture.headline);
  const profile = stage('profile', () =>
    light.captureProfile.executeWithOptions({ ...options, summary: `CPU profile of ${target.service}, ${seconds}${again}` }, [request]),
  );
  const service = stage('observe service', () =>
    light.observeService.executeWithOptions({ ...options, summary: `process and sockets of ${target.service}, ${seconds}${again}` }, [
      request,
    ]),
  );
  const names = target.databases.join(', ');
  const observe = (): Promise<Capture> =>
    light.observeDatabases.executeWithOptions(
      { ...capturing(null, window.delayMs, window.durationMs), summary: `sessions and statements of ${names}, ${seconds}${again}` },
      [request],
    );
  const databases = target.databases.length === 0 ? Promise.resolve(noDatabase) : stage('observe databases', observe);
  return settleAll(profile, service, databases);
}

async function settleAll(profile: Promise<Capture>, service: Promise<Capture>, databases: Promise<Capture>): Promise<CaptureResults> {
  const settled = await Promise.allSettled([
    orMissing(profile, 'profile', 'a profile of the service under load'),
    orMissing(service, 'service', 'process and sockets of the service under load'),
    orMissing(databases, 'databases', 'what the databases did under load'),
  ]);
  const valueOf = (result: PromiseSettledResult<Capture>): Capture => {
    if (result.status === 'fulfilled') return result.value;
    throw result.reason;
  };
  return { profile: valueOf(settled[0]), service: valueOf(settled[1]), databases: valueOf(settled[2]) };
}

/**
 * Starts the captures for one start of the load. `before` are those of an earlier start: they are stopped first, since two profilers in one
 * process disturb each other.
 */
export function startCaptures(
  state: IncidentState,
  resolved: ResolvedLoad,
  started: LoadStarted,
  before: RunningCaptures | null,
): RunningCaptures {
  const scope = new CancellationScope();
  const results = scope.run(async () => {
    if (before !== null) await before.stop();
    return captureAll(state, resolved, started);
  });
  const settled = results.then(
    () => undefined,
    () => undefined,
  );
  return {
    results,
    stop: () => {
      scope.cancel();
      return settled;
    },
  };
}
