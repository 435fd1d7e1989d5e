import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { artifactDirectory, createArtifactStore, type ArtifactStore } from '../../../adapters/artifacts/artifact-store.js';
import { createS3Client, type S3Settings } from '../../../adapters/artifacts/s3-client.js';
import { createS3Store } from '../../../adapters/artifacts/s3-store.js';
import { artifactPlace } from '../../../config/settings/artifact-place.js';
import { parseCatalog } from '../../../config/catalog.js';
import { s3Access, startS3Server } from '../../support/services/s3-server.js';

let server: Awaited<ReturnType<typeof startS3Server>>;
const folders: string[] = [];
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.stop());
beforeEach(() => {
  server.mischief.splice(0);
  server.requests.splice(0);
});
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A worker on a machine of its own: nothing but the bucket is shared. */
async function machine(change: Partial<S3Settings> = {}): Promise<ArtifactStore> {
  const folder = await mkdtemp(join(tmpdir(), 's3-machine-'));
  folders.push(folder);
  const settings = { endpoint: server.endpoint, prefix: 'responder/', ...s3Access, ...change };
  const client = createS3Client(settings, () => Promise.resolve());
  return createS3Store(createArtifactStore({ directory: artifactDirectory(folder) }), settings, client);
}

describe('artifacts in a bucket', () => {
  it('are stored by one machine and read by another, which keeps a copy', async () => {
    const ref = await (await machine()).put('report.md', 'report', 'wörds of a report');
    const other = await machine();
    expect((await other.read(ref)).toString()).toBe('wörds of a report');
    server.requests.splice(0);
    expect((await other.read(ref)).toString()).toBe('wörds of a report');
    expect(server.requests).toEqual([]);
    expect((await other.list()).map(({ path }) => path)).toEqual([ref.path]);
    await other.remove(ref.path);
    await expect((await machine()).read(ref)).rejects.toThrow(/it is not there; its time to be kept is over/);
  });

  it('come through a server that is slow, cuts answers, hangs up and changes bytes', async () => {
    const store = await machine();
    // Whether it is there, then the upload.
    server.mischief.push('hang-up', 'slow-down', 'well', 'slow-down', 'change-upload', 'hang-up');
    const ref = await store.put('capture.json', 'capture', 'x'.repeat(50_000));
    server.mischief.push('cut-answer', 'change-answer', 'slow-down');
    expect((await (await machine()).read(ref)).toString()).toBe('x'.repeat(50_000));
    expect(server.mischief).toEqual([]);
    server.mischief.push('cut-answer', 'slow-down');
    expect((await (await machine()).list()).map(({ path }) => path)).toContain(ref.path);
    await store.remove(ref.path);
  });

  it('that never come whole are an error, not an artifact', async () => {
    const ref = await (await machine()).put('capture.json', 'capture', 'y'.repeat(1_000));
    server.mischief.push(...Array.from({ length: 6 }, () => 'change-answer' as const));
    await expect((await machine()).read(ref)).rejects.toThrow(/GET failed after 6 tries \(the bytes are not those that were stored\)/);
  });

  it('are not stored twice within half an hour', async () => {
    const store = await machine();
    await store.put('a', 'x', 'the same');
    await store.put('a', 'x', 'the same');
    expect(server.requests).toEqual(['HEAD', 'PUT', 'HEAD']);
  });

  it('say at once what no patience mends: a wrong key, a bucket that is not there', async () => {
    await expect((await machine({ secretAccessKey: 'wrong' })).put('a', 'x', 'b')).rejects.toThrow(/failed after 1 tries \(403/);
    await expect((await machine({ bucket: 'nowhere' })).put('a', 'x', 'c')).rejects.toThrow(/NoSuchBucket.*look at artifacts\.s3/);
    await expect((await machine()).read({ path: '../../etc/passwd' })).rejects.toThrow(/expected <2 hex>/);
  });

  it('are where the catalog says, with secrets from where it says', () => {
    process.env['EDGE_S3_KEY'] = 'id';
    process.env['EDGE_S3_SECRET'] = 'secret';
    const catalog = parseCatalog(
      `version: 1
artifacts: { s3: { endpoint: http://127.0.0.1:9000, bucket: perf-artifacts, prefix: eu, accessKeyId: { env: EDGE_S3_KEY }, secretAccessKey: { env: EDGE_S3_SECRET } } }
services: { a: { endpoints: { b: { url: http://127.0.0.1/ } } } }`,
      'responder.yaml',
    );
    expect(artifactPlace(catalog, '/data')).toEqual({
      dataDirectory: '/data',
      s3: {
        ...{ endpoint: 'http://127.0.0.1:9000', bucket: 'perf-artifacts', region: 'us-east-1', prefix: 'eu/' },
        ...{ accessKeyId: 'id', secretAccessKey: 'secret' },
      },
    });
    Reflect.deleteProperty(process.env, 'EDGE_S3_SECRET');
    expect(() => artifactPlace(catalog, '/data')).toThrow(
      /artifacts\.s3\.secretAccessKey: expected a secret in the environment variable EDGE_S3_SECRET/,
    );
    Reflect.deleteProperty(process.env, 'EDGE_S3_KEY');
  });
});
