import type { Fault, FaultContext, UndoFault } from '../../fault.js';

/** Fills the current wave after the statistics were taken, and keeps autovacuum from taking them anew, as an import in a hurry does. */
async function importWave({ connect }: FaultContext): Promise<UndoFault> {
  const client = await connect('wave-import');
  for (const table of ['parcels', 'parcel_labels']) await client.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
  await client.query(
    "INSERT INTO parcels (wave, order_id, weight_grams) SELECT 'current', 10000 + i, 200 + (i * 37) % 4000 FROM generate_series(1, 1300) i",
  );
  await client.query("INSERT INTO parcel_labels SELECT 'current', 10000 + i, md5(i::text) FROM generate_series(1, 1300) i");
  return async () => {
    for (const table of ['parcels', 'parcel_labels']) {
      await client.query(`ALTER TABLE ${table} RESET (autovacuum_enabled)`);
      await client.query(`ANALYZE ${table}`);
    }
  };
}

export const staleStatistics: Fault = {
  name: 'stale-statistics',
  kind: 'fault',
  title: 'the next wave of parcels was imported, and the planner still believes that it is empty',
  endpoint: {
    name: 'dispatch-board',
    method: 'GET',
    path: '/dispatch/board',
    budgets: { p95Ms: 150 },
    load: { executor: 'constant-arrival-rate', rate: 10, maxVus: 20 },
    measured: 'budget',
  },
  apply: importWave,
  truth: { cause: { id: 'stale-statistics', location: { statement: ['parcels', 'parcel_labels', 'wave'] } }, outcomes: ['localized'] },
};
