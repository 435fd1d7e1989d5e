import { quoteIdentifier } from '../sql/sql-text.js';
import { createIndexStatement, type IndexDesign } from './index-definition.js';

/** pg_trgm on a server: created in the database, with the operator class as an index has to write it; delivered but not created; or neither. */
export type Trigrams = { state: 'created'; operatorClass: string } | { state: 'available' } | { state: 'absent' };

/** What is searched: a column alone, or an expression of it. */
export interface Searched {
  schema: string;
  relation: string;
  column: string;
  expression: string | null;
}

export function trigramStatement(searched: Searched, operatorClass: string): string {
  return createIndexStatement(designOf(searched, operatorClass));
}

function designOf({ schema, relation, column, expression }: Searched, operatorClass: string): IndexDesign {
  const text = expression === null ? quoteIdentifier(column) : `(${expression})`;
  const word = (expression ?? column).replace(/\W+/g, '_').replace(/^_+|(?<!_)_+$/g, '');
  return { schema, relation, where: null, method: 'gin', keys: [{ sql: `${text} ${operatorClass}`, word: `${word}_trgm` }] };
}

/** What has to be run where the extension is not created yet. Nobody can imagine a GIN index as HypoPG imagines b-trees: it is tried by building it. */
export function trigramAdvice(searched: Searched, { state }: Trigrams): string {
  const missing = state === 'absent' ? "pg_trgm is not delivered with this server: install PostgreSQL's contrib modules first. " : '';
  const index = trigramStatement(searched, 'gin_trgm_ops');
  return `${missing}Build a trigram index: CREATE EXTENSION IF NOT EXISTS pg_trgm; ${index}; ${trigramLimits(searched.column)}.`;
}

/** What is known of such an index without a try, and what is not. */
export function trigramLimits(column: string): string {
  return `it serves words of three letters and more, wherever they stand and whether anything matches them, makes writes to ${column} slower, and is untried here, for only a built GIN index can be tried`;
}
