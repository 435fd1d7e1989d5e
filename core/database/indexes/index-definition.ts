import { quoteIdentifier } from '../sql/sql-text.js';

export interface IndexDesign {
  schema: string;
  relation: string;
  method: 'btree' | 'gin';
  /** Keys as SQL (quoted column or parenthesised expression, operator class and direction behind it) and a word for the name. */
  keys: { sql: string; word: string }[];
  /** Condition of a partial index, as SQL. */
  where: string | null;
}

const longestName = 63;

/** Same design, same name: a retry finds what an earlier try left. The ending tells a DBA who made it. */
function indexName(design: IndexDesign): string {
  const words = [design.relation, ...design.keys.map((key) => key.word)].join('_').replace(/[^\p{L}\p{N}_]+/gu, '_');
  const isPlain = design.method === 'btree' && design.where === null && design.keys.every((key) => key.sql === quoteIdentifier(key.word));
  const ending = `${isPlain ? '' : `_${fingerprint(design)}`}_responder_idx`;
  const name = `${words}${ending}`;
  if (byteLength(name) <= longestName) return name;
  const cut = `_${fingerprint(design)}_responder_idx`;
  let kept = words;
  while (byteLength(kept + cut) > longestName) kept = kept.slice(0, -1);
  return kept + cut;
}

export function createIndexStatement(design: IndexDesign): string {
  const table = `${quoteIdentifier(design.schema)}.${quoteIdentifier(design.relation)}`;
  const method = design.method === 'btree' ? '' : ` USING ${design.method}`;
  const where = design.where === null ? '' : ` WHERE ${design.where}`;
  const keys = design.keys.map((key) => key.sql).join(', ');
  return `CREATE INDEX CONCURRENTLY ${quoteIdentifier(indexName(design))} ON ${table}${method} (${keys})${where}`;
}

/** FNV-1a, 32 bits: enough to tell apart the designs of one table. */
function fingerprint(design: IndexDesign): string {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify([design.method, design.keys.map((key) => key.sql), design.where])) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}

/** Bytes in UTF-8: the server cuts names by bytes. */
function byteLength(text: string): number {
  return encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, '.').length;
}
