import type { Fault, FaultContext, UndoFault } from '../../fault.js';

/** Settings of a database hold for new sessions only, so those of the shop are ended; its pool opens others. */
async function setWorkMemory({ connect }: FaultContext, size: string): Promise<UndoFault> {
  const client = await connect('tuning');
  const renew = async (): Promise<void> => {
    await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'shop'",
    );
  };
  await client.query(`ALTER DATABASE shop SET work_mem = '${size}'`);
  await renew();
  return async () => {
    await client.query('ALTER DATABASE shop RESET work_mem');
    await renew();
  };
}

export const sortSpill: Fault = {
  name: 'sort-spill',
  kind: 'fault',
  title: 'somebody cut the memory of a sort to a hundredth, and page 100 of the largest orders is sorted on disk',
  endpoint: {
    name: 'largest-orders',
    method: 'GET',
    path: '/reports/largest?page=100',
    budgets: { p95Ms: 120 },
    load: { executor: 'constant-arrival-rate', rate: 11, maxVus: 20 },
    measured: 'budget',
  },
  apply: async (context) => await setWorkMemory(context, '64kB'),
  truth: { cause: { id: 'sort-spill', location: { statement: ['orders', 'total_cents DESC', 'OFFSET'] } }, outcomes: ['localized'] },
};

/** The same report under the same load with the memory it had: the budget holds, so the spill alone breaks it. */
export const sortInMemory: Fault = {
  ...sortSpill,
  name: 'sort-in-memory',
  kind: 'control',
  title: 'the report of the largest orders has the memory that it needs',
  apply: async () => await Promise.resolve(async () => await Promise.resolve()),
  truth: { cause: null, outcomes: ['not-reproduced'] },
};
