/** Nobody without credentials makes the hook work, whatever is sent. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../lab/program-path.js';

let folder = '';
let hook: ChildProcess;
let origin = '';
const secret = 'secret-of-generic';

async function startHook(catalog: string): Promise<{ child: ChildProcess; origin: string }> {
  const file = join(folder, 'responder.yaml');
  await writeFile(
    file,
    `version: 1\n${catalog}\nservices: { shop: { endpoints: { search: { url: 'http://127.0.0.1:1/', budgets: { p95Ms: 9 } } } } }\n`,
  );
  const program = [join(projectRoot(), 'bin', 'perf-responder.js'), 'hook', '--catalog', file, '--listen', '127.0.0.1:0', '--json'];
  const env = {
    PATH: process.env['PATH'] ?? '',
    T: 'token',
    S: secret,
    PERF_RESPONDER_DATA: join(folder, 'data'),
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  };
  const child = spawn(process.execPath, program, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const ready: unknown = JSON.parse(line.toString());
  return { child, origin: typeof ready === 'object' && ready !== null && 'hook' in ready ? String(ready.hook) : '' };
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hook-admission-'));
  const started = await startHook(
    'hook: { sources: { alertmanager: { bearer: { env: T }, hmac: { env: S } }, generic: { hmac: { env: S }, timestamp: required } } }',
  );
  ({ child: hook, origin } = started);
});

afterAll(async () => {
  await stop(hook);
  await rm(folder, { recursive: true, force: true });
});

async function memoryMb(): Promise<number> {
  const status = await readFile(`/proc/${hook.pid ?? 0}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
}

/** Status of the answer, and whether it came before the body was sent. */
async function upload(path: string, bytes: number, headers: Record<string, string> = {}): Promise<{ status: number; sentBytes: number }> {
  return await new Promise((resolve, reject) => {
    let sentBytes = 0;
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const sending = request(
      `${origin}${path}`,
      { method: 'POST', headers: { 'content-length': bytes, ...headers }, agent: false },
      (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, sentBytes });
        sending.destroy();
      },
    );
    sending.on('error', reject);
    const send = (): void => {
      while (!sending.destroyed && sentBytes < bytes) {
        const part = chunk.subarray(0, bytes - sentBytes);
        sentBytes += part.length;
        if (!sending.write(part)) return void sending.once('drain', send);
      }
    };
    send();
  });
}

describe('a body', () => {
  it('is not kept of requests without credentials: two hundred uploads at once cost less than 30 MB', async () => {
    // Two hundred connections cost what they cost, in code and in V8's room for what is new; here it is the bodies that must cost nothing.
    await Promise.all(Array.from({ length: 200 }, () => upload('/alerts/alertmanager', 1_000)));
    const before = await memoryMb();
    const answers = await Promise.all(Array.from({ length: 200 }, () => upload('/alerts/alertmanager', 9_000_000)));
    expect(answers.every(({ status }) => status === 401 || status === 429)).toBe(true);
    expect((await memoryMb()) - before).toBeLessThan(30);
    // Those whose signature can only be judged by the body share memory, which is used again: what they sent is nowhere else.
    const signed = { 'x-signature-256': `sha256=${'0'.repeat(64)}` };
    const others = await Promise.all(Array.from({ length: 200 }, () => upload('/alerts/generic', 9_000_000, signed)));
    expect(others.every(({ status }) => [401, 429, 503].includes(status))).toBe(true);
    expect((await memoryMb()) - before).toBeLessThan(30);
  }, 60_000);

  it('is not even asked for when its sender asks first', async () => {
    const sending = request(`${origin}/alerts/alertmanager`, {
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': 9_000_000 },
    });
    const heard: string[] = [];
    sending.on('continue', () => heard.push('continue'));
    sending.on('error', () => undefined);
    sending.flushHeaders();
    const [response] = (await once(sending, 'response')) as [{ statusCode: number }];
    sending.destroy();
    expect([heard, [401, 429].includes(response.statusCode)]).toEqual([[], true]);
  });
});

describe('a signature with a time', () => {
  const body = '{"service":"shop","endpoint":"search","status":"resolved"}';
  const post = async (timestamp: string, signed = `${timestamp}.${body}`): Promise<number> => {
    const headers = { 'x-timestamp': timestamp, 'x-signature-256': `sha256=${createHmac('sha256', secret).update(signed).digest('hex')}` };
    const response = await fetch(`${origin}/alerts/generic`, { method: 'POST', body, headers });
    await response.text();
    return response.status;
  };
  const seconds = (offset = 0): string => String(Math.floor(Date.now() / 1000) + offset);

  it('counts only soon after it was made, over time and body; one without a time does not count where it is required', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    // Temporal is not there: 503 says that the credentials were right.
    expect(await post(seconds())).toBe(503);
    expect(await post(seconds(-400))).toBe(401);
    expect(await post(seconds(400))).toBe(401);
    expect(await post(seconds(), body)).toBe(401);
    expect(await post('soon')).toBe(401);
    const bare = { 'x-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
    expect((await fetch(`${origin}/alerts/generic`, { method: 'POST', body, headers: bare })).status).toBe(401);
  });
});

describe('a signature that was used', () => {
  const group = JSON.stringify({ version: '4', groupKey: 'g', status: 'firing', receiver: 'r', alerts: [] });
  const sign = (timestamp: string, body: string): string => createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  const send = async (source: string, body: string, timestamp: string, signature: string): Promise<{ status: number; text: string }> => {
    const headers = { 'x-timestamp': timestamp, 'x-signature-256': signature };
    const response = await fetch(`${origin}/alerts/${source}`, { method: 'POST', body, headers });
    return { status: response.status, text: await response.text() };
  };

  it('does not count again, however it is written; one that failed for our reasons does', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const now = String(Math.floor(Date.now() / 1000));
    const signature = sign(now, group);
    // An empty group needs no Temporal.
    expect(await send('alertmanager', group, now, `sha256=${signature}`)).toMatchObject({ status: 202 });
    for (const again of [`sha256=${signature}`, `SHA256=${signature.toUpperCase()}`])
      expect(await send('alertmanager', group, now, again)).toMatchObject({
        status: 401,
        text: expect.stringMatching(/was used before/) as string,
      });
    const later = String(Number(now) + 1);
    expect(await send('alertmanager', group, later, `sha256=${sign(later, group)}`)).toMatchObject({ status: 202 });
    const alert = '{"service":"shop","endpoint":"search"}';
    for (let tries = 0; tries < 2; tries += 1)
      expect(await send('generic', alert, now, `sha256=${sign(now, alert)}`)).toMatchObject({ status: 503 });
  });
});

describe('TLS', () => {
  it('is spoken when the catalog names certificate and key', async () => {
    const files = ['-keyout', join(folder, 'hook.key'), '-out', join(folder, 'hook.crt')];
    await execa('openssl', [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=localhost',
      ...files,
    ]);
    const secure = await startHook(
      'hook: { tls: { cert: hook.crt, key: { file: hook.key } }, sources: { alertmanager: { bearer: { env: T } } } }',
    );
    try {
      expect(secure.origin).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
      const asking = secureRequest(`${secure.origin}/healthz`, { rejectUnauthorized: false }).end();
      const [response] = (await once(asking, 'response')) as [{ statusCode: number; resume: () => void }];
      response.resume();
      expect(response.statusCode).toBe(200);
    } finally {
      await stop(secure.child);
    }
  }, 60_000);
});
