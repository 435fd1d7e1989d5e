/**
 * A server of the S3 protocol, and a proxy in front of it that misbehaves as told. The server believes every signature and every digest; the proxy
 * refuses what S3 refuses: a signature (SigV4) that is not over this request, bytes that are not those that were signed.
 */
import { createHash, createHmac } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../../../adapters/kernel/free-port.js';
import { until } from '../until.js';

/** One for each request to come; none left: all is well. */
export type Mischief = 'well' | 'slow-down' | 'cut-answer' | 'change-answer' | 'change-upload' | 'hang-up';

export const s3Access = { bucket: 'perf-artifacts', region: 'us-east-1', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

function changed(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[0] = (copy[0] ?? 0) ^ 1;
  return copy;
}

async function bodyOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const failure = (code: string): string => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

/** The signature that belongs to this request, by the steps of the documentation of S3. */
function signatureOf({ method = '', url = '', headers }: IncomingMessage, scope: string, signed: string): string {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const encoded = [...searchParams].map((pair) => pair.map(encodeURIComponent).join('=')).sort();
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}`);
  const canonical = [method, pathname, encoded.join('&'), ...lines, '', signed, String(headers['x-amz-content-sha256'])].join('\n');
  const [day = '', region = '', service = ''] = scope.split('/');
  const toSign = ['AWS4-HMAC-SHA256', String(headers['x-amz-date']), scope, sha256(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${s3Access.secretAccessKey}`);
  return hmac(key, toSign).toString('hex');
}

/** What S3 answers with status 403 or 400; null when nothing is wrong. */
function refusal(request: IncomingMessage, body: Buffer): { status: number; code: string } | null {
  const pattern = /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]+)/;
  const [, scope = '', signed = '', signature] = pattern.exec(request.headers.authorization ?? '') ?? [];
  if (signature === undefined || signatureOf(request, scope, signed) !== signature) return { status: 403, code: 'SignatureDoesNotMatch' };
  const hash = String(request.headers['x-amz-content-sha256']);
  return request.method === 'PUT' && sha256(body) !== hash ? { status: 400, code: 'XAmzContentSHA256Mismatch' } : null;
}

async function pass(port: number, mischief: Mischief, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const sent = await bodyOf(request);
  const body = mischief === 'change-upload' ? changed(sent) : sent;
  if (mischief === 'hang-up') return void request.socket.destroy();
  if (mischief === 'slow-down') return void response.writeHead(503).end(failure('SlowDown'));
  const refused = refusal(request, body);
  if (refused !== null) return void response.writeHead(refused.status).end(request.method === 'HEAD' ? '' : failure(refused.code));
  const upstream = forward({ host: '127.0.0.1', port, path: request.url, method: request.method, headers: request.headers });
  upstream.end(body);
  const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
  const content = await bodyOf(answer);
  response.writeHead(answer.statusCode ?? 500, answer.headers);
  if (mischief !== 'cut-answer') return void response.end(mischief === 'change-answer' ? changed(content) : content);
  response.write(content.subarray(0, content.length / 2));
  setTimeout(() => response.destroy(), 20);
}

export async function startS3Server() {
  const directory = await mkdtemp(join(tmpdir(), 's3-'));
  const port = await freePort();
  const program = resolve('node_modules/s3rver/bin/s3rver.js');
  const options = ['-d', directory, '-a', '127.0.0.1', '-p', String(port), '--silent', '--configure-bucket', s3Access.bucket];
  const server = spawn(process.execPath, [program, ...options], { stdio: 'ignore' });
  const requests: string[] = [];
  const mischief: Mischief[] = [];
  const proxy = createServer((request, response) => {
    requests.push(request.method ?? '');
    pass(port, mischief.shift() ?? 'well', request, response).catch(() => response.destroy());
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  await until(async () =>
    fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => null,
    ),
  );
  return {
    endpoint,
    requests,
    mischief,
    stop: async (): Promise<void> => {
      proxy.closeAllConnections();
      proxy.close();
      const gone = once(server, 'exit');
      server.kill('SIGKILL');
      await gone;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
