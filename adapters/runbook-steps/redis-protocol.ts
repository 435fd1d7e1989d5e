/** As much of Redis' protocol (RESP2, redis.io/docs/reference/protocol-spec) as a step needs: one connection, one command after the other. */
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export type Reply = string | number | null | Reply[] | RedisError;

export class RedisError extends Error {
  override readonly name = 'RedisError';
}

export interface RedisConnection {
  send: (argv: readonly string[]) => Promise<Reply>;
  close: () => void;
}

/** A reply and where it ends; null: not all of it has come. */
function parse(bytes: Buffer, at: number): { value: Reply; end: number } | null {
  const lineEnd = bytes.indexOf('\r\n', at);
  if (lineEnd < 0) return null;
  const line = bytes.toString('utf8', at + 1, lineEnd);
  const next = lineEnd + 2;
  switch (String.fromCharCode(bytes[at] ?? 0)) {
    case '+':
      return { value: line, end: next };
    case '-':
      return { value: new RedisError(line), end: next };
    case ':':
      return { value: Number(line), end: next };
    case '$': {
      const length = Number(line);
      if (length < 0) return { value: null, end: next };
      return bytes.length < next + length + 2 ? null : { value: bytes.toString('utf8', next, next + length), end: next + length + 2 };
    }
    case '*':
      return parseList(bytes, next, Number(line));
    default:
      throw new RedisError(`expected a reply of Redis, got ${JSON.stringify(bytes.toString('utf8', at, at + 20))}`);
  }
}

function parseList(bytes: Buffer, from: number, length: number): { value: Reply; end: number } | null {
  const items: Reply[] = [];
  let end = from;
  for (let index = 0; index < length; index += 1) {
    const item = parse(bytes, end);
    if (item === null) return null;
    items.push(item.value);
    end = item.end;
  }
  return { value: length < 0 ? null : items, end };
}

function encode(argv: readonly string[]): string {
  return `*${argv.length}\r\n${argv.map((item) => `$${Buffer.byteLength(item)}\r\n${item}\r\n`).join('')}`;
}

function openSocket(url: URL): Socket {
  const target = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 6379) };
  return url.protocol === 'rediss:' ? connectTls({ ...target, servername: target.host }) : connectPlain(target);
}

/** Opens `redis://[user:password@]host[:port][/database]`; `rediss://` is the same over TLS. Rejects when it cannot, or the server refuses the login. */
export async function connectRedis(address: string, signal: AbortSignal): Promise<RedisConnection> {
  const url = new URL(address);
  const socket = openSocket(url);
  let received: Buffer = Buffer.alloc(0);
  const waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];
  const fail = (error: Error): void => {
    for (const one of waiting.splice(0)) one.reject(error);
    socket.destroy();
  };
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (let reply = parse(received, 0); reply !== null; reply = received.length === 0 ? null : parse(received, 0)) {
      received = received.subarray(reply.end);
      waiting.shift()?.resolve(reply.value);
    }
  });
  socket.on('close', () => fail(new Error('the connection was closed')));
  signal.addEventListener('abort', () => fail(new Error('no answer in time')), { once: true });
  await new Promise<void>((resolve, reject) => {
    socket.once(url.protocol === 'rediss:' ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', fail);
  const send = (argv: readonly string[]): Promise<Reply> =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      socket.write(encode(argv));
    });
  await logIn(url, send);
  return { send, close: () => socket.destroy() };
}

async function logIn(url: URL, send: RedisConnection['send']): Promise<void> {
  const password = decodeURIComponent(url.password);
  const user = decodeURIComponent(url.username);
  const database = url.pathname.slice(1);
  const steps = [
    ...(password === '' ? [] : [['AUTH', ...(user === '' ? [] : [user]), password]]),
    ...(database === '' ? [] : [['SELECT', database]]),
  ];
  for (const step of steps) {
    const reply = await send(step);
    if (reply instanceof RedisError) throw new Error(`the server refused ${step[0] ?? ''}: ${reply.message}`);
  }
}
