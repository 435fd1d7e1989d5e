import type { PlanLine, PlanText } from './plan-text.js';

export type PlanEngine = 'postgres' | 'mysql' | 'mariadb' | 'sqlite' | 'mongodb';

/**
 * One way in which a database prints a plan. A format reads what is in front of it into the shape of PostgreSQL's JSON format, the richest of all, in the
 * engine's own words for its operators; the analysis knows only that.
 */
export interface PlanFormat {
  id: string;
  engine: PlanEngine;
  /** For the documentation: what prints it, in which versions, and how much it tells. */
  tool: string;
  versions: string;
  exactness: string;
  /** The command whose output says the most. */
  advice: string;
  /** What lines of such a plan have. Lines that match agree on whatever is wrapped around them. */
  tells: RegExp;
  /** What each node has once in a text, to count whether all were placed; absent where the reader sees to that itself. */
  nodeMark?: RegExp;
  /** The plan in a JSON object; null when the object is none of this format. */
  readObject?(value: Readonly<Record<string, unknown>>): Record<string, unknown> | null;
  /** The plan in rows of a driver that hold a step each; null when they are none of this format. */
  readRows?(rows: readonly Readonly<Record<string, unknown>>[]): Record<string, unknown> | null;
  /** All plans in a text that is free of wrapping; none when it is of another format. Throws UnreadableInputError for a part of a plan. */
  readText?(text: PlanText): Record<string, unknown>[];
  /** The lines of such a text that no plan of this format takes up: a plan of another format may stand there. Absent where none can be told apart. */
  linesBeside?(text: PlanText): PlanLine[];
}
