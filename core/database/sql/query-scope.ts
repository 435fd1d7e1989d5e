import type { ColumnRef, RangeVar } from 'libpg-query';
import type { TableColumns, TableUse } from './query-shape.js';
import { columnName } from './sql-text.js';

export interface ResolvedColumn {
  table: TableUse;
  column: string;
  /** It belongs to a query around this one. */
  isOuter: boolean;
}

/** Names that one SELECT can see: its own FROM, then those of the queries around it. */
export class Scope {
  private readonly own: TableUse[] = [];
  private readonly derived = new Set<string>();
  private hasUnnamed = false;
  private readonly hidden = new Set<string>();
  private readonly all: TableUse[];
  private readonly catalog: readonly TableColumns[];
  private readonly outer: Scope | null;
  private readonly subqueries = new Map<object, TableUse>();
  /** It runs for every row of the query around it. */
  readonly isPerRow: boolean;

  constructor(all: TableUse[], catalog: readonly TableColumns[], outer: Scope | null, isPerRow = false) {
    this.all = all;
    this.catalog = catalog;
    this.outer = outer;
    this.isPerRow = isPerRow;
  }

  inner(isPerRow: boolean): Scope {
    return new Scope(this.all, this.catalog, this, isPerRow);
  }

  rememberSubquery(subselect: object, table: TableUse | null): void {
    if (table !== null) this.subqueries.set(subselect, table);
  }

  /** The first table that a subquery of this scope reads, as an index in all tables; null when it reads none. */
  drivenBy(subselect: object | undefined): number | null {
    const table = subselect === undefined ? undefined : this.subqueries.get(subselect);
    return table === undefined ? null : this.indexOf(table);
  }

  hideName(name: string): void {
    this.hidden.add(name);
  }

  addTable(range: RangeVar): void {
    const relation = range.relname ?? '';
    const alias = range.alias?.aliasname ?? relation;
    if (range.schemaname === undefined && this.isHidden(relation)) {
      this.addDerived(alias);
      return;
    }
    const table: TableUse = { schema: range.schemaname ?? null, relation, alias, predicates: [], hidden: [], sort: [], limited: false };
    this.own.push(table);
    this.all.push(table);
  }

  addDerived(alias: string | null): void {
    if (alias === null) this.hasUnnamed = true;
    else this.derived.add(alias);
  }

  ownTables(): readonly TableUse[] {
    return this.own;
  }

  indexOf(table: TableUse): number {
    return this.all.indexOf(table);
  }

  resolve(ref: ColumnRef): ResolvedColumn | null {
    const name = columnName(ref);
    if (name === null) return null;
    return name.qualifier === null ? this.resolveBare(name.column, false) : this.resolveQualified(name.qualifier, name.column, false);
  }

  private isHidden(name: string): boolean {
    return this.hidden.has(name) || (this.outer?.isHidden(name) ?? false);
  }

  private resolveQualified(qualifier: string, column: string, isOuter: boolean): ResolvedColumn | null {
    const table = this.own.find((candidate) => candidate.alias === qualifier);
    if (table !== undefined) return { table, column, isOuter };
    if (this.derived.has(qualifier)) return null;
    return this.outer?.resolveQualified(qualifier, column, true) ?? null;
  }

  private resolveBare(column: string, isOuter: boolean): ResolvedColumn | null {
    const owners = this.own.filter((table) => this.hasColumn(table, column) === true);
    const [owner] = owners;
    if (owner !== undefined) return owners.length === 1 ? { table: owner, column, isOuter } : null;
    const unknown = this.own.filter((table) => this.hasColumn(table, column) === null);
    const [only] = unknown;
    // Without a catalog only a query over one table is certain.
    if (only !== undefined)
      return this.own.length === 1 && this.derived.size === 0 && !this.hasUnnamed ? { table: only, column, isOuter } : null;
    if (this.derived.size > 0 || this.hasUnnamed) return null;
    return this.outer?.resolveBare(column, true) ?? null;
  }

  /** Null = the catalog does not know the table. */
  private hasColumn(table: TableUse, column: string): boolean | null {
    const known = this.catalog.find(
      (entry) => entry.relation === table.relation && (table.schema === null || entry.schema === table.schema),
    );
    return known === undefined ? null : known.columns.includes(column);
  }
}
