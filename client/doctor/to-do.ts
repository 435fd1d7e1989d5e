import type { Check } from './check.js';

export interface ToDo {
  remedy: string;
  /** What it is for, in the words of the checks. */
  for: string[];
}

/** Each remedy once, most urgent first: those without which nothing works. */
export function toDoOf(checks: readonly Check[]): ToDo[] {
  const found = new Map<string, ToDo>();
  const inOrder = [...checks.filter(({ status }) => status === 'failed'), ...checks.filter(({ status }) => status === 'missing')];
  for (const { remedy, what } of inOrder) {
    if (remedy === null) continue;
    const known = found.get(remedy) ?? { remedy, for: [] };
    if (!known.for.includes(what)) known.for.push(what);
    found.set(remedy, known);
  }
  return [...found.values()];
}

const statement = /\b((?:GRANT|CREATE EXTENSION|ALTER EXTENSION|CREATE ROLE)\b[^.;(]*)/g;

/** What can be pasted: variables for the shell in which the worker runs, and statements for an administrator of the database. */
export function pasteOf(checks: readonly Check[], missingVariables: readonly string[]): { shell: string[]; sql: string[] } {
  const shell = missingVariables.map(
    (name) => `export ${name}=${/URL|DSN|DATABASE/i.test(name) ? "'postgres://responder:PASSWORD@127.0.0.1:5432/DATABASE'" : "'…'"}`,
  );
  const remedies = checks.flatMap(({ status, remedy }) => (status === 'ok' || remedy === null ? [] : [remedy]));
  const told = remedies.flatMap((remedy) => [...remedy.matchAll(statement)].map(([, text]) => tidied(text ?? '')));
  const isDatabaseUnknown = missingVariables.some((name) => /URL|DSN|DATABASE/i.test(name));
  const role = isDatabaseUnknown
    ? ["CREATE ROLE responder LOGIN PASSWORD 'PASSWORD';", 'GRANT pg_monitor TO responder;', 'GRANT pg_read_all_data TO responder;']
    : [];
  return { shell, sql: [...new Set([...role, ...told])] };
}

/** The statement alone, without the sentence around it. */
function tidied(text: string): string {
  return `${text.replace(/(?<!\s)\s+(?:in this database|UPDATE in this database|for as long.*|and .*)$/i, (words) => (/^\s+UPDATE/i.test(words) ? ' UPDATE' : '')).trim()};`;
}
