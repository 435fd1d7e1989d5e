import { satisfies } from './condition.js';
import type { Expectation } from './runbook.js';
import { TemplateError, type Values } from './template.js';

/** What an action gave back. Texts are those that were kept, redacted. */
export interface ActionAnswer {
  exit: number | null;
  stdout: string;
  stderr: string;
  /** Of HTTP. */
  status: number | null;
  body: string | null;
  /** Single value of a query or of a command of Redis. */
  value: string | null;
}

function missing(name: string, pattern: string | undefined, text: string): string[] {
  if (pattern === undefined || new RegExp(pattern, 'mu').test(text)) return [];
  return [`expected ${name} to match ${pattern}, got ${JSON.stringify(text.trim().slice(0, 120))}`];
}

function unequal(name: string, expected: number | undefined, came: number | null): string[] {
  return expected === undefined || expected === came ? [] : [`expected ${name} ${expected}, got ${came ?? 'none'}`];
}

function valueProblems({ value }: Expectation, answer: ActionAnswer, values: Values): string[] {
  if (value === undefined) return [];
  const came = answer.value ?? answer.stdout;
  try {
    return satisfies(came, value, values) ? [] : [`expected a value ${value}, got ${JSON.stringify(came.trim().slice(0, 120))}`];
  } catch (error) {
    if (error instanceof TemplateError) return [error.message];
    throw error;
  }
}

/** Why the answer is not what was expected; null: it is. Without an expectation exit code 0 counts, of HTTP any 2xx. */
export function judgeAnswer(expect: Expectation, answer: ActionAnswer, values: Values): string | null {
  const { status } = answer;
  const withDefault = status !== null || expect.exit !== undefined || answer.exit === null ? expect : { ...expect, exit: 0 };
  const isOutside2xx = status !== null && expect.status === undefined && (status < 200 || status > 299);
  const problems = [
    ...(isOutside2xx ? [`expected a status of 200 to 299, got ${status}`] : []),
    ...unequal('exit code', withDefault.exit, answer.exit),
    ...unequal('status', expect.status, answer.status),
    ...missing('the output', expect.stdout, answer.stdout),
    ...missing('standard error', expect.stderr, answer.stderr),
    ...missing('the body', expect.body, answer.body ?? ''),
    ...valueProblems(expect, answer, values),
  ];
  if (problems.length === 0) return null;
  const said = answer.stderr.trim().split('\n').at(-1)?.slice(0, 160) ?? '';
  return `${problems.join('; ')}${said === '' || problems.some((one) => one.includes('standard error')) ? '' : `: ${said}`}`;
}
