/** Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours each cost one. */
function editDistance(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)];
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      const swapped = row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const steps = [cell(row - 1, column) + 1, (current[column - 1] ?? 0) + 1, cell(row - 1, column - 1) + (same ? 0 : 1)];
      current.push(Math.min(...steps, swapped ? cell(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY));
    }
  }
  return cell(left.length, right.length);
}

/** The known name that was probably meant, or null when none is near (more than a third of it would have to change). */
export function nearestName(name: string, known: Iterable<string>): string | null {
  let best: { name: string; distance: number } | null = null;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= Math.max(2, Math.ceil(candidate.length / 3)) && (best === null || distance < best.distance))
      best = { name: candidate, distance };
  }
  return best?.name ?? null;
}
