import { BrokenValueError, readShellValue } from './shell-value.js';

const advice = 'json.dumps(…) of Python, JSON.stringify(…) of Node';

/** Keys in single quotes, or the words of Python, as no JSON has them. */
const printedKey = /'Node Type'\s*:|"Node Type"\s*:[^{}]{0,2000}:\s*(?:True|False|None)\b/;

export function isPrinted(text: string): boolean {
  return printedKey.test(text);
}

/**
 * The values that Python's `print` or Node's `console.log` wrote of a plan in JSON, each from the first bracket of its line or behind an assignment. Throws
 * UnreadableInputError where one ends too early, or where Node left its inner parts out.
 */
export function printedValues(text: string): unknown[] {
  const values: unknown[] = [];
  const starts = /(?:^|\n|[=:(] {0,4})[ \t]{0,200}([[{(])/g;
  for (let match = starts.exec(text), tried = 0; match !== null && tried < mostStarts; match = starts.exec(text), tried++) {
    const from = match.index + match[0].length - 1;
    if (!isPrinted(text.slice(from))) break;
    try {
      const { value, end } = readShellValue(text, from, advice);
      values.push(value);
      starts.lastIndex = end;
    } catch (error) {
      // What stands around the plan is no value, either.
      if (!(error instanceof BrokenValueError) || isPrinted(text.slice(from, error.at + longestKey))) throw error;
    }
  }
  return values;
}

/** Code around the plan has brackets, too. */
const mostStarts = 50;
const longestKey = 20;
