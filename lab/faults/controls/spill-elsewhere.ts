import type pg from 'pg';
import type { Fault } from '../../fault.js';
import { missingIndex } from '../database/missing-index.js';

async function exportAgainAndAgain(client: pg.Client, signal: AbortSignal): Promise<void> {
  await client.query("SET work_mem = '64kB'");
  await client.query('SET max_parallel_workers_per_gather = 0');
  while (!signal.aborted) {
    await client.query('SELECT count(*) FROM (SELECT visitor, array_agg(path) FROM page_views GROUP BY visitor ORDER BY visitor) v');
  }
}

/** Somebody else's statement takes more of the database's time than any of the service, and no request waits for it. */
export const spillElsewhere: Fault = {
  ...missingIndex,
  name: 'spill-elsewhere',
  kind: 'control',
  title: 'the index behind the order history was dropped, and beside it an analyst sorts on disk without a pause',
  endpoint: { ...missingIndex.endpoint, load: { executor: 'constant-arrival-rate', rate: 25, maxVus: 20 }, budgets: { p95Ms: 40 } },
  apply: async (context) => {
    const repair = await missingIndex.apply?.(context);
    const analyst = await context.connect('bi-export');
    const stop = new AbortController();
    const job = exportAgainAndAgain(analyst, stop.signal);
    return async () => {
      stop.abort();
      await job;
      await repair?.();
    };
  },
};
