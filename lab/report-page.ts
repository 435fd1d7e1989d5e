/** What one screen of a terminal needs of a report: verdict, why, how sure, what to do, and the load that showed it. */

const columns = 88;
/** Of text that follows a statement or a command to be copied: without the marks of code nothing else tells where that ends. */
const afterCommand = '\n';

/** Everything above the first section of the Markdown report, as plain text. The rest is evidence to look things up in. */
export function reportPage(markdown: string): string {
  const [head = ''] = markdown.split(/^### /m);
  const lines = head
    .split('\n')
    .map((line) => plain(line.replace(/^> ?/, '')))
    .filter((line) => line.trim() !== '');
  return lines.flatMap(wrapped).join('\n');
}

// eslint-disable-next-line regexp/no-super-linear-move -- lines of our own pages
const codeSpan = /((`+)(?!`).*?[^`]\2(?!`))/;

/** Code spans as they are, emphasis and escapes of the text around them taken away. */
function plain(line: string): string {
  return line
    .replace(/^## /, '')
    .split(codeSpan)
    .filter((_part, index) => index % 3 !== 2)
    .map((part, index, parts) =>
      index % 2 === 1
        ? `${withoutTicks(part)}${part.includes(' ') && /^ [A-Z]/.test(parts[index + 1] ?? '') ? afterCommand : ''}`
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
  const code = span.slice(ticks.length, -ticks.length);
  return code.includes('`') ? code.replace(/^ (.*) $/, '$1') : code;
}

/** Breaks between words and after commands; what follows a bullet stands under its text. */
function wrapped(line: string): string[] {
  const indent = line.startsWith('- ') ? '  ' : '';
  const [first = '', ...rest] = line.split(afterCommand);
  const rows = [first, ...rest.map((part) => part.trimStart())].flatMap((part) => rowsOf(part, columns - indent.length));
  return rows.map((row, index) => (index === 0 ? row : indent + row));
}

function rowsOf(text: string, width: number): string[] {
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(' ')) {
    if (row !== '' && row.length + word.length >= width) {
      rows.push(row);
      row = word;
    } else row = row === '' ? word : `${row} ${word}`;
  }
  return [...rows, row];
}
