import { expect, it } from 'vitest';
import { judgeTrial } from '../../../core/database/indexes/index-trial.js';
import { trialValue } from '../../../core/database/sql/trial-values.js';
import { ownOffsets } from '../../../core/database/sql/own-values.js';
import type { ColumnStatistics } from '../../../core/database/indexes/table-statistics.js';
import type { QueryPlan } from '../../../core/model/database.js';

const scan = (rows: number): QueryPlan => ({
  format: 'postgres-json',
  analyzed: true,
  executionMs: 100,
  planningMs: 0,
  nodes: [
    {
      ...{ id: 1, parentId: null, nodeType: 'Seq Scan', relation: 'products', alias: null, index: null, selfMs: 100, inclusiveMs: 100 },
      ...{ loops: 1, rows, rowsEstimated: 64, rowsRemovedByFilter: 200_000 - rows, condition: null, filter: null, sortMethod: null },
      ...{ spilledKb: 0, sharedHitBlocks: 0, sharedReadBlocks: 0 },
    },
  ],
  dominant: null,
  findings: [],
});
const inOrder = { relation: 'products', stopsEarly: true };
const common = { tableRows: 200_000, wanted: 20 };

it('counts how far an index in the wanted order has to be read: a little with many matches, to its end with none', () => {
  expect(judgeTrial(inOrder, { ...common, values: 'plan', plan: scan(25_000), simulated: null })).toMatchObject({
    matches: 25_000,
    rowsThrough: 160,
    isSlower: false,
  });
  expect(judgeTrial(inOrder, { ...common, values: 'absent', plan: scan(0), simulated: null })).toMatchObject({
    rowsThrough: 200_000,
    isSlower: true,
  });
});

it("scales the planner's price, which expects matches early, by the rows that were counted", () => {
  const simulated = { before: 5000, after: 400, wholeScan: 12_000, isUsed: true };
  expect(judgeTrial(inOrder, { ...common, values: 'absent', plan: scan(0), simulated })).toMatchObject({
    cost: { before: 5000, after: 12_000 },
    isSlower: true,
  });
  expect(judgeTrial(inOrder, { ...common, values: 'plan', plan: scan(25_000), simulated })).toMatchObject({
    cost: { before: 5000, after: 400 },
    isSlower: false,
  });
  // For these values the planner leaves the index aside.
  const unused = { ...simulated, isUsed: false, wholeScan: null };
  expect(judgeTrial(inOrder, { ...common, values: 'absent', plan: scan(0), simulated: unused })).toMatchObject({ isSlower: false });
});

it('says nothing of what it neither counted nor simulated', () => {
  expect(judgeTrial({ relation: 'products' }, { ...common, values: 'common', plan: null, simulated: null })).toMatchObject({
    matches: null,
    isSlower: null,
  });
});

const column = (type: string, histogram: string[]): ColumnStatistics => ({
  ...{ name: 'c', type, position: 1, distinct: null, nullFraction: 0, averageWidth: 8, hasByteOrder: true, isIndexable: true },
  ...{ common: [], histogram },
});
const equality = { column: 'c', kind: 'equality', text: 'c = $1', operand: { kind: 'parameter', number: 1, cast: null } } as const;

it('knows values that no row has', () => {
  const absent = (type: string, histogram: string[]): string | null => trialValue(column(type, histogram), equality as never, 'absent');
  expect(absent('integer', ['3', '9'])).toBe('2');
  expect(absent('uuid', [])).toBe('00000000-0000-0000-0000-000000000000');
  expect(absent('date', ['2025-01-01'])).toBe('0001-01-01');
  expect(absent('text', ['oak'])).not.toBe('oak');
  expect(absent('boolean', [])).toBeNull();
});

it('tries a pattern that nothing matches as short as one that much may match: else the planner would not fall for it', () => {
  const like = {
    column: 'c',
    kind: 'pattern-parameter',
    text: 'c LIKE $1',
    expression: null,
    operator: 'LIKE',
    other: null,
    operand: equality.operand,
  };
  expect(trialValue(column('text', ['walnut table']), like as never, 'absent')).toBe('%zqxj%');
  expect(trialValue(column('text', ['walnut table']), like as never, 'rare')).toBe('%walnut table%');
});

it('reads the number of a page as rows to skip', () => {
  expect(ownOffsets(['100'], 20)).toEqual([2000, 100]);
  expect(ownOffsets(['oak', '0'], 20)).toEqual([]);
});
