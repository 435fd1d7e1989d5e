import { z } from 'zod';
import { withoutLiterals } from '../../../core/database/sql/without-literals.js';
import type { StatementDelta } from '../../../core/model/database.js';
import type { Session } from './session.js';

/** A statement as a session ran it, its values in it. */
export interface SeenText {
  queryId: string | null;
  text: string;
}

/** The scan follows its window within seconds; an incident that waits for a worker longer than this takes its values anew. */
const keptMs = 10 * 60_000;
/** A window runs few different statements often enough to be seen; of each a handful of values tells the usual from the rare. */
const mostTexts = 500;

/**
 * Texts of running statements with their values. What people typed must get into no history, document or report, so the values are in this process's memory
 * only, for ten minutes: the scan of the same window takes plans with them. A scan on another worker finds nothing here and looks at the sessions itself.
 */
export interface SeenTexts {
  add: (texts: readonly SeenText[]) => void;
  /** Most often seen first. */
  all: () => SeenText[];
}

interface Entry extends SeenText {
  looks: number;
  seenAt: number;
}

export function createSeenTexts(now: () => number = () => performance.now()): SeenTexts {
  const entries = new Map<string, Entry>();
  return {
    add: (texts) => {
      for (const { queryId, text } of texts) {
        const key = `${queryId ?? ''} ${text}`;
        const looks = (entries.get(key)?.looks ?? 0) + 1;
        // The one that was seen longest ago stands first and goes first.
        entries.delete(key);
        entries.set(key, { queryId, text, looks, seenAt: now() });
        const [oldest] = entries.keys();
        if (entries.size > mostTexts && oldest !== undefined) entries.delete(oldest);
      }
    },
    all: () => {
      for (const [key, { seenAt }] of entries) if (now() - seenAt > keptMs) entries.delete(key);
      return [...entries.values()].sort((a, b) => b.looks - a.looks).map(({ queryId, text }) => ({ queryId, text }));
    },
  };
}

const places = new Map<string, SeenTexts>();

/** Server and database, whoever connects; what is no URL cannot be connected to, which the capture tells by itself. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return '';
  const { host, pathname, search } = new URL(url);
  // The folder of a Unix-domain socket stands in the query.
  return host === '' ? `${pathname}${search}` : `${host}${pathname}`;
}

/** What this process saw run in one database. */
export function seenTextsOf(url: string): SeenTexts {
  const place = placeOf(url);
  const known = places.get(place) ?? createSeenTexts();
  places.set(place, known);
  return known;
}

const lastRow = z.object({ queryId: z.string().nullable(), text: z.string() });

/** What the sessions of this database run now or, between two statements, ran last. */
export async function lastStatements(session: Session): Promise<SeenText[]> {
  return await session.query(
    `SELECT query_id::text AS "queryId", left(query, 1000) AS text FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND query IS NOT NULL`,
    lastRow,
  );
}

/** The server cuts running texts off at track_activity_query_size, 1024 bytes by default: a text that long may be incomplete. */
const longestWhole = 990;
/** Each costs an execution; values that these do not have in common are those of few calls. */
const mostOfOne = 3;

/**
 * Whole texts of this statement with literal values, each once, in the order given; three at most of those that hold all their values, and the first that has
 * some as parameters. Without the extension a statement is known by its text alone.
 */
export function textsOf({ queryId, text }: StatementDelta, seen: readonly SeenText[]): string[] {
  const own = seen.filter(
    (each) =>
      each.text !== text &&
      each.text.length < longestWhole &&
      (each.queryId === queryId || (each.queryId === null && withoutLiterals(each.text) === text)),
  );
  const texts = [...new Set(own.map((each) => each.text))];
  const hasParameters = (text: string): boolean => /\$\d/.test(text);
  return [...texts.filter((text) => !hasParameters(text)).slice(0, mostOfOne), ...texts.filter(hasParameters).slice(0, 1)];
}
