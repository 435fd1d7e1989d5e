const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `60s`, `2m`, `1.5h`, `7d` → milliseconds; null when the text is none of these. A bare number has no unit and is refused. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(text.trim());
  const factor = match?.[2] === undefined ? undefined : unitMs[match[2]];
  return match?.[1] === undefined || factor === undefined ? null : Number(match[1]) * factor;
}

/** The shortest text that `parseDuration` reads back: 90000 → `90s`, 120000 → `2m`, 250.5 → `250.5ms`. */
export function formatDuration(durationMs: number): string {
  const unit =
    ['d', 'h', 'm', 's'].find((candidate) => durationMs >= (unitMs[candidate] ?? 1) && durationMs % (unitMs[candidate] ?? 1) === 0) ?? 'ms';
  return `${durationMs / (unitMs[unit] ?? 1)}${unit}`;
}
