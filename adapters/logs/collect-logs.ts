import type { Catalog } from '../../config/catalog.js';
import type { CatalogLog } from '../../config/catalog/operations.js';
import { joinEntries, type LogEntry } from '../../core/command/logs/log-line.js';
import { isProblem, summarizeLogs, type LogTemplate } from '../../core/command/logs/summarize-logs.js';
import { EvidenceUnavailableError } from '../../core/model/errors.js';
import { startDeadline, withinTime } from '../checks/time-limit.js';
import type { LogOrder, LogStream } from './log-source.js';
import { logSources } from './registry.js';

export interface UnreadLog {
  source: string;
  why: string;
  remedy: string;
}

export interface ServiceLogs {
  service: string;
  /** Begin of the window, ISO 8601 in UTC. */
  since: string;
  /** Messages that report something wrong, new and rising ones first. */
  templates: LogTemplate[];
  unread: UnreadLog[];
  /** All entries of the window, whatever they report. */
  entries: number;
}

export interface LogsOrder {
  catalog: Catalog;
  service: string;
  /** Length of the window that ends now; the hour before it is what is usual. */
  sinceMs: number;
  signal: AbortSignal;
  budgetMs?: number;
}

const defaultBudgetMs = 15_000;
/** The seed compares with the hour before. */
const compareMs = 3_600_000;

async function readOne(log: CatalogLog, order: LogOrder): Promise<{ streams: LogStream[]; unread: UnreadLog[] }> {
  const opened = logSources.map((source) => source.open(log)).find((found) => found !== null);
  if (opened === undefined) throw new Error(`no reader of logs takes ${Object.keys(log).join(', ')}`);
  try {
    return { streams: await withinTime(order.signal, () => opened.read(order)), unread: [] };
  } catch (error) {
    const { why, remedy } =
      error instanceof EvidenceUnavailableError
        ? error.missing
        : {
            why: order.signal.aborted ? 'it was not read in time' : error instanceof Error ? error.message : String(error),
            remedy: 'Read it by hand.',
          };
    return { streams: [], unread: [{ source: opened.name, why, remedy }] };
  }
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Streams of which not even the window was read whole. */
function cut(streams: readonly LogStream[], fromMs: number): UnreadLog[] {
  return streams.flatMap(({ name, completeFromMs }) =>
    completeFromMs === null || completeFromMs <= fromMs
      ? []
      : [
          {
            source: name,
            why: `it has more than is read at once: only lines since ${isoOf(completeFromMs)} count`,
            remedy: 'Choose a shorter --since.',
          },
        ],
  );
}

/** Reads a service's logs and mines what they report. A source that cannot be read is a row of `unread`. Rejects only with the reason of `signal`. */
export async function collectLogs({ catalog, service, sinceMs, signal, budgetMs = defaultBudgetMs }: LogsOrder): Promise<ServiceLogs> {
  signal.throwIfAborted();
  const limit = startDeadline(signal, budgetMs);
  const toMs = Date.now();
  const fromMs = toMs - sinceMs;
  const order = { fromMs: fromMs - compareMs, toMs, directory: catalog.directory, signal: limit.signal };
  const logs = catalog.services[service]?.logs ?? [];
  const read = await Promise.all(logs.map(async (log) => await readOne(log, order))).finally(limit.end);
  signal.throwIfAborted();
  const streams = read.flatMap((one) => one.streams);
  const entries: LogEntry[] = streams.flatMap(({ lines }) => joinEntries(lines));
  const complete = Math.max(order.fromMs, ...streams.map(({ completeFromMs }) => completeFromMs ?? order.fromMs));
  const window = { fromMs, toMs, beforeFromMs: complete < fromMs ? complete : null };
  const none: UnreadLog[] =
    logs.length > 0
      ? []
      : [{ source: service, why: 'the catalog names no log of it', remedy: 'Write logs: [{ file: /var/log/…/*.log }] for the service.' }];
  return {
    service,
    since: isoOf(fromMs),
    templates: summarizeLogs(entries.filter(isProblem), window),
    unread: [...none, ...read.flatMap(({ unread }) => unread), ...cut(streams, fromMs)],
    entries: entries.filter(({ atMs }) => atMs === null || atMs >= fromMs).length,
  };
}
