import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { unknownFinding, type Finding } from '../../../core/command/checks/check.js';
import { EvidenceUnavailableError } from '../../../core/model/errors.js';
import { errorCode } from '../../databases/postgres/session.js';
import type { Check } from '../check.js';
import { planForDatabases } from '../databases.js';
import { psql, sessionOf } from './session.js';

/** The server answers and does not let us in: that tells nothing of how it is. SQLSTATE classes 28 and 3D, and `insufficient_privilege`. */
const refusesUs = /^(28|3D|42501)/;

function notReached(error: unknown, url: string): Finding {
  if (!(error instanceof EvidenceUnavailableError)) throw error;
  const { why, remedy } = error.missing;
  const code = errorCode(error.cause);
  const finding = unknownFinding(why, remedy, psql(url, 'SELECT 1'));
  return code !== null && refusesUs.test(code) ? finding : { ...finding, verdict: 'fail' };
}

export const reachable: Check = {
  id: 'postgres.reachable',
  area: 'postgres',
  title: 'it takes connections and answers',
  plan: (world) =>
    planForDatabases(world, 'postgres', async (database) => {
      try {
        const session = await sessionOf(world, database);
        const startedAt = performance.now();
        await session.query('SELECT 1 AS one', z.object({ one: z.number() }));
        const tookMs = Math.round(performance.now() - startedAt);
        const detail = `PostgreSQL ${session.serverVersion} answers in ${tookMs} ms`;
        return { verdict: 'ok', value: tookMs, limit: null, detail, command: psql(database.url, 'SELECT 1'), remedy: null };
      } catch (error) {
        return notReached(error, database.url);
      }
    }),
};
