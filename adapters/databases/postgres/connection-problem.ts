import type { MissingEvidence } from '../../../core/model/observation.js';
import { errorCode, errorText } from './session.js';

/** SQLSTATE too_many_connections: every slot is taken. It is evidence as well as a problem. */
export const tooManyConnections = '53300';

/** A failed connection as a row of missing evidence. The URL's password is in none of its words. */
export function connectionProblem(url: string, error: unknown): MissingEvidence {
  const target = displayUrl(url);
  return {
    id: 'database-connection',
    what: `the database's own view (${target})`,
    why: withoutPassword(errorText(error) || String(errorCode(error)), url),
    remedy: remedyFor(errorCode(error), target),
  };
}

export const superuserRefused = 'database-superuser';

/** Told instead of what the connection would have shown. */
export function superuserProblem(url: string): MissingEvidence {
  const target = displayUrl(url);
  return {
    id: superuserRefused,
    what: `the database's own view (${target})`,
    why: 'its role is a superuser, which is refused outside development',
    remedy: `Name a role of its own in the catalog: CREATE ROLE perf_responder LOGIN; GRANT pg_monitor, pg_read_all_data TO perf_responder. What remedies need goes under remedyConnection, e.g. the tables' owner.`,
  };
}

/** Starting up, shutting down, and connections that broke: the server may be there again in a moment. A timeout of the driver has no code. */
const passing = new Set<string | null>([
  ...['57P01', '57P02', '57P03', tooManyConnections],
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'],
  null,
]);

/** Whether the same connection may be made later, without anybody changing anything. */
export function maybeThereLater(error: unknown): boolean {
  return passing.has(errorCode(error));
}

const unreachable = new Set<string | null>(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'EAI_AGAIN']);
const rejected = new Set<string | null>(['28P01', '28000']);
const noSuchDatabase = '3D000';

function remedyFor(code: string | null, target: string): string {
  if (code === tooManyConnections) {
    return 'All connection slots are taken: close what holds them, or give the responder a reserved slot (GRANT pg_use_reserved_connections, PostgreSQL 16 and later).';
  }
  if (rejected.has(code)) return `Check user and password in the connection URL of the catalog, and pg_hba.conf for ${target}.`;
  if (code === noSuchDatabase) return `Check the database's name in the connection URL (${target}).`;
  if (unreachable.has(code)) return `Check host and port in the connection URL (${target}) and that the worker may reach them.`;
  return `Try from the worker's host: psql with the same connection URL (${target}).`;
}

/** `user@host:port/database`, never the password. */
function displayUrl(url: string): string {
  if (!URL.canParse(url)) return 'the connection URL in the catalog';
  const { username, host, pathname } = new URL(url);
  return `${username === '' ? '' : `${username}@`}${host}${pathname}`;
}

function withoutPassword(text: string, url: string): string {
  const shown = text.replaceAll(url, displayUrl(url));
  const password = URL.canParse(url) ? new URL(url).password : '';
  if (password === '') return shown;
  return shown.replaceAll(password, '***').replaceAll(decoded(password), '***');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
