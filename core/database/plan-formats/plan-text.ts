/** One line of a plan, freed of what was wrapped around it. `number` is that of the line in the file, 1-based; 0 when it came out of a JSON or CSV value. */
export interface PlanLine {
  number: number;
  text: string;
}

/** The lines that belong together, and what the log said of their statement. */
export interface PlanText {
  lines: PlanLine[];
  /** Of `duration: 950.3 ms  plan:`, milliseconds; null outside a log of auto_explain. */
  durationMs: number | null;
}

/** `...`, `[…]`, `… 12 more`: whoever shortened the plan says so. A condition that was cut in its middle begins otherwise. */
export function leavesOut(text: string): boolean {
  return /^\s*(?:->\s*)?[[(<]?(?:\.{3,}|…)(?:[\])>]?\s*$|.{0,60}\b(?:more|similar|omitted|others?|skipped|same|repeat\w*|snip|truncated|nodes|lines|partitions|branches)\b)/i.test(
    text,
  );
}

/** A quoted line in a message, short. */
export function quoteLine({ number, text }: PlanLine): string {
  const cut = text.trim().length > 80 ? `${text.trim().slice(0, 80)}…` : text.trim();
  return `${number > 0 ? `line ${number}: ` : ''}"${cut}"`;
}
