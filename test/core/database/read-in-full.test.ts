import { describe, expect, it } from 'vitest';
import { nonSargablePredicates } from '../../../core/database/indexes/non-sargable.js';
import { parseStatement } from '../../../core/database/sql/parse-statement.js';
import { isReadInFull } from '../../../core/database/indexes/read-in-full.js';
import { readQueryShape } from '../../../core/database/sql/read-shape.js';
import type { TableStatistics } from '../../../core/database/indexes/table-statistics.js';
import { statement } from '../diagnosis/captures.js';

/** 400 000 plates on 3000 pages, with a btree in byte order on their tag. */
const plates: TableStatistics = {
  facts: {
    schema: 'yard',
    relation: 'plates',
    estimatedRows: 400_000,
    sizeBytes: 3000 * 8192,
    deadRows: 0,
    modifiedSinceAnalyze: 0,
    lastAnalyzedAt: '2026-01-01T00:00:00Z',
    indexes: [],
  },
  rows: 400_000,
  pages: 3000,
  kind: 'table',
  partitions: [],
  columns: ['id', 'tag'].map((name, position) => ({
    name,
    position,
    type: 'text',
    distinct: -1,
    nullFraction: 0,
    averageWidth: 8,
    common: [],
    histogram: [],
    hasByteOrder: true,
    isIndexable: true,
  })),
  indexes: [{ name: 'plates_tag', method: 'btree', keys: ['tag'], definition: '', valid: true, isPartial: false, patternOps: false }],
};

async function seen(text: string, pagesPerCall: number, rowsPerCall = 4): Promise<{ full: boolean; hidden: number }> {
  const parsed = await parseStatement(text);
  if (parsed === null) throw new Error('the example cannot be parsed');
  const shape = readQueryShape(parsed, [{ schema: 'yard', relation: 'plates', columns: ['id', 'tag'] }]);
  const delta = statement({ text, calls: 300, sharedHitBlocks: 100 * pagesPerCall, sharedReadBlocks: 200 * pagesPerCall, rowsPerCall });
  const full = isReadInFull(parsed, shape, [plates], delta);
  const server = { immutableFunctions: new Set<string>(), trigrams: { state: 'absent' as const }, isReadInFull: full };
  return { full, hidden: nonSargablePredicates(shape, [plates], server).length };
}

describe('a table that is read in full for a few rows', () => {
  it('shows that the pattern in a parameter has a wildcard in front, although a btree in byte order exists', async () => {
    expect(await seen('SELECT id, tag FROM plates WHERE tag LIKE $1 ORDER BY id', 3000)).toEqual({ full: true, hidden: 1 });
  });

  it('is none when an index led to the rows, or when it was read for many rows', async () => {
    expect(await seen('SELECT id, tag FROM plates WHERE tag LIKE $1', 6)).toEqual({ full: false, hidden: 0 });
    expect(await seen('SELECT id, tag FROM plates WHERE tag LIKE $1', 3000, 40_000)).toEqual({ full: false, hidden: 0 });
  });

  it.each([
    'SELECT count(*) FROM plates WHERE tag LIKE $1',
    'SELECT tag FROM plates WHERE tag LIKE $1 GROUP BY tag',
    'SELECT DISTINCT tag FROM plates WHERE tag LIKE $1',
    'SELECT id FROM plates WHERE tag LIKE $1 ORDER BY id LIMIT $2',
    'SELECT id FROM plates WHERE tag LIKE $1 AND id > $2',
    'SELECT id FROM plates WHERE tag LIKE $1 UNION ALL SELECT id FROM plates WHERE tag LIKE $2',
  ])('cannot be told where the rows that match are not those returned: %s', async (text) => {
    expect(await seen(text, 3000)).toEqual({ full: false, hidden: 0 });
  });
});
