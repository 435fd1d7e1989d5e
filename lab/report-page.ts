/** What one screen of a terminal needs of a report: verdict, why, how sure, what to do, and the load that showed it. */

const columns = 88;

/** Everything above the first section of the Markdown report, as plain text. The rest is evidence to look things up in. */
export function reportPage(markdown: string): string {
  const [head = ''] = markdown.split(/^### /m);
  const lines = head
    .split('\n')
    .map((line) => plain(line.replace(/^> ?/, '')))
    .filter((line) => line.trim() !== '');
  return lines.flatMap(wrapped).join('\n');
}

/** Code spans as they are, emphasis and escapes of the text around them taken away. */
function plain(line: string): string {
  return line
    .replace(/^## /, '')
    .split(/((`+)(?!`).*?[^`]\2(?!`))/)
    .filter((_part, index) => index % 3 !== 2)
    .map((part, index) =>
      index % 2 === 1
        ? withoutTicks(part)
        : part
            .replaceAll('**', '')
            .replaceAll(/\\([^\w\s])/g, '$1')
            .replaceAll('&lt;', '<')
            .replaceAll('&amp;', '&'),
    )
    .join('');
}

function withoutTicks(span: string): string {
  const [ticks = ''] = /^`+/.exec(span) ?? [];
  return span.slice(ticks.length, -ticks.length).replace(/^ (.*`.*) $/, '$1');
}

/** Breaks between words; what follows a bullet stands under its text. */
function wrapped(line: string): string[] {
  const indent = line.startsWith('- ') ? '  ' : '';
  const rows: string[] = [];
  let row = '';
  for (const word of line.split(' ')) {
    if (row !== '' && row.length + word.length >= columns) {
      rows.push(row);
      row = indent + word;
    } else row = row === '' ? word : `${row} ${word}`;
  }
  return [...rows, row];
}
