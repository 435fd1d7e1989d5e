/** Rules write figures as the rest of the product does. */
export {
  average,
  averageOf,
  cores,
  count,
  duration,
  milliseconds as ms,
  percent,
  plural,
  requestRate,
  seconds,
  shareWithInterval,
} from '../model/figures.js';

/** Nobody reads a sentence to its end with a longer statement in it. */
const lineLength = 160;
/** Long enough to find a statement again in the source or in pg_stat_statements, and short enough for a report. */
const excerptLength = 500;

/** The beginning of a statement, for use in a sentence. */
export function oneLine(statement: string): string {
  return statement.replace(/\s+/g, ' ').slice(0, lineLength);
}

/** A statement as the location of a cause shows it. */
export function excerpt(statement: string): string {
  return statement.slice(0, excerptLength);
}

/** Capitalises the first letter, for the beginning of a sentence. */
export function capitalized(text: string): string {
  return text.replace(/^\p{Ll}/u, (first) => first.toUpperCase());
}

/** Keeps a quotient finite when nothing was counted; far below any real count of requests or cores. */
export const almostNothing = 1e-9;

export function clampRatio(value: number): number {
  return Math.min(1, Math.max(0, value));
}
