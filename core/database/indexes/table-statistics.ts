import type { TableFacts } from '../../model/database.js';

/** One column as the catalog and pg_stats tell it. */
export interface ColumnStatistics {
  name: string;
  /** Type as SQL, for casts of values: `bigint`, `character varying(20)`. */
  type: string;
  /** Position in the table: breaks ties. */
  position: number;
  /** As in pg_stats: above 0 a count, below 0 a share of the rows; null when there are no statistics. */
  distinct: number | null;
  nullFraction: number;
  averageWidth: number;
  /** Most common values with their share of the rows, the most common first. */
  common: { value: string; frequency: number }[];
  /** Bounds of equal parts of the remaining values. */
  histogram: string[];
  /** Whether plain btree order serves LIKE 'x%': collation C, or no text at all. */
  hasByteOrder: boolean;
  isIndexable: boolean;
}

export interface IndexFacts {
  name: string;
  method: string;
  /** Column or expression of each key, in order. */
  keys: string[];
  definition: string;
  valid: boolean;
  isPartial: boolean;
  /** Operator class of each key where it is not the default. */
  patternOps: boolean;
}

export interface TableStatistics {
  facts: TableFacts;
  pages: number;
  /** Rows by the planner's statistics, or by the counters when the table was never analyzed. */
  rows: number;
  kind: 'table' | 'partitioned' | 'foreign' | 'temporary';
  /** Names of the parts that hold the rows of a partitioned table; empty for every other. */
  partitions: string[];
  columns: ColumnStatistics[];
  indexes: IndexFacts[];
}

/** Values that differ in a column, at least 1; null without statistics. */
export function distinctValues(column: ColumnStatistics, rows: number): number | null {
  if (column.distinct === null || column.distinct === 0) return null;
  return Math.max(1, column.distinct > 0 ? column.distinct : -column.distinct * rows);
}

/** 0..1 of the rows that one value of the column selects on average. Without statistics the planner's own default of 200 values. */
export function equalityShare(column: ColumnStatistics, rows: number): number {
  return (1 - column.nullFraction) / (distinctValues(column, rows) ?? Math.min(200, Math.max(1, rows)));
}

/** autovacuum_analyze_scale_factor is 0.1: twice that was missed by one run at least. */
const outgrownShare = 0.2;

/** So many rows changed since the statistics were taken, or none were ever taken, that they tell another table's values. */
export function isOutgrown({ facts, rows }: TableStatistics): boolean {
  return facts.lastAnalyzedAt === null || facts.modifiedSinceAnalyze > outgrownShare * rows;
}
