/** Words for a person at a terminal, on standard error; one changing line while something runs. */
export interface Narrator {
  headline: (text: string) => void;
  say: (text: string) => void;
  /** Replaces the last live line in a terminal; elsewhere a changed line is written at most every five seconds. */
  live: (text: string) => void;
}

export function createNarrator(): Narrator {
  const isTerminal = process.stderr.isTTY;
  const startedAt = Date.now();
  let liveShown = false;
  let lastLiveAt = 0;
  let lastLive = '';
  const write = (text: string) => {
    process.stderr.write(`${liveShown ? '\r\u001b[2K' : ''}${text}\n`);
    liveShown = false;
  };
  const clock = () => `${((Date.now() - startedAt) / 1000).toFixed(0).padStart(4)} s`;
  return {
    headline: (text) => {
      write(isTerminal ? `\n\u001b[1m${clock()}  ${text}\u001b[0m` : `\n${clock()}  ${text}`);
    },
    say: (text) => {
      write(
        text
          .split('\n')
          .map((line) => `        ${line}`)
          .join('\n'),
      );
    },
    live: (text) => {
      if (isTerminal) {
        process.stderr.write(`\r\u001b[2K        ${text.slice(0, Math.max(20, process.stderr.columns - 10))}`);
        liveShown = true;
      } else if (text !== lastLive && Date.now() - lastLiveAt > 5000) {
        write(`        ${text}`);
        lastLiveAt = Date.now();
      }
      lastLive = text;
    },
  };
}
