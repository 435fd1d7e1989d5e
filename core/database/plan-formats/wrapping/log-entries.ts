import type { PlanLine, PlanText } from '../plan-text.js';

/** auto_explain: `duration: 950.301 ms  plan:`; the words are those of the language of the server's messages. */
const planBegins = /(?:^|[:\s])\p{L}[\p{L} ]{2,20}: ([\d.]+) (?:ms|мс|мсек)\s+\p{L}+\s*:(?=\s|$|\{|\\)/u;
const entryBegins = /(?:^|\s|:|\])(?:LOG|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|DETAIL|HINT|CONTEXT|STATEMENT|DEBUG\d?):\s\s/;

/** Cuts a server log at the entries of auto_explain. Without any, all lines are one text. */
export function splitLogEntries(lines: readonly PlanLine[]): PlanText[] {
  const texts: PlanText[] = [];
  let current: PlanText | null = null;
  for (const line of lines) {
    const begins = line.text.length > longestEntryHead ? planBegins.exec(line.text.slice(0, longestEntryHead)) : planBegins.exec(line.text);
    if (begins !== null) {
      current = { durationMs: Number(begins[1]), lines: [] };
      texts.push(current);
      const rest = line.text.slice(begins.index + begins[0].length);
      if (rest.trim() !== '') current.lines.push({ ...line, text: rest });
    } else if (!line.text.startsWith('\t') && entryBegins.test(line.text.slice(0, longestEntryHead))) current = null;
    else current?.lines.push({ ...line, text: line.text.replace(/^\t/, '') });
  }
  return texts.length === 0 ? [{ lines: [...lines], durationMs: null }] : texts;
}

/** A prefix of a log line names times, users, databases, hosts: far below this. */
const longestEntryHead = 2000;
