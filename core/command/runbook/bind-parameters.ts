import { fillIn, type Values } from './template.js';

/** Placeholders of a statement become bind parameters: `{{a}}` is `$1`. A value is never part of the statement's text. */
export function bindParameters(sql: string, values: Values): { sql: string; bound: string[] } {
  const bound: string[] = [];
  const text = sql.replaceAll(/(?<!\{)\{\{[^}]*\}\}/g, (placeholder) => `$${bound.push(fillIn(placeholder, values))}`);
  return { sql: text, bound };
}
