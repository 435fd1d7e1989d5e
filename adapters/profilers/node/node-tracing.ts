// The inspector's NodeTracing domain: https://github.com/nodejs/node/blob/v20.x/src/inspector/node_protocol.pdl
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { InspectorSession } from './inspector-session.js';

const collectedSchema = z.object({ value: z.array(z.unknown()) });
const maxTraceEvents = 1_000_000;

/** Node sends the events after `tracingComplete`, so the end is a silence. Measured: within 200 ms. */
const traceQuietMs = 300;
const traceTimeoutMs = 5000;

/** Begins to collect the spans of HTTP requests; null where this build of Node has no tracing. */
export async function startTrace(session: InspectorSession): Promise<{ stop: () => Promise<unknown[]> } | null> {
  const events: unknown[] = [];
  let lastAt = 0;
  session.on('NodeTracing.dataCollected', (params) => {
    lastAt = Date.now();
    for (const event of collectedSchema.parse(params).value) if (events.length < maxTraceEvents) events.push(withoutQuery(event));
  });
  try {
    await session.call('NodeTracing.start', { traceConfig: { includedCategories: ['node.http'] } });
  } catch {
    return null;
  }
  return {
    stop: async () => {
      await session.call('NodeTracing.stop');
      const begin = Date.now();
      lastAt = begin;
      while (
        Date.now() - begin < traceTimeoutMs &&
        (Date.now() - lastAt < traceQuietMs || (events.length === 0 && Date.now() - begin < 1000))
      ) {
        await sleep(50);
      }
      return events;
    },
  };
}

const requestEventSchema = z.looseObject({
  args: z.object({ data: z.looseObject({ url: z.string().optional(), path: z.string().optional() }) }),
});

/** Query strings may hold secrets; they never leave the capture. */
function withoutQuery(event: unknown): unknown {
  const request = requestEventSchema.safeParse(event);
  if (!request.success) return event;
  const { data } = request.data.args;
  const cut = (text: string): string => text.split(/[?#]/)[0] ?? '';
  const url = data.url === undefined ? {} : { url: cut(data.url) };
  const path = data.path === undefined ? {} : { path: cut(data.path) };
  return { ...request.data, args: { data: { ...data, ...url, ...path } } };
}
