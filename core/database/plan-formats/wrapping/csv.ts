/** Cells of a comma-separated text by RFC 4180, as the server's csvlog and `psql --csv` write it; null when a quote is left open. */
export function csvCells(text: string): string[] | null {
  const cells: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '"') {
      const end = endOfQuoted(text, at + 1);
      if (end === null) return null;
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
    } else {
      const end = nextOf(text, at);
      cells.push(text.slice(at, end));
      at = end;
    }
    at = text[at] === '\r' ? at + 2 : at + 1;
  }
  return cells;
}

function endOfQuoted(text: string, from: number): number | null {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at;
  return null;
}

function nextOf(text: string, from: number): number {
  const match = /[,\t\n]|\r\n/g;
  match.lastIndex = from;
  return match.exec(text)?.index ?? text.length;
}
