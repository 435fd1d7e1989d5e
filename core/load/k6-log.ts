import { z } from 'zod';
import { readFailedAnswer, type FailedAnswer } from './failed-answer.js';
import { exceptionKey } from './judge/guards.js';

const lineSchema = z.object({
  level: z.string(),
  msg: z.string(),
  error: z.string().optional(),
  source: z.string().optional(),
  hint: z.string().optional(),
});

interface K6LogLine {
  level: string;
  /** One line: stack traces are cut to the first frame. */
  text: string;
  isException: boolean;
}

/** One line of `--log-format json`; lines of another form come back as they are. */
function readLogLine(line: string): K6LogLine {
  const parsed = lineSchema.safeParse(parseJson(line));
  if (!parsed.success) return { level: 'info', text: line, isException: false };
  const { level, msg, error, source } = parsed.data;
  const [first = '', frame] = msg.split('\n').map((part) => part.trim());
  const text = [first, ...(frame?.startsWith('at ') === true ? [frame] : []), ...(error === undefined ? [] : [error])].join(' ');
  return { level, text, isException: source === 'stacktrace' };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Counts uncaught exceptions by their text, at most twenty kinds, and keeps the last lines. */
export interface K6LogDigest {
  add: (line: string) => void;
  /** For LoadResult.errors. */
  exceptions: () => Record<string, number>;
  /** Last lines, oldest first. */
  tail: () => string[];
  lastError: () => string | null;
  /** The first failing answer whose body the script kept. */
  failedAnswer: () => FailedAnswer | null;
}

const kindsKept = 20;

/** `redact` removes what must not be stored from every line before it is kept. */
export function createLogDigest(redact: (text: string) => string, linesKept = 200): K6LogDigest {
  const counts: Record<string, number> = {};
  const lines: string[] = [];
  let lastError: string | null = null;
  let failedAnswer: FailedAnswer | null = null;
  return {
    add: (raw) => {
      if (raw.trim() === '') return;
      const { level, text, isException } = readLogLine(redact(raw));
      const failed = readFailedAnswer(text);
      if (failed !== null) {
        failedAnswer ??= failed;
        return;
      }
      if (isException) {
        const key = exceptionKey + text.slice(0, 300);
        if (key in counts || Object.keys(counts).length < kindsKept) counts[key] = (counts[key] ?? 0) + 1;
      }
      if (level === 'error' || level === 'fatal') lastError = text;
      // A dead target repeats one line for every request.
      const line = `${level}: ${text.slice(0, 500)}`;
      if (lines.at(-1) !== line) lines.push(line);
      if (lines.length > linesKept) lines.shift();
    },
    exceptions: () => ({ ...counts }),
    tail: () => [...lines],
    lastError: () => lastError,
    failedAnswer: () => failedAnswer,
  };
}

/** Removes the values of headers, body and query of a request, so that no log or artifact holds them. */
export function createRedactor(request: { url: string; headers: Record<string, string>; body: string | null }): (text: string) => string {
  const query = /\?([^#]*)/.exec(request.url)?.[1] ?? '';
  const user = /^[a-z][a-z0-9+.-]*:\/\/([^/@]*)@/i.exec(request.url)?.[1];
  const queryValues = query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1));
  const secrets = [query, ...queryValues, ...queryValues.map(decoded), ...Object.values(request.headers), request.body ?? '', user ?? '']
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    // Shorter ones are words like `1` or `red`, and whole messages would be blanked.
    .filter((secret) => secret.length >= 6)
    .sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((redacted, secret) => redacted.replaceAll(secret, '[redacted]'), text);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
