/** Two figures are told at least: a share below this needs one after the point for that. */
const smallShare = 0.1;
/** Three figures, for the same reason. */
const smallMs = 10;

export function percent(share: number): string {
  return `${(share * 100).toFixed(share < smallShare ? 1 : 0)} %`;
}

export function ms(value: number): string {
  return value >= 100 ? `${Math.round(value)} ms` : `${value.toFixed(value >= smallMs ? 1 : 2)} ms`;
}

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

/** Keeps a quotient finite where nothing was counted; far below any count of requests or cores. */
export const almostNothing = 1e-9;

/** A long stretch of time, summed over threads perhaps: `17.2 s`. */
export function seconds(valueMs: number): string {
  return `${(valueMs / 1000).toFixed(1)} s`;
}

export function clampRatio(value: number): number {
  return Math.min(1, Math.max(0, value));
}
