/** Standard error as a place for progress: one live line while something is waited for, and lines that stay. */
import { printable } from './printable.js';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 100;
/** Where a line cannot be overwritten, waiting is shown only after this time: soon enough that nobody wonders. */
const tellAfterMs = 250;
const eraseLine = '\r\u001b[K';

export interface Terminal {
  isLive: boolean;
  /** A line that stays. */
  say: (line: string) => void;
  /** Shows what is waited for; on a terminal until something else is shown. `isQuiet`: show nothing where it cannot be overwritten. */
  wait: (text: string, isQuiet: boolean) => void;
  /** Removes the live line. */
  clear: () => void;
}

interface Output {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  write(text: string): unknown;
}

/** False by https://no-color.org, and for terminals that cannot move the cursor. */
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

/** Some terminals report 0 for unknown. */
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
    // A line that wraps could not be overwritten.
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
