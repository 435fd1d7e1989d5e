import { setTimeout as sleep } from 'node:timers/promises';
import { httpUrl } from '../../config/catalog-fields.js';
import { countCpu } from '../kernel/process-cpu.js';
import { expectedCpuMs } from './expected-cpu.js';
import { lookAtGoroutines } from './goroutines.js';
import { capturePprof } from './pprof-http.js';
import type { ProfileCapture, ProfileOrder, ProfileSource, ServiceProcess } from './profiler.js';

export const pprofUrl: ProfileSource = {
  field: 'pprofUrl',
  title: 'a CPU profile that the service serves itself, as `net/http/pprof` of Go does',
  schema: httpUrl,
  example: 'http://127.0.0.1:6060',
  isPath: false,
  capture,
};

async function capture(url: string, findProcess: () => Promise<ServiceProcess | null>, order: ProfileOrder): Promise<ProfileCapture> {
  await sleep(order.delayMs, undefined, { signal: order.signal });
  const process = await findProcess();
  const endCount = process === null ? null : countCpu(process.pid);
  const { durationMs, signal } = order;
  const [bytes, standing] = await Promise.all([
    capturePprof({ pprofUrl: url, durationMs, signal }),
    lookAtGoroutines({ pprofUrl: url, durationMs, signal }),
  ]);
  const cpu = endCount?.() ?? null;
  const profile = await (await import('../artifacts/profile-file.js')).readProfileBytes(bytes);
  const expected = cpu === null ? undefined : expectedCpuMs(profile, durationMs, cpu.treeMs, cpu.elapsedMs);
  return {
    profile,
    context: { expectedCpuMs: expected, usableCores: process?.usableCores },
    raw: { name: 'profile.pb.gz', content: bytes },
    trace: null,
    standing,
    missing: [],
  };
}
