import type { Catalog } from '../../config/catalog.js';
import { originOf } from '../hook/listen-address.js';
import { lacking, ok, type Check } from './check.js';

const answersWithinMs = 2_000;
const defaultListen = '127.0.0.1:8090';

/** If a hook runs where the catalog says, reports how many of the alerts sent to it belong to no endpoint. Empty when none answers there. */
export async function checkRunningHook(catalog: Catalog): Promise<Check[]> {
  const origin = originOf({ ...catalog.hook, listen: catalog.hook?.listen ?? defaultListen });
  const text = origin === null ? null : await metricsOf(origin);
  if (text === null || !text.includes('perf_responder_hook_')) return [];
  const what = 'alerts that the hook was sent';
  const counts = new Map<string, number>();
  for (const [, result = '', value] of text.matchAll(/^perf_responder_hook_alerts_total\{.*?result="(\w+)".*?\} (\d+)/gm)) {
    counts.set(result, (counts.get(result) ?? 0) + Number(value));
  }
  const told = ['started', 'attached', 'ignored'].map((result) => `${counts.get(result) ?? 0} ${result}`).join(', ');
  const isAllIgnored = (counts.get('ignored') ?? 0) > 0 && (counts.get('started') ?? 0) + (counts.get('attached') ?? 0) === 0;
  return [
    isAllIgnored
      ? lacking(
          'hook-alerts',
          what,
          told,
          'Every alert so far was nobody’s here: add rules to alerts of the catalog, or the labels service and endpoint to the alerts (docs/alert-sources.md).',
        )
      : ok('hook-alerts', what, told),
  ];
}

async function metricsOf(origin: string): Promise<string | null> {
  try {
    const response = await fetch(`${origin}/metrics`, { signal: AbortSignal.timeout(answersWithinMs) });
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}
