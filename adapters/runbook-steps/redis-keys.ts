/** Keys by a literal prefix, in steps that block nobody: SCAN finds them, UNLINK frees them beside the server's work. */
import { RedisError, type RedisConnection, type Reply } from './redis-protocol.js';

/** A few hundred keys are unlinked in well under a millisecond. */
const batchSize = 500;
const scanCount = '1000';

export interface KeyOrder {
  prefix: string;
  limit: number;
}

/** A short prefix is a mistake: it may match everything. */
const shortestPrefix = 3;

export function keyPattern([prefix = '', limit = '100000']: readonly string[]): KeyOrder | string {
  if (prefix.length < shortestPrefix) return `expected a prefix of at least ${shortestPrefix} characters, got "${prefix}"`;
  if (!/^[1-9]\d{0,8}$/.test(limit)) return `expected a limit such as 10000, got "${limit}"`;
  return { prefix, limit: Number(limit) };
}

/** Signs of patterns are meant as they are: a prefix is no pattern. */
function matching(prefix: string): string {
  return `${prefix.replaceAll(/[\\*?[\]^-]/g, String.raw`\$&`)}*`;
}

async function scan(connection: RedisConnection, prefix: string, cursor: string): Promise<{ cursor: string; keys: string[] }> {
  const reply: Reply = await connection.send(['SCAN', cursor, 'MATCH', matching(prefix), 'COUNT', scanCount]);
  if (reply instanceof RedisError) throw reply;
  const [next, keys] = Array.isArray(reply) ? reply : [];
  if (typeof next !== 'string' || !Array.isArray(keys)) throw new RedisError('expected a cursor and keys from SCAN');
  return { cursor: next, keys: keys.filter((key) => typeof key === 'string' && key.startsWith(prefix)) as string[] };
}

/** At most `limit` keys, each once. */
export async function findKeys(connection: RedisConnection, { prefix, limit }: KeyOrder, signal: AbortSignal): Promise<string[]> {
  const found = new Set<string>();
  for (let cursor: string | null = null; cursor !== '0' && found.size < limit;) {
    signal.throwIfAborted();
    const part = await scan(connection, prefix, cursor ?? '0');
    cursor = part.cursor;
    for (const key of part.keys) if (found.size < limit) found.add(key);
  }
  return [...found];
}

export async function dropKeys(connection: RedisConnection, order: KeyOrder, signal: AbortSignal): Promise<number> {
  const keys = await findKeys(connection, order, signal);
  let dropped = 0;
  for (let from = 0; from < keys.length; from += batchSize) {
    signal.throwIfAborted();
    const reply = await connection.send(['UNLINK', ...keys.slice(from, from + batchSize)]);
    if (reply instanceof RedisError) throw reply;
    dropped += Number(reply);
  }
  return dropped;
}
