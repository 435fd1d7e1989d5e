/** Figures are written as the rest of the product writes them. */
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

/** A sentence with a longer statement in it is not read to its end. */
const lineLength = 160;
/** Enough to find a statement again in the source or in pg_stat_statements, and no page of it. */
const excerptLength = 500;

/** The begin of a statement, for a sentence. */
export function oneLine(statement: string): string {
  return statement.replace(/\s+/g, ' ').slice(0, lineLength);
}

/** A statement as the location of a cause. */
export function excerpt(statement: string): string {
  return statement.slice(0, excerptLength);
}

/** As the first word of a sentence. */
export function capitalized(text: string): string {
  return text.replace(/^\p{Ll}/u, (first) => first.toUpperCase());
}

/** Keeps a quotient finite where nothing was counted; far below any count of requests or cores. */
export const almostNothing = 1e-9;

export function clampRatio(value: number): number {
  return Math.min(1, Math.max(0, value));
}
