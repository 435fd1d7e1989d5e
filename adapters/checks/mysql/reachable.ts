import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { unknownFinding, type Finding } from '../../../core/command/checks/check.js';
import { EvidenceUnavailableError } from '../../../core/model/errors.js';
import type { Check } from '../check.js';
import { planForDatabases } from '../databases.js';
import { connectionOf, mysqlCli, rowsOf } from './session.js';

/** The server answers and does not let us in: that tells nothing of how it is. */
const refusesUs = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_HOST_NOT_PRIVILEGED',
  'ER_ACCESS_DENIED_NO_PASSWORD_ERROR',
]);

function notReached(error: unknown, url: string): Finding {
  if (!(error instanceof EvidenceUnavailableError)) throw error;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const finding = unknownFinding(error.missing.why, error.missing.remedy, mysqlCli(url, 'SELECT 1'));
  return refusesUs.has(code) ? finding : { ...finding, verdict: 'fail' };
}

export const reachable: Check = {
  id: 'mysql.reachable',
  area: 'mysql',
  title: 'it takes connections and answers',
  plan: (world) =>
    planForDatabases(world, 'mysql', async (database) => {
      try {
        const connection = await connectionOf(world, database);
        const startedAt = performance.now();
        const [row] = await rowsOf(connection, 'SELECT VERSION() AS version', z.object({ version: z.string() }));
        const tookMs = Math.round(performance.now() - startedAt);
        return {
          verdict: 'ok',
          value: tookMs,
          limit: null,
          detail: `${row?.version ?? ''} answers in ${tookMs} ms`,
          command: mysqlCli(database.url, 'SELECT VERSION()'),
          remedy: null,
        };
      } catch (error) {
        return notReached(error, database.url);
      }
    }),
};
