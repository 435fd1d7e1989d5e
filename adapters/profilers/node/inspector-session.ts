// A session with V8's inspector over a WebSocket: https://chromedevtools.github.io/devtools-protocol/v8/
import WebSocket from 'ws';
import { z } from 'zod';

/** Five calls are all that is needed, so there is no protocol library behind this. */
export interface InspectorSession {
  /** Result of one call. Rejects when the target answers with an error, is silent for `timeoutMs`, or the connection ends. */
  call(method: string, params?: Record<string, unknown>, timeoutMs?: number): Promise<unknown>;
  on(event: string, listener: (params: unknown) => void): void;
  /** Settles when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>;
  close(): void;
}

const messageSchema = z.union([
  z.object({ id: z.number(), result: z.unknown(), error: z.object({ message: z.string() }).optional() }),
  z.object({ method: z.string(), params: z.unknown() }),
]);

/**
 * Null for one that cannot be read: Node's tracing has written broken JSON (seen on 20.20 beside much output to the console), and an error in a listener
 * would end the worker. What an event had to tell is lost then; a call without its answer ends with its own time.
 */
function readMessage(data: Buffer): z.infer<typeof messageSchema> | null {
  try {
    return messageSchema.parse(JSON.parse(data.toString('utf8')));
  } catch {
    return null;
  }
}

const defaultTimeoutMs = 15_000;

/** A profile of a long window is one message. */
const maxPayloadBytes = 512 * 1024 * 1024;

interface Pending {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

export async function openInspectorSession(url: string): Promise<InspectorSession> {
  const socket = new WebSocket(url, { maxPayload: maxPayloadBytes, perMessageDeflate: false, handshakeTimeout: 5000 });
  const pending = new Map<number, Pending>();
  const listeners = new Map<string, (params: unknown) => void>();
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      for (const call of pending.values()) call.reject(new Error('the inspector connection ended'));
      pending.clear();
      resolve();
    });
  });
  socket.on('message', (data: Buffer) => {
    const message = readMessage(data);
    if (message === null) return;
    if ('method' in message) listeners.get(message.method)?.(message.params);
    else if (message.error === undefined) pending.get(message.id)?.resolve(message.result);
    else pending.get(message.id)?.reject(new Error(message.error.message));
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => socket.terminate());
  return {
    call: createCaller(socket, pending),
    on: (event, listener) => void listeners.set(event, listener),
    closed,
    close: () => socket.close(),
  };
}

function createCaller(socket: WebSocket, pending: Map<number, Pending>): InspectorSession['call'] {
  let lastId = 0;
  return async (method, params = {}, timeoutMs = defaultTimeoutMs) => {
    const id = ++lastId;
    if (socket.readyState !== WebSocket.OPEN) throw new Error(`${method}: the inspector connection has ended`);
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<unknown>((resolve, reject) => {
        pending.set(id, { resolve, reject });
        timer = setTimeout(() => reject(new Error(`${method}: no answer in ${timeoutMs} ms`)), timeoutMs);
        socket.send(JSON.stringify({ id, method, params }));
      });
    } finally {
      clearTimeout(timer);
      pending.delete(id);
    }
  };
}

const evaluationSchema = z.object({
  result: z.object({ value: z.unknown() }),
  exceptionDetails: z.object({ text: z.string(), exception: z.object({ description: z.string() }).partial().optional() }).optional(),
});

/** Value of an expression in the target; `require` is there for versions without `process.getBuiltinModule`. */
export async function evaluate(session: InspectorSession, expression: string, timeoutMs?: number): Promise<unknown> {
  const params = { expression, returnByValue: true, includeCommandLineAPI: true, silent: true };
  const answer = evaluationSchema.parse(await session.call('Runtime.evaluate', params, timeoutMs));
  if (answer.exceptionDetails === undefined) return answer.result.value;
  throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text);
}
