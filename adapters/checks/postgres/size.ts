import { statfs } from 'node:fs/promises';
import { z } from 'zod';
import { judged, unknownFinding } from '../../../core/command/checks/check.js';
import { isLoopback } from '../../../config/loopback.js';
import { postgresCheck, psql } from './session.js';

const gibi = 1024 ** 3;
const statement = 'SELECT pg_database_size(current_database())::float8 AS bytes';

async function freeShare(folder: string): Promise<number | null> {
  const disk = await statfs(folder).catch(() => null);
  return disk === null || disk.blocks === 0 ? null : disk.bavail / disk.blocks;
}

export const size = postgresCheck('postgres.disk', 'size of the database, and what is free on its disk', async (session, url) => {
  const [row] = await session.query(statement, z.object({ bytes: z.number() }));
  const told = `the database has ${((row?.bytes ?? 0) / gibi).toFixed(2)} GiB`;
  const [place] = await session.query(
    "SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_settings', 'MEMBER') THEN current_setting('data_directory') END AS folder",
    z.object({ folder: z.string().nullable() }),
  );
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  const isHere = host === '' || isLoopback(`http://${host}`);
  const free = isHere && place?.folder ? await freeShare(place.folder) : null;
  if (free === null)
    return unknownFinding(
      `${told}; what is free on its disk cannot be seen from here`,
      'Run perf-responder check --area host on its machine, with a role of pg_monitor.',
      psql(url, statement),
    );
  return judged(
    free,
    { warn: 0.15, fail: 0.05, isLess: true },
    {
      detail: `${told}; ${(free * 100).toFixed(0)} % of its disk is free (ratio)`,
      command: psql(url, statement),
      remedy: 'Free or add space: a full disk stops the server. Old WAL, logs and unused indexes first.',
    },
  );
});
