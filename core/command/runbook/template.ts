/**
 * `{{name}}`, `{{instances-1}}`, `{{preflight.ready.verdict}}`. Only names, and names plus or minus a whole number: a runbook is no program. A
 * value is put in as it is, and never read again.
 */
export type Values = Readonly<Record<string, string | number | boolean>>;

const placeholder = /\{\{\s*([A-Za-z_][\w.-]*(?:\s*[+-]\s*\d{1,9})?)\s*\}\}/g;
const sum = /^([\w.-]+?)\s*([+-])\s*(\d{1,9})$/;

export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** What stands between the braces. Throws TemplateError for braces that are no placeholder. */
function expressionsIn(text: string): string[] {
  const wrong = /\{\{[^}]*\}?\}?/.exec(text.replaceAll(placeholder, ''));
  if (wrong !== null)
    throw new TemplateError(`expected {{name}}, {{name+1}} or {{name-1}}, got ${JSON.stringify(wrong[0])}; nothing else is computed`);
  return [...text.matchAll(placeholder)].map((match) => match[1] ?? '');
}

/** Names that a text asks for. Names may hold dashes: `a-1` is one where it is known, else it is `a` less one. */
export function namesIn(text: string, isKnown: (name: string) => boolean): string[] {
  return expressionsIn(text).map((expression) => (isKnown(expression) ? expression : (sum.exec(expression)?.[1] ?? expression)));
}

function evaluate(expression: string, values: Values): string {
  const asItIs = Object.hasOwn(values, expression) ? values[expression] : undefined;
  if (asItIs !== undefined) return String(asItIs);
  const [, name = expression, sign, amount] = sum.exec(expression) ?? [];
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined)
    throw new TemplateError(`{{${expression}}}: there is no such value; known are ${Object.keys(values).join(', ') || 'none'}`);
  if (!/^-?\d{1,15}$/.test(String(value)))
    throw new TemplateError(`{{${expression}}}: expected a whole number to compute with, got ${JSON.stringify(value)}`);
  return String(Number(value) + (sign === '+' ? 1 : -1) * Number(amount));
}

export function fillIn(text: string, values: Values): string {
  expressionsIn(text);
  return text.replaceAll(placeholder, (_, expression: string) => evaluate(expression, values));
}
