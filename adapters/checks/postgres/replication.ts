import { z } from 'zod';
import { judged } from '../../../core/command/checks/check.js';
import { postgresCheck, psql } from './session.js';

/** People see data that old as missing; most teams page at half a minute and fail over at minutes. Ours, no standard has one. */
const warnS = 30;
const failS = 300;

const statement = `SELECT pg_is_in_recovery() AS replica,
  CASE WHEN pg_is_in_recovery() AND pg_last_wal_receive_lsn() IS DISTINCT FROM pg_last_wal_replay_lsn()
    THEN coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0)::float8 ELSE 0 END AS "ownLagS",
  (SELECT count(*)::int FROM pg_stat_replication) AS standbys,
  (SELECT coalesce(max(extract(epoch FROM replay_lag)), 0)::float8 FROM pg_stat_replication) AS "standbyLagS",
  (SELECT count(*)::int FROM pg_replication_slots WHERE NOT active) AS "idleSlots"`;
const rowSchema = z.object({
  replica: z.boolean(),
  ownLagS: z.number(),
  standbys: z.number(),
  standbyLagS: z.number(),
  idleSlots: z.number(),
});

export const replication = postgresCheck('postgres.replication', 'how far replicas are behind', async (session, url) => {
  const [row] = await session.query(statement, rowSchema);
  if (row === undefined) throw new Error('expected one row about replication, got none');
  const lagS = Math.round((row.replica ? row.ownLagS : row.standbyLagS) * 10) / 10;
  const slots = row.idleSlots === 0 ? '' : `; ${row.idleSlots} replication slots nobody reads, which keep WAL on the disk`;
  const who = row.replica
    ? `this replica is ${lagS} s behind`
    : row.standbys === 0
      ? 'no replica is connected'
      : `${row.standbys} replicas, the last ${lagS} s behind`;
  const found = judged(
    lagS,
    { warn: warnS, fail: failS },
    {
      detail: `${who}${slots}`,
      command: psql(url, 'SELECT * FROM pg_stat_replication'),
      remedy: 'Look for a long statement or a lock on the replica, and at its disk and network.',
    },
  );
  if (found.verdict !== 'ok' || row.idleSlots === 0) return found;
  return {
    ...found,
    verdict: 'warn',
    remedy: 'Drop the slots that nobody will read again (pg_replication_slots), before their WAL fills the disk.',
  };
});
