import { parse, type Node } from 'libpg-query';

type StatementKind = 'select' | 'update' | 'delete' | 'insert' | 'merge' | 'other';

export interface ParsedStatement {
  kind: StatementKind;
  tree: Node;
  /** The text that was parsed: the server's normalised text, mended where that is no longer valid SQL. */
  text: string;
  /** Largest `$n`. */
  parameters: number;
}

/**
 * Parses exactly one statement, with PostgreSQL's own grammar. Null when it cannot be parsed (cut off, another grammar) or when there are
 * none or several: those are never planned.
 */
export async function parseStatement(text: string): Promise<ParsedStatement | null> {
  const mended = mendNormalisedText(text);
  let statements: { stmt?: Node }[];
  try {
    statements = (await parse(mended)).stmts ?? [];
  } catch {
    return null;
  }
  const tree = statements.length === 1 ? statements[0]?.stmt : undefined;
  if (tree === undefined) return null;
  let parameters = 0;
  for (const node of nodesIn(tree)) if ('ParamRef' in node) parameters = Math.max(parameters, node.ParamRef.number ?? 0);
  return { kind: kindOf(tree), tree, text: mended, parameters };
}

function kindOf(tree: Node): StatementKind {
  if ('SelectStmt' in tree) return 'select';
  if ('UpdateStmt' in tree) return 'update';
  if ('DeleteStmt' in tree) return 'delete';
  if ('InsertStmt' in tree) return 'insert';
  return 'MergeStmt' in tree ? 'merge' : 'other';
}

/**
 * The server replaces every constant by `$n`, also where the grammar wants a literal: `interval $1`, `date $2`. There the type is put behind.
 * A list that it squashed (one parameter and a comment, version 18) stays one element.
 */
function mendNormalisedText(text: string): string {
  return text
    .replace(/;\s*$/, '')
    .replace(/\b(interval|date|timestamptz|timestamp|timetz|time)\s+(\$\d+)/gi, '$2::$1')
    .replace(/\bextract\s*\(\s*\$\d+\s+from\b/gi, 'extract(epoch from');
}

/** Every node of the tree, the outermost first. */
export function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const each of value) yield* nodesIn(each);
  } else if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    if (keys.length === 1 && /^[A-Z]/.test(keys[0] ?? '')) yield value as Node;
    for (const each of Object.values(value)) yield* nodesIn(each);
  }
}
