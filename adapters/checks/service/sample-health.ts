import { setTimeout as delay } from 'node:timers/promises';
import type { CatalogService } from '../../../config/catalog-schema.js';
import { unknownFinding, type Finding } from '../../../core/command/checks/check.js';
import { judgeHealth, type HealthSample, type HealthState } from '../../../core/command/checks/health.js';
import { readHealthBody } from '../../../core/command/checks/health-body.js';
import { lookAtUrl } from '../http-look.js';

/** Settled in the contract: three samples a second apart, and no answer within three seconds is down. */
const samples = 3;
const apartMs = 1_000;
const answerWithinMs = 3_000;
const defaultSlowAfterMs = 1_000;

async function sampleOnce(url: string, signal: AbortSignal): Promise<HealthSample> {
  const headers = { accept: 'application/health+json, application/json;q=0.9, */*;q=0.5' };
  const { tookMs, status, contentType, text, error } = await lookAtUrl(url, { signal, withinMs: answerWithinMs, headers });
  return { tookMs, status, body: status === null ? null : readHealthBody(contentType, text), error };
}

export interface AddressHealth {
  state: HealthState;
  finding: Finding;
}

/** Samples begin a second apart whatever the ones before do: with an address that hangs, all three are there after five seconds. */
export async function sampleHealth(url: string, slowAfterMs: number, signal: AbortSignal): Promise<AddressHealth> {
  const taken = await Promise.all(
    Array.from({ length: samples }, async (_, index) => {
      if (index > 0) await delay(index * apartMs, undefined, { signal });
      return await sampleOnce(url, signal);
    }),
  );
  const { state, finding } = judgeHealth(taken, slowAfterMs);
  return { state, finding: { ...finding, command: `curl -sS -i --max-time 3 '${url}'` } };
}

export function slowAfterOf(service: CatalogService | undefined): number {
  return service?.slowAfter ?? defaultSlowAfterMs;
}

export const noHealthAddress: AddressHealth = {
  state: 'unknown',
  finding: unknownFinding('the catalog names no health address of it', 'Write health: [http://…/healthz] for the service.'),
};
