/** One entry of a log: what its line tells of itself. Fields are null where the line does not say. */
export interface LogEntry {
  atMs: number | null;
  level: LogLevel | null;
  /** Path of the request, where the line names one. */
  path: string | null;
  message: string;
  /** Lines of a stack or a continuation that belong to it. */
  more: string[];
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug';

const levelWords: Readonly<Record<string, LogLevel>> = {
  fatal: 'fatal',
  panic: 'fatal',
  critical: 'fatal',
  crit: 'fatal',
  emerg: 'fatal',
  alert: 'fatal',
  error: 'error',
  err: 'error',
  severe: 'error',
  exception: 'error',
  warn: 'warn',
  warning: 'warn',
  info: 'info',
  notice: 'info',
  log: 'info',
  debug: 'debug',
  trace: 'debug',
  verbose: 'debug',
};

/** Numbers of pino and bunyan. */
const levelNumbers: readonly (readonly [number, LogLevel])[] = [
  [60, 'fatal'],
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
  [0, 'debug'],
];

const timeKeys = ['time', 'timestamp', '@timestamp', 'ts', 'datetime', 'date'] as const;
const levelKeys = ['level', 'severity', 'lvl', 'log.level', 'levelname'] as const;
const messageKeys = ['msg', 'message', 'event', 'error', 'err'] as const;
const pathKeys = ['path', 'url', 'uri', 'route', 'req.url', 'request_path'] as const;

const timestamp = /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:\s?(?:Z|UTC|[+-]\d{2}:?\d{2}))?/;
const requestPath = /\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\s+(\/[^\s"?]*)|"path"\s*:\s*"([^"?]*)/;

/** Milliseconds of a time as logs write it: ISO, with a comma, epoch seconds, milliseconds or nanoseconds. */
function timeOf(value: unknown): number | null {
  if (typeof value === 'number') {
    // Seconds, milliseconds, microseconds and nanoseconds since 1970 are told by their size: they differ a thousandfold.
    const unit = [1e11, 1e14, 1e17].findIndex((limit) => value < limit);
    return value > 0 ? value * ([1000, 1, 1e-3][unit] ?? 1e-6) : null;
  }
  if (typeof value !== 'string') return null;
  if (/^\d{9,19}(\.\d+)?$/.test(value)) return timeOf(Number(value));
  const text = timestamp.exec(value)?.[0];
  if (text === undefined) return null;
  // Without a zone it is UTC: containers run in it, and the zone of our own process has nothing to do with theirs.
  const iso = text
    .replace(' ', 'T')
    .replace(',', '.')
    .replace(/\s?UTC$/, 'Z')
    .replace(/(\.\d{3})\d+/, '$1')
    .replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
  const parsed = Date.parse(/(?:Z|[+-]\d{2}:\d{2})$/.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(parsed) ? null : parsed;
}

function levelOf(value: unknown): LogLevel | null {
  if (typeof value === 'number') return levelNumbers.find(([least]) => value >= least)?.[1] ?? null;
  return typeof value === 'string' ? (levelWords[value.toLowerCase()] ?? null) : null;
}

/** A key may name a path of keys, `req.url`. */
function field(record: Record<string, unknown>, keys: readonly string[]): unknown {
  for (const key of keys) {
    if (record[key] !== undefined) return record[key];
    const [outer = '', inner] = key.split('.');
    const nested = inner === undefined ? undefined : record[outer];
    if (typeof nested === 'object' && nested !== null && inner !== undefined) {
      const value = (nested as Record<string, unknown>)[inner];
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

function withoutQuery(path: unknown): string | null {
  return typeof path === 'string' && path !== '' ? (path.split('?')[0] ?? null) : null;
}

function fromJson(line: string): LogEntry | null {
  if (!line.startsWith('{')) return null;
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof record !== 'object' || record === null) return null;
  const fields = record as Record<string, unknown>;
  const message = field(fields, messageKeys);
  const nested = typeof message === 'object' && message !== null ? (message as { message?: unknown }).message : message;
  return {
    atMs: timeOf(field(fields, timeKeys)),
    level: levelOf(field(fields, levelKeys)),
    path: withoutQuery(field(fields, pathKeys)),
    message: typeof nested === 'string' ? nested : line,
    more: typeof fields['stack'] === 'string' ? fields['stack'].split('\n').slice(1) : [],
  };
}

/** The level is a word of its own near the begin, as loggers print it; the word "error" within a sentence is none. */
const levelToken =
  /(?:^|[\s[|<("])(FATAL|PANIC|CRITICAL|CRIT|EMERG|ALERT|ERROR|ERR|SEVERE|WARN|WARNING|INFO|NOTICE|LOG|DEBUG|TRACE|VERBOSE)(?=$|[\s\]|>:)"])/;
const levelPair = /\b(?:level|lvl|severity)=["']?(\w+)/i;
const namedError = /^(?:Uncaught\s+)?(?:[\w.$]+(?:Error|Exception))\b/;

function fromText(line: string): LogEntry {
  const head = line.slice(0, 160);
  const word = levelPair.exec(head)?.[1] ?? levelToken.exec(head)?.[1] ?? null;
  const path = requestPath.exec(line);
  const level = levelOf(word) ?? (namedError.test(line) ? 'error' : null);
  const message = line
    .replace(timestamp, '')
    .replace(levelToken, ' ')
    .replace(/^[\s[\](){}|:,-]+/, '')
    .trim();
  return {
    atMs: timeOf(head),
    level,
    path: withoutQuery(path?.[1] ?? path?.[2]),
    message: message === '' ? line.trim() : message,
    more: [],
  };
}

export function readLogLine(line: string): LogEntry {
  return fromJson(line.trim()) ?? fromText(line);
}

/** Lines that go on with the one before: indented, frames of a stack, causes, Python's traceback up to its last line. */
const continuation =
  /^(?:\s+\S|\s*at\s|Caused by:|\s*\.\.\. \d+ more|Traceback \(most recent call last\)|During handling of the above|The above exception|goroutine \d+ \[|\t|\})/;

/** A line whose source tells its time or level beside it: a journal, a container engine. What the line itself says counts first. */
export interface TimedLine {
  text: string;
  atMs: number | null;
  level: LogLevel | null;
}

function entryOf(line: string | TimedLine): LogEntry {
  if (typeof line === 'string') return readLogLine(line);
  const entry = readLogLine(line.text);
  return { ...entry, atMs: entry.atMs ?? line.atMs, level: entry.level ?? line.level };
}

/**
 * Entries of consecutive lines. A stack belongs to the entry above it. The line after a Python traceback, which names the exception, ends it.
 */
export function joinEntries(lines: Iterable<string | TimedLine>): LogEntry[] {
  const entries: LogEntry[] = [];
  let inTraceback = false;
  for (const given of lines) {
    const line = typeof given === 'string' ? given : given.text;
    if (line.trim() === '') continue;
    const last = entries.at(-1);
    const goesOn = continuation.test(line);
    const endsTraceback = inTraceback && !goesOn && timestamp.exec(line) === null;
    if (last !== undefined && (goesOn || endsTraceback)) last.more.push(line);
    else entries.push(entryOf(given));
    inTraceback = goesOn && (inTraceback || line.startsWith('Traceback'));
  }
  return entries;
}
