import type pg from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, FaultContext, UndoFault } from '../../fault.js';
import { hotFunction } from '../code/hot-function.js';
import { healthy } from './healthy.js';

/** Loud and irrelevant: an analyst's sequential scans, and a forgotten session that holds a lock nobody needs. */
async function analystAtWork({ connect }: FaultContext): Promise<UndoFault> {
  const [analyst, forgotten] = [await connect('bi-export'), await connect('notebook')];
  await forgotten.query('BEGIN');
  await forgotten.query('SELECT 1 FROM page_views WHERE id = 1 FOR UPDATE');
  const stop = new AbortController();
  const job = scanAgainAndAgain(analyst, stop.signal);
  return async () => {
    stop.abort();
    await job;
    await forgotten.query('ROLLBACK');
  };
}

async function scanAgainAndAgain(analyst: pg.Client, signal: AbortSignal): Promise<void> {
  await analyst.query('SET max_parallel_workers_per_gather = 0');
  while (!signal.aborted) {
    await analyst.query("SELECT visitor, count(*) FROM page_views WHERE path LIKE '%77%' GROUP BY visitor ORDER BY 2 DESC LIMIT 5");
    await sleep(400, undefined, { signal }).catch(() => undefined);
  }
}

export const redHerring: Fault = {
  ...hotFunction,
  name: 'red-herring',
  kind: 'control',
  title: 'the quote is slow in the service, and beside it an analyst scans a table',
  apply: analystAtWork,
};

export const redHerringHealthy: Fault = {
  ...healthy,
  name: 'red-herring-healthy',
  title: 'nothing is wrong with the shop, but an analyst scans a table',
  apply: analystAtWork,
};
