import type { DatabaseEngine } from './database.js';
import { mysql } from './mysql.js';
import { postgres } from './postgres.js';
import { redis } from './redis.js';

/** `kind` of a database in the catalog is one of exactly these. */
export const databaseEngines: readonly DatabaseEngine[] = [postgres, mysql, redis];

/** The catalog accepts registered kinds only. */
export function databaseEngine(kind: string): DatabaseEngine {
  const engine = databaseEngines.find((candidate) => candidate.kind === kind);
  if (engine === undefined) throw new Error(`no database engine ${kind} is registered`);
  return engine;
}
