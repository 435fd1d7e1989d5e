import { fillIn, TemplateError, type Values } from './template.js';

/** Between the sides of `LEFT OPERATOR RIGHT`: both are whole numbers, or both are compared as text. */
const operators = /==|!=|>=|<=|>|</;
const integer = /^-?\d{1,15}$/;

/** Outer quotes are no part of a value. */
function unquoted(text: string): string {
  return /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text;
}

function compare(left: string, operator: string, right: string): boolean {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (!integer.test(left) || !integer.test(right))
    throw new TemplateError(`expected whole numbers around ${operator}, got ${JSON.stringify(left)} and ${JSON.stringify(right)}`);
  const [a, b] = [Number(left), Number(right)];
  switch (operator) {
    case '>=':
      return a >= b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a < b;
  }
}

/**
 * Does a `when` hold? The text is taken apart before values are put in, so that a value with an operator in it stays a value. Throws TemplateError
 * for anything that is no comparison.
 */
export function holds(when: string, values: Values): boolean {
  const match = operators.exec(when);
  if (match === null) throw new TemplateError(`expected a comparison such as '{{count}} >= 2', got ${JSON.stringify(when)}`);
  const [operator] = match;
  const [left, right] = [when.slice(0, match.index).trim(), when.slice(match.index + operator.length).trim()];
  return compare(unquoted(fillIn(left, values)), operator, unquoted(fillIn(right, values)));
}

/** Does an output satisfy `== 3`, `>= 1`, `!= none`? Whitespace around the output does not count. */
export function satisfies(output: string, expectation: string, values: Values): boolean {
  const match = /^\s*(==|!=|>=|<=|>|<)(.*)/s.exec(expectation);
  if (match?.[1] === undefined)
    throw new TemplateError(`expected an operator and a value such as '== 3', got ${JSON.stringify(expectation)}`);
  return compare(output.trim(), match[1], unquoted(fillIn(match[2]?.trim() ?? '', values)));
}
