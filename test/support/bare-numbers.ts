import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** Identities, halves, per cent, milliseconds of a second and kilobytes of a megabyte: nobody has to look for where these come from. */
const plainNumbers = new Set(['0', '1', '2', '100', '1000', '1_000', '1024']);

/**
 * Numbers in a source file that decide something without saying where they come from: `file:line: text`. A number has said it as `value` beside a `source`,
 * or as a constant of the file with a comment of its own. Digits after the point in a sentence decide nothing.
 */
export function bareNumbers(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isExplained(node)) return;
    if (ts.isNumericLiteral(node) && !plainNumbers.has(node.getText()) && !isDigits(node)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push(`${path}:${line}: ${node.parent.getText().split('\n')[0] ?? ''}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isExplained(node: ts.Node): boolean {
  if (ts.isObjectLiteralExpression(node)) return ['value', 'unit', 'source'].every((key) => hasKey(node, key));
  return ts.isVariableStatement(node) && ts.isSourceFile(node.parent) && isNumber(node) && ts.getJSDocCommentsAndTags(node).length > 0;
}

/** The digits of a number in a sentence. */
function isDigits(node: ts.NumericLiteral): boolean {
  const { parent } = node;
  return ts.isCallExpression(parent) && ts.isPropertyAccessExpression(parent.expression) && parent.expression.name.text === 'toFixed';
}

function hasKey(node: ts.ObjectLiteralExpression, key: string): boolean {
  return node.properties.some((property) => property.name?.getText() === key);
}

/** `const limitMs = 20 * 60_000;` */
function isNumber({ declarationList }: ts.VariableStatement): boolean {
  return declarationList.declarations.every(({ initializer }) => initializer !== undefined && isArithmetic(initializer));
}

function isArithmetic(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return isArithmetic(node.expression);
  return ts.isNumericLiteral(node) || (ts.isBinaryExpression(node) && isArithmetic(node.left) && isArithmetic(node.right));
}
