import type { Parameter } from './runbook.js';

/** Why a value is not one of this parameter; null: it is. */
export function refuseValue(parameter: Parameter, value: string | number | boolean): string | null {
  if (parameter.type === 'boolean') return typeof value === 'boolean' ? null : `true or false, got ${JSON.stringify(value)}`;
  if (parameter.type === 'integer') return refuseInteger(parameter, value);
  if (typeof value !== 'string') return `a text, got ${JSON.stringify(value)}`;
  // A line break in an argument is never meant, and hides what follows from whoever approves.
  if (/[\0\r\n]/.test(value)) return `a text of one line, got ${JSON.stringify(value)}`;
  const matches = parameter.pattern === null || new RegExp(`^(?:${parameter.pattern})$`, 'u').test(value);
  return matches ? null : `a text that matches ${parameter.pattern ?? ''} as a whole, got ${JSON.stringify(value)}`;
}

function refuseInteger({ min, max }: Parameter, value: string | number | boolean): string | null {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return `a whole number, got ${JSON.stringify(value)}`;
  if (min !== null && value < min) return `at least ${min}, got ${value}`;
  if (max !== null && value > max) return `at most ${max}, got ${value}`;
  return null;
}

/** `--set k=v` gives texts; this makes them what the parameter is. A text that is none stays one, and is refused by its type. */
export function fromText(parameter: Parameter, given: string): string | number | boolean {
  if (parameter.type === 'integer' && /^-?\d{1,15}$/.test(given)) return Number(given);
  if (parameter.type === 'boolean' && (given === 'true' || given === 'false')) return given === 'true';
  return given;
}

export type Arguments = { ok: true; values: Record<string, string | number | boolean> } | { ok: false; problems: string[] };

/** The values of a run: those given, and the defaults. Every problem is named at once. */
export function argumentsOf(params: Readonly<Record<string, Parameter>>, given: Readonly<Record<string, string>>): Arguments {
  const values: Record<string, string | number | boolean> = {};
  const problems = Object.keys(given)
    .filter((name) => !Object.hasOwn(params, name))
    .map((name) => `${name}: expected one of the parameters ${Object.keys(params).join(', ') || '(none)'}`);
  for (const [name, parameter] of Object.entries(params)) {
    const value = Object.hasOwn(given, name) ? fromText(parameter, given[name] ?? '') : parameter.default;
    if (value === null) {
      problems.push(`${name}: expected a value, got none; give it with --set ${name}=…`);
      continue;
    }
    const refusal = refuseValue(parameter, value);
    if (refusal === null) values[name] = value;
    else problems.push(`${name}: expected ${refusal}`);
  }
  return problems.length === 0 ? { ok: true, values } : { ok: false, problems };
}
