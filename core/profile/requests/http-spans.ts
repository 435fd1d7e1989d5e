// HTTP requests in the trace events of Node (`node.http`): async begin/end pairs `http.server.request` and `http.client.request`, told
// apart by id. The end carries url or path and status. Our recorder adds instants (`ph: n`) with method and peer right after a begin.
import { z } from 'zod';

export interface HttpSpan {
  side: 'server' | 'client';
  method: string;
  /** Path with its ids folded, without the query. */
  route: string;
  /** `host:port` of an outbound request; empty when unknown. */
  peer: string;
  status: number | null;
  /** Microseconds of the profiler's clock. */
  startUs: number;
  /** Null = still open when the capture ended. */
  endUs: number | null;
}

const eventSchema = z.object({
  name: z.enum(['http.server.request', 'http.client.request']),
  ph: z.enum(['b', 'e', 'n']),
  id: z.union([z.string(), z.number()]).optional(),
  ts: z.number(),
  args: z
    .object({
      data: z
        .object({
          url: z.string(),
          path: z.string(),
          method: z.string(),
          peer: z.string(),
          statusCode: z.number(),
        })
        .partial(),
    })
    .partial()
    .optional(),
});
type HttpEvent = z.infer<typeof eventSchema>;

/** Begin and instant of one request are written in the same call: inbound the begin first, outbound the instant. */
const maxInstantLagUs = 20_000;

/** Spans of all requests that began in the trace, by start. Events of other kinds are ignored. */
export function httpSpans(traceEvents: readonly unknown[]): HttpSpan[] {
  const events = traceEvents.flatMap((raw) => {
    const event = eventSchema.safeParse(raw);
    return event.success ? [event.data] : [];
  });
  const open = new Map<string, HttpSpan>();
  const spans: HttpSpan[] = [];
  const instants = events.filter((event) => event.ph === 'n');
  for (const event of events.filter((entry) => entry.ph !== 'n').sort((x, y) => x.ts - y.ts || order(x) - order(y))) {
    const key = `${event.name}${event.id ?? ''}`;
    const data = event.args?.data ?? {};
    if (event.ph === 'b') {
      const span = toSpan(event);
      open.set(key, span);
      spans.push(span);
      continue;
    }
    const span = open.get(key);
    open.delete(key);
    if (span === undefined) continue;
    span.endUs = event.ts;
    span.status = data.statusCode ?? null;
    span.route = routeOf(data) || span.route;
  }
  nameSpans(spans, instants);
  return spans;
}

function toSpan(event: HttpEvent): HttpSpan {
  const data = event.args?.data ?? {};
  return {
    side: sideOf(event),
    method: data.method ?? '',
    route: routeOf(data),
    peer: data.peer ?? '',
    status: null,
    startUs: event.ts,
    endUs: null,
  };
}

function sideOf(event: HttpEvent): HttpSpan['side'] {
  return event.name === 'http.server.request' ? 'server' : 'client';
}

function order(event: HttpEvent): number {
  return event.ph === 'b' ? 0 : 1;
}

/** Gives each instant's method, peer and path to its begin: the last one before it inbound, the first one after it outbound. */
function nameSpans(spans: readonly HttpSpan[], instants: readonly HttpEvent[]): void {
  const ordered = [...instants].sort((x, y) => x.ts - y.ts);
  for (const side of ['server', 'client'] as const) {
    const nameless = spans.filter((span) => span.side === side && span.method === '');
    let next = 0;
    for (const instant of ordered.filter((event) => sideOf(event) === side)) {
      while ((nameless[next]?.startUs ?? Infinity) < instant.ts + (side === 'server' ? 1 : 0)) next++;
      const span = nameless[side === 'server' ? next - 1 : next];
      if (span === undefined || span.method !== '' || Math.abs(span.startUs - instant.ts) > maxInstantLagUs) continue;
      const data = instant.args?.data ?? {};
      span.method = data.method ?? '';
      span.peer = data.peer ?? '';
      if (span.route === '') span.route = routeOf(data);
    }
  }
}

function routeOf(data: { url?: string | undefined; path?: string | undefined }): string {
  const url = data.url ?? data.path;
  return url === undefined ? '' : foldRoute(url);
}

/**
 * Path without origin and query, its variable segments folded to `:id`: numbers, UUIDs, long hexadecimal or mixed tokens, and anything
 * with an `@` or percent-encoding. Words stay.
 */
export function foldRoute(url: string): string {
  const path = url.replace(/^[a-z][\w+.-]*:\/\/[^/]*/i, '').split(/[?#]/)[0] ?? '';
  const folded = path.split('/').map((segment) => (isVariable(segment) ? ':id' : segment));
  const joined = folded.join('/');
  return joined.startsWith('/') ? joined : `/${joined}`;
}

function isVariable(segment: string): boolean {
  if (/^v\d{1,2}$/.test(segment)) return false;
  if (/^-?\d+(?:[.,:-]\d+)*$/.test(segment)) return true;
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(segment)) return true;
  if (/^[0-9a-f]{12,}$/i.test(segment) && /\d/.test(segment)) return true;
  if (/[@%]/.test(segment)) return true;
  // `A-1042`, `sku_17`, `ord_8f3kx92ab0`: letters with a number of their own.
  return /\d\d$/.test(segment) || (segment.length >= 16 && /\d/.test(segment) && /[a-z]/i.test(segment)) || /^[A-Z]+[-_]\d+$/.test(segment);
}
