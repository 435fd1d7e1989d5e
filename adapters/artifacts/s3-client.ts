/** The few calls of the S3 protocol that an artifact store needs, signed (SigV4), tried again where that helps, and bounded in time. */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import { ProgramFailedError } from '../../core/model/errors.js';

export interface S3Settings {
  /** Origin and perhaps a path; the bucket follows it (path style, which every server understands). */
  endpoint: string;
  bucket: string;
  region: string;
  /** Before every key; empty, or it ends with a slash. */
  prefix: string;
  accessKeyId: string;
  secretAccessKey: string;
}

export interface S3Object {
  key: string;
  sizeBytes: number;
  storedAtMs: number;
}

interface Call {
  method: 'GET' | 'PUT' | 'HEAD' | 'DELETE';
  key?: string;
  query?: Record<string, string>;
  body?: Uint8Array;
  headers?: Record<string, string>;
  /** Reads the answer and says whether it is whole: an answer that is not counts as one that did not come. */
  read: (response: Response) => Promise<Buffer>;
}

/** SlowDown and InternalError are asked to be met with patience; six tries with doubled pauses are a quarter of a minute. */
const mostTries = 6;
const firstPauseMs = 250;
/** 512 MB, the largest artifact, at 5 MB/s. */
const callWithinMs = 110_000;
const passing = new Set([408, 429, 500, 502, 503, 504]);
/** Codes under status 400 that tell of bytes which changed on their way. */
const damaged = /<Code>(?:BadDigest|XAmzContentSHA256Mismatch|XAmzContentChecksumMismatch|IncompleteBody|RequestTimeout)<\/Code>/;

const unescapeXml = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');

export type S3Client = ReturnType<typeof createS3Client>;

/** Every call throws ProgramFailedError with what the server said; a missing object is null. `pause` waits between tries. */
export function createS3Client(settings: S3Settings, pause: (ms: number) => Promise<unknown> = delay) {
  const { endpoint, bucket, region, prefix, accessKeyId, secretAccessKey } = settings;
  const aws = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 });
  const addressOf = ({ key, query = {} }: Call): string => {
    const path = key === undefined ? '' : `/${`${prefix}${key}`.split('/').map(encodeURIComponent).join('/')}`;
    const search = new URLSearchParams(query).toString();
    return `${endpoint.replace(/\/$/, '')}/${encodeURIComponent(bucket)}${path}${search === '' ? '' : `?${search}`}`;
  };
  /** Null: there is no such object. A text: why this try failed. */
  const attempt = async (call: Call): Promise<Buffer | null | { failure: string; isPassing: boolean }> => {
    try {
      const { method, headers = {} } = call;
      const body = call.body === undefined ? {} : { body: call.body as Uint8Array<ArrayBuffer> };
      const response = await aws.fetch(addressOf(call), { method, headers, ...body, signal: AbortSignal.timeout(callWithinMs) });
      if (response.ok) return await call.read(response);
      const text = (await response.text().catch(() => '')).slice(0, 2_000);
      if (response.status === 404 && call.key !== undefined && !text.includes('NoSuchBucket')) return null;
      const code = /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ?? '';
      return { failure: `${response.status} ${code}`.trim(), isPassing: passing.has(response.status) || damaged.test(text) };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
      return { failure: `${error instanceof Error ? error.message : String(error)}${cause}`, isPassing: true };
    }
  };
  const send = async (call: Call): Promise<Buffer | null> => {
    for (let tries = 1; ; tries += 1) {
      const result = await attempt(call);
      if (result === null || Buffer.isBuffer(result)) return result;
      if (result.isPassing && tries < mostTries) {
        await pause(firstPauseMs * 2 ** (tries - 1));
        continue;
      }
      const message = `the artifact store ${endpoint}, bucket ${bucket}: ${call.method} failed after ${tries} tries (${result.failure}); look at artifacts.s3 of the catalog and at that server`;
      throw new ProgramFailedError({ program: 's3', exitCode: null, message, retryable: true });
    }
  };
  return {
    /** `sha256` in hex is signed with the request: a server refuses other bytes. */
    put: async (key: string, body: Uint8Array, sha256: string): Promise<void> => {
      // The digest is for servers that do not check what was signed.
      const md5 = createHash('md5').update(body).digest('base64');
      const headers = { 'x-amz-content-sha256': sha256, 'content-md5': md5, 'content-type': 'application/octet-stream' };
      await send({ method: 'PUT', key, body, headers, read: readAll });
    },
    /** `isWhole` judges what came; what is not whole is asked for again. */
    get: (key: string, isWhole: (content: Buffer) => boolean): Promise<Buffer | null> =>
      send({
        ...{ method: 'GET', key },
        read: async (response) => {
          const content = await readAll(response);
          if (!isWhole(content)) throw new Error('the bytes are not those that were stored');
          return content;
        },
      }),
    head: async (key: string): Promise<{ sizeBytes: number; storedAtMs: number } | null> => {
      const found = { sizeBytes: 0, storedAtMs: 0 };
      const answer = await send({
        ...{ method: 'HEAD', key },
        read: ({ headers }) => {
          found.sizeBytes = Number(headers.get('content-length') ?? 0);
          found.storedAtMs = Date.parse(headers.get('last-modified') ?? '') || 0;
          return Promise.resolve(Buffer.alloc(0));
        },
      });
      return answer === null ? null : found;
    },
    remove: async (key: string): Promise<void> => {
      await send({ method: 'DELETE', key, read: readAll });
    },
    list: async (): Promise<S3Object[]> => {
      const found: S3Object[] = [];
      for (let token: string | null = ''; token !== null;) {
        const query: Record<string, string> = { 'list-type': '2', prefix, ...(token === '' ? {} : { 'continuation-token': token }) };
        const page: string = (await send({ method: 'GET', query, read: readListing }))?.toString('utf8') ?? '';
        found.push(...objectsOf(page, prefix));
        const next: string | undefined = /<NextContinuationToken>([^<]+)</.exec(page)?.[1];
        token = /<IsTruncated>true</.test(page) && next !== undefined ? unescapeXml(next) : null;
      }
      return found;
    },
  };
}

/** `fetch` itself notices an answer that ends before its `content-length`. */
async function readAll(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** One without length may be cut off unseen. */
async function readListing(response: Response): Promise<Buffer> {
  const page = await readAll(response);
  if (!/<\/ListBucketResult>\s*$/.test(page.toString('utf8'))) throw new Error('the list is cut off');
  return page;
}

function objectsOf(page: string, prefix: string): S3Object[] {
  return [...page.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)].map(([, entry = '']) => {
    const field = (name: string): string => unescapeXml(new RegExp(`<${name}>([^<]*)<`).exec(entry)?.[1] ?? '');
    return { key: field('Key').slice(prefix.length), sizeBytes: Number(field('Size')), storedAtMs: Date.parse(field('LastModified')) || 0 };
  });
}
