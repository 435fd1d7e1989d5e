/** Standard error as a place for progress: one line that lives while something is waited for, and lines that stay. */
import { printable } from './printable.js';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
/** Where no line can be written over, waiting is told only when it lasts: so soon that nobody wonders. */
const tellAfterMs = 250;
const eraseLine = '\r\u001b[K';

export interface Terminal {
  isLive: boolean;
  /** A line that stays. */
  say: (line: string) => void;
  /** What is waited for; on a terminal it lives until something else is shown. `isQuiet`: nothing where it could not be taken back. */
  wait: (text: string, isQuiet: boolean) => void;
  /** Takes the living line away. */
  clear: () => void;
}

interface Output {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  write(text: string): unknown;
}

/** https://no-color.org, and terminals that know no cursor. */
export function hasColour(
  stream: Pick<Output, 'isTTY'>,
  environment: { NO_COLOR?: string | undefined; TERM?: string | undefined },
): boolean {
  return stream.isTTY === true && (environment.NO_COLOR ?? '') === '' && environment.TERM !== 'dumb';
}

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

export function coloured(text: string, style: keyof typeof codes, isOn: boolean): string {
  return isOn ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;
}

/** Some terminals tell 0 for not known. */
function widthOf({ columns = 0 }: Output): number {
  return columns > 0 ? Math.max(20, columns) : 80;
}

export function createTerminal(stream: Output, environment: { NO_COLOR?: string | undefined; TERM?: string | undefined }): Terminal {
  const isLive = stream.isTTY === true && environment.TERM !== 'dumb';
  const isColoured = hasColour(stream, environment);
  let timer: NodeJS.Timeout | null = null;
  let frame = 0;
  let since = 0;

  function clear(): void {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    if (isLive) stream.write(eraseLine);
  }

  function draw(text: string): void {
    const seconds = Math.floor((Date.now() - since) / 1000);
    const line = `${frames[frame++ % frames.length] ?? ''} ${printable(text)}${seconds < 2 ? '' : ` (${seconds} s)`}`;
    // A line that wraps could not be written over.
    stream.write(`${eraseLine}${coloured(line.slice(0, widthOf(stream) - 1), 'dim', isColoured)}`);
  }

  return {
    isLive,
    clear,
    say: (line) => {
      clear();
      stream.write(`${printable(line)}\n`);
    },
    wait: (text, isQuiet) => {
      clear();
      since = Date.now();
      if (isLive) {
        draw(text);
        timer = setInterval(() => draw(text), frameMs);
      } else if (!isQuiet) {
        timer = setTimeout(() => stream.write(`${printable(text)}\n`), tellAfterMs);
      } else return;
      timer.unref();
    },
  };
}
