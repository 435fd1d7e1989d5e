import { z } from 'zod';
import type { TimedLine } from '../../core/command/logs/log-line.js';
import { EvidenceUnavailableError } from '../../core/model/errors.js';
import { startDeadline } from '../checks/time-limit.js';
import type { LogOrder, LogSource, LogStream } from './log-source.js';

const withinMs = 10_000;
/** What a server gives at most, unless it was told otherwise (limits_config.max_entries_limit_per_query). */
const pageLines = 5_000;
const mostPages = 6;

/** Times are nanoseconds as text: beyond what a number holds exactly. */
const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('streams'),
    result: z.array(
      z.object({ stream: z.record(z.string(), z.string()), values: z.array(z.tuple([z.string(), z.string()]).rest(z.unknown())) }),
    ),
  }),
});

interface LokiLine {
  atNs: bigint;
  stream: string;
  text: string;
}

function unavailable(origin: string, why: string): EvidenceUnavailableError {
  return new EvidenceUnavailableError({
    id: 'loki',
    what: 'the logs in Loki',
    why: `Loki at ${origin}: ${why}`,
    remedy: 'Check the address and the query of logs in the catalog (logcli query).',
  });
}

async function page(
  origin: string,
  query: string,
  { startNs, endNs }: { startNs: bigint; endNs: bigint },
  signal: AbortSignal,
): Promise<LokiLine[]> {
  const parameters = new URLSearchParams({
    query,
    start: String(startNs),
    end: String(endNs),
    limit: String(pageLines),
    direction: 'backward',
  });
  const limit = startDeadline(signal, withinMs);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${origin.replace(/(?<!\/)\/+$/, '')}/loki/api/v1/query_range?${parameters.toString()}`, {
      redirect: 'error',
      signal: limit.signal,
    });
    text = await response.text();
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error ? error.cause : null;
    throw unavailable(origin, cause instanceof Error ? cause.message : error instanceof Error ? error.message : String(error));
  } finally {
    limit.end();
  }
  if (!response.ok) throw unavailable(origin, `status ${response.status}: ${text.slice(0, 200)}`);
  const parsed = answerSchema.safeParse(parseJson(text));
  if (!parsed.success) throw unavailable(origin, 'it answered with no streams of lines; the query must select logs, not count them');
  return parsed.data.data.result.flatMap(({ stream, values }) => {
    const name = JSON.stringify(Object.entries(stream).sort());
    return values.map(([atNs, line]) => ({ atNs: BigInt(atNs), stream: name, text: line }));
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function streamsOf(lines: readonly LokiLine[], completeFromMs: number | null): LogStream[] {
  const streams = new Map<string, TimedLine[]>();
  // Pages come newest first; lines of one moment keep their order within the page.
  for (const { atNs, stream, text } of lines.toSorted((left, right) => (left.atNs < right.atNs ? -1 : left.atNs > right.atNs ? 1 : 0))) {
    const known = streams.get(stream) ?? [];
    known.push({ text, atMs: Number(atNs / 1_000_000n), level: null });
    streams.set(stream, known);
  }
  return [...streams].map(([name, each]) => ({ name, lines: each, completeFromMs }));
}

async function read(origin: string, query: string, { fromMs, toMs, signal }: LogOrder): Promise<LogStream[]> {
  const startNs = BigInt(Math.floor(fromMs)) * 1_000_000n;
  let endNs = BigInt(Math.ceil(toMs)) * 1_000_000n;
  const lines = new Map<string, LokiLine>();
  for (let number = 0; number < mostPages; number += 1) {
    const found = await page(origin, query, { startNs, endNs }, signal);
    const before = lines.size;
    for (const [index, line] of found.entries()) lines.set(`${line.stream} ${line.atNs} ${line.text} ${countBefore(found, index)}`, line);
    if (found.length < pageLines) return streamsOf([...lines.values()], null);
    const oldestNs = found.reduce((least, { atNs }) => (atNs < least ? atNs : least), endNs);
    // `end` is exclusive: one more, so that other lines of the same moment are not lost. A page of one moment only would come again for ever.
    endNs = lines.size === before ? oldestNs : oldestNs + 1n;
  }
  return streamsOf([...lines.values()], Number(endNs / 1_000_000n) + 1);
}

/** How many equal lines of the same moment stand before it in the page: they are several, not one that came twice. */
function countBefore(found: readonly LokiLine[], index: number): number {
  const line = found[index];
  let count = 0;
  for (let before = index - 1; before >= 0; before -= 1) {
    const other = found[before];
    if (other === undefined || line === undefined || other.atNs !== line.atNs || other.stream !== line.stream) break;
    if (other.text === line.text) count += 1;
  }
  return count;
}

export const loki: LogSource<'loki'> = {
  kind: 'loki',
  title: 'a query of Loki',
  open: ({ loki: origin, query }) =>
    origin === undefined || query === undefined ? null : { name: `loki ${query}`, read: (order) => read(origin, query, order) },
};
