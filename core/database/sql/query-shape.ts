/** A value that a column is compared with. */
export type Operand =
  | { kind: 'parameter'; number: number; cast: string | null }
  | { kind: 'literal'; text: string; cast: string | null }
  | { kind: 'expression' };

/** A condition that an index on the bare column could serve. */
export interface ColumnPredicate {
  column: string;
  /** `set`: IN, ANY, or OR over one column. `join`: equality with a column of another table. `containment`: @>, ?, @@ (GIN). */
  kind: 'equality' | 'set' | 'is-null' | 'range' | 'prefix' | 'join' | 'containment';
  /** For a range: bounded on both sides or on one. */
  bounded: 'both' | 'one' | null;
  /** For a range: values above or below the operand. */
  direction: 'above' | 'below' | null;
  text: string;
  operand: Operand;
  /** For a join: index in `tables` of the other side. */
  joinedTo: number | null;
}

/** A condition that hides its column from plain indexes. */
export interface HiddenPredicate {
  column: string;
  kind:
    | 'function-on-column'
    | 'cast-on-column'
    | 'arithmetic-on-column'
    | 'leading-wildcard'
    | 'pattern-parameter'
    | 'case-insensitive-pattern'
    | 'regular-expression';
  text: string;
  /** The expression around the column, as SQL; null for patterns. */
  expression: string | null;
  operator: string;
  /** The other side as SQL; null when it cannot be printed. */
  other: string | null;
  operand: Operand;
}

export interface SortColumn {
  column: string;
  descending: boolean;
  /** Null = the default of the direction. */
  nullsFirst: boolean | null;
}

/** One use of a table in a statement (a table joined with itself has two). */
export interface TableUse {
  schema: string | null;
  relation: string;
  alias: string;
  predicates: ColumnPredicate[];
  hidden: HiddenPredicate[];
  /** ORDER BY, when all of it is columns of this table and rows come out as they are (no grouping). */
  sort: SortColumn[];
  /** LIMIT stops the scan early. */
  limited: boolean;
}

/** What the index advice and the choice of parameter values need to know of a statement. */
export interface QueryShape {
  tables: TableUse[];
}

/** Columns of a table, to find the owner of an unqualified name. */
export interface TableColumns {
  schema: string;
  relation: string;
  columns: string[];
}
