/** From an action with placeholders to the one that is run, and to the text that people approve. */
import type { Action, HttpRequest } from './runbook.js';
import { fillIn, type Values } from './template.js';

/** A value becomes one part of an address: it can neither end the path nor begin a query. */
function encoded(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, encodeURIComponent(String(value))]));
}

/** A value inside a JSON text stays inside its quotes. */
function escaped(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : value]),
  );
}

function resolveRequest({ method, url, headers, body }: HttpRequest, values: Values): HttpRequest {
  const filled = Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? fillIn(value, values) : value] as const);
  const isJson = body !== null && /^\s*[[{]/.test(body);
  return {
    method,
    url: fillIn(url, encoded(values)),
    headers: Object.fromEntries(filled),
    body: body === null ? null : fillIn(body, isJson ? escaped(values) : values),
  };
}

/** Placeholders of a statement become bind parameters: `{{a}}` is `$1`. A value is never part of the statement's text. */
export function bindParameters(sql: string, values: Values): { sql: string; bound: string[] } {
  const bound: string[] = [];
  const text = sql.replaceAll(/\{\{[^}]*\}\}/g, (placeholder) => `$${bound.push(fillIn(placeholder, values))}`);
  return { sql: text, bound };
}

/** Throws TemplateError when a value is not there. A statement keeps its placeholders; `bindParameters` takes them. */
export function resolveAction(action: Action, values: Values): Action {
  switch (action.kind) {
    case 'command':
    case 'kubectl':
      return { ...action, run: action.run.map((item) => fillIn(item, values)) };
    case 'redis':
      return { ...action, database: fillIn(action.database, values), run: action.run.map((item) => fillIn(item, values)) };
    case 'http':
      return { ...action, request: resolveRequest(action.request, values) };
    case 'sql':
      return { ...action, database: fillIn(action.database, values) };
    case 'manual':
    case 'approve':
    case 'note':
      return { ...action, text: fillIn(action.text, values) };
    case 'check':
      return { ...action, target: action.target === null ? null : fillIn(action.target, values) };
    case 'load':
      return { ...action, endpoint: fillIn(action.endpoint, values) };
    case 'shell':
    case 'wait':
      return action;
  }
}

function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The resolved action as one text: what is shown, and what an approval binds. Names of secrets, never a secret. */
export function describeAction(action: Action, values: Values): string {
  switch (action.kind) {
    case 'command':
      return action.run.map(word).join(' ');
    case 'kubectl':
      return ['kubectl', ...action.run].map(word).join(' ');
    case 'redis':
      return `redis ${action.database}: ${action.run.map(word).join(' ')}`;
    case 'shell':
      return action.script.trimEnd();
    case 'http': {
      const { method, url, headers, body } = action.request;
      const lines = Object.entries(headers).map(([name, value]) =>
        typeof value === 'string' ? `${name}: ${value}` : `${name}: (secret of ${'env' in value ? value.env : value.file})`,
      );
      return [`${method} ${url}`, ...lines, ...(body === null ? [] : ['', body])].join('\n');
    }
    case 'sql': {
      const { sql, bound } = bindParameters(action.sql, values);
      const given = bound.map((value, index) => `$${index + 1} = ${JSON.stringify(value)}`).join(', ');
      return `${action.database}${action.writes ? '' : ' (read-only)'}: ${sql.trim()}${given === '' ? '' : `  -- ${given}`}`;
    }
    case 'wait':
      return action.until === null
        ? `wait ${(action.forMs ?? 0) / 1000} s`
        : `wait until ${action.until.check} passes, at most ${action.until.timeoutMs / 1000} s`;
    case 'manual':
    case 'approve':
    case 'note':
      return action.text;
    case 'check':
      return `check ${action.check}${action.target === null ? '' : ` of ${action.target}`}`;
    case 'load':
      return `the load of ${action.endpoint}`;
  }
}
