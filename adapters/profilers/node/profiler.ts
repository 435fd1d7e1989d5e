import type { MissingEvidence } from '../../../core/model/observation.js';
import { findBusiestProcess } from '../../kernel/busiest-process.js';
import { expectedCpuMs } from '../expected-cpu.js';
import type { ProfileCapture, ProfileOrder, Profiler, ServiceProcess } from '../profiler.js';
import { inspectTarget } from './node-target.js';

export const nodeInspector: Profiler = {
  name: 'node-inspector',
  otherNames: ['node'],
  title: "V8's own profiler and the request trace of Node, through the inspector",
  runtimes: ['node'],
  inspect: async ({ pid }) => {
    await inspectTarget(pid);
    return 'its inspector can be opened';
  },
  capture,
};

async function capture(process: ServiceProcess, order: ProfileOrder): Promise<ProfileCapture> {
  const { durationMs, signal } = order;
  const { pid, tookMs } = await findBusiestProcess(process.pid, order.delayMs, signal);
  const seen = await (
    await import('./node-inspector.js')
  ).captureNodeProfile({
    pid,
    delayMs: Math.max(0, order.delayMs - tookMs),
    durationMs,
    signal,
    onProgress: (elapsedMs) => order.onProgress(`sampling, ${Math.round(elapsedMs / 1000)} s of ${Math.round(durationMs / 1000)} s`),
  });
  const profile = await (await import('../../artifacts/profile-file.js')).readProfileBytes(Buffer.from(seen.cpuProfile));
  const { cpu } = seen;
  // V8 looks at its thread by the wall clock: ready to run without a CPU counts as busy there.
  const expected =
    cpu === null ? undefined : expectedCpuMs(profile, seen.sampledMs, cpu.mainThreadMs + cpu.mainThreadDelayMs, cpu.elapsedMs);
  const { readRequestTrace } = await import('../../../core/profile/requests/request-trace.js');
  const parsed: unknown = JSON.parse(seen.cpuProfile);
  return {
    profile,
    context: { hotLineHints: seen.sources, usableCores: process.usableCores, expectedCpuMs: expected },
    raw: { name: 'profile.cpuprofile', content: seen.cpuProfile },
    trace: seen.hasRequestTrace ? readRequestTrace({ traceEvents: seen.traceEvents, profile: parsed, windowMs: seen.sampledMs }) : null,
    standing: seen.standing,
    missing: workerThreadsRow(seen.workerThreads),
  };
}

function workerThreadsRow(count: number): MissingEvidence[] {
  if (count === 0) return [];
  return [
    {
      id: 'worker-threads',
      what: `the ${count} worker threads of the service`,
      why: 'the profile of the main thread does not see them',
      remedy:
        'If they are busy: start the service with node --cpu-prof (it writes one profile a thread when the service ends), hold the load, and give the profile of a worker thread: triage --profile FILE',
    },
  ];
}
