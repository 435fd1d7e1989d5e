// NodeTracing tells begin, end, path and status of a request, but neither its method nor the peer of an outbound one, and nothing of
// `fetch`. Node's diagnostics channels do. This small subscriber runs inside the target while the capture lasts, keeps no more than
// numbers, methods, hosts and paths (never a query string, header or body), is bounded, and removes itself when its lease is not renewed: a
// capture whose worker was killed must not keep the next one out.
import { z } from 'zod';
import { evaluate, type InspectorSession } from './inspector-session.js';

const maxEvents = 300_000;
/** Renewed twice a second while the capture lives; shorter than the time after which Temporal gives a dead worker's load to the next. */
const leaseMs = 6000;

const recorderScript = `(() => {
  const load = typeof process.getBuiltinModule === 'function' ? process.getBuiltinModule.bind(process) : require;
  const key = Symbol.for('perf-incident-responder.capture');
  const other = globalThis[key];
  if (other !== undefined && other.untilMs > Date.now()) return 'busy';
  if (other !== undefined) other.stop();
  const channels = load('diagnostics_channel');
  const events = [];
  const ids = new WeakMap();
  let lastId = 0;
  const keep = (event) => { if (events.length < ${maxEvents}) events.push([Number(process.hrtime.bigint() / 1000n), ...event]); };
  const path = (text) => String(text ?? '').split(/[?#]/)[0].slice(0, 300);
  const listeners = {
    'http.server.request.start': ({ request }) => keep(['server', String(request.method), path(request.url)]),
    'http.client.request.start': ({ request }) => keep(['client', String(request.method), String(request.getHeader('host') ?? request.host ?? '')]),
    'undici:request:create': ({ request }) => {
      ids.set(request, ++lastId);
      keep(['fetch', lastId, String(request.method), String(request.origin ?? '').replace(/^[a-z]+:\\/\\//, ''), path(request.path)]);
    },
    'undici:request:headers': ({ request, response }) => { request[key] = response.statusCode; },
    'undici:request:trailers': ({ request }) => keep(['fetched', ids.get(request) ?? 0, Number(request[key] ?? 0)]),
    'undici:request:error': ({ request }) => keep(['fetched', ids.get(request) ?? 0, 0]),
  };
  const guarded = Object.entries(listeners).map(([name, listener]) => [name, (message) => { try { listener(message); } catch {} }]);
  for (const [name, listener] of guarded) channels.channel(name).subscribe(listener);
  const stop = () => {
    for (const [name, listener] of guarded) channels.channel(name).unsubscribe(listener);
    clearTimeout(timer);
    delete globalThis[key];
  };
  let timer = setTimeout(stop, ${leaseMs}).unref();
  const recorder = { untilMs: Date.now() + ${leaseMs}, events, stop };
  recorder.renew = () => {
    clearTimeout(timer);
    timer = setTimeout(stop, ${leaseMs}).unref();
    recorder.untilMs = Date.now() + ${leaseMs};
  };
  globalThis[key] = recorder;
  return 'recording';
})()`;

const renewScript = `globalThis[Symbol.for('perf-incident-responder.capture')]?.renew()`;

const takeScript = `(() => {
  const recorder = globalThis[Symbol.for('perf-incident-responder.capture')];
  if (recorder === undefined) return '[]';
  recorder.stop();
  return JSON.stringify(recorder.events);
})()`;

/** Starts recording until taken, or until its lease runs out. `busy` = another capture of this process is under way. */
export async function startRecorder(session: InspectorSession): Promise<'recording' | 'busy' | 'unsupported'> {
  try {
    return (await evaluate(session, recorderScript)) === 'busy' ? 'busy' : 'recording';
  } catch {
    // Frozen intrinsics or a very old Node: the spans of NodeTracing alone must do.
    return 'unsupported';
  }
}

/** Says that the capture is alive. A blocked event loop answers late, and is no reason to fail. */
export function renewRecorder(session: InspectorSession): void {
  evaluate(session, renewScript).catch(() => undefined);
}

const recordedSchema = z.array(
  z.union([
    z.tuple([z.number(), z.literal('server'), z.string(), z.string()]),
    z.tuple([z.number(), z.literal('client'), z.string(), z.string()]),
    z.tuple([z.number(), z.literal('fetch'), z.number(), z.string(), z.string(), z.string()]),
    z.tuple([z.number(), z.literal('fetched'), z.number(), z.number()]),
  ]),
);

/** Stops recording; the records in the shape of trace events, on the same clock (microseconds, monotonic). */
export async function takeRecorded(session: InspectorSession, timeoutMs: number): Promise<unknown[]> {
  const text = await evaluate(session, takeScript, timeoutMs);
  const records = recordedSchema.parse(JSON.parse(typeof text === 'string' ? text : '[]'));
  return records.map((record) => {
    switch (record[1]) {
      case 'server':
        return { name: 'http.server.request', ph: 'n', ts: record[0], args: { data: { method: record[2], url: record[3] } } };
      case 'client':
        return { name: 'http.client.request', ph: 'n', ts: record[0], args: { data: { method: record[2], peer: record[3] } } };
      case 'fetch': {
        const data = { method: record[3], peer: record[4], path: record[5] };
        return { name: 'http.client.request', ph: 'b', id: `fetch-${record[2]}`, ts: record[0], args: { data } };
      }
      case 'fetched':
        return { name: 'http.client.request', ph: 'e', id: `fetch-${record[2]}`, ts: record[0], args: { data: { statusCode: record[3] } } };
    }
  });
}
