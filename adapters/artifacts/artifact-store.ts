import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RefusedError, UnreadableInputError } from '../../core/model/errors.js';
import type { ArtifactRef } from '../../core/model/artifact.js';

/** Where artifacts are in a data folder: below it, for whoever writes and whoever reads. */
export function artifactDirectory(dataDirectory: string): string {
  return join(dataDirectory, 'artifacts');
}

/** False for whatever else lies in a store. */
export function isArtifactPath(path: string): boolean {
  return storedPath.test(path);
}

/** One artifact as it lies in the store. */
export interface StoredArtifact {
  path: string;
  sizeBytes: number;
  /** When it was last stored: the same content again counts as new. */
  storedAtMs: number;
}

export interface ArtifactStore {
  put(name: string, kind: string, content: string | Uint8Array): Promise<ArtifactRef>;
  putFile(name: string, kind: string, path: string): Promise<ArtifactRef>;
  read(ref: Pick<ArtifactRef, 'path'>): Promise<Buffer>;
  /** Absolute path of an artifact that was read or stored here, for people and for programs that want a file. */
  locate(path: string): string;
  list(): Promise<StoredArtifact[]>;
  /** One that is not there is no failure. */
  remove(path: string): Promise<void>;
}

export interface ArtifactStoreOptions {
  /** Created when it is not there. */
  directory: string;
  /** Nothing larger is stored; default 512 MB, the largest profile that the product reads. */
  maxBytes?: number;
}

const defaultMaxBytes = 512 * 1024 * 1024;
const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/;
/** The only paths there are: no separator, no dot-dot can be part of one. */
const storedPath = /^([0-9a-f]{2})\/(([0-9a-f]{64})-[A-Za-z0-9][A-Za-z0-9._-]{0,119})$/;

/**
 * Artifacts on disk, named by the SHA-256 of their content: `<2 hex>/<sha256>-<name>`. Written once and never changed, so a crash in the middle
 * and a second try are harmless. `put` and `putFile` throw RefusedError for a name that is no plain file name or content over the cap;
 * `read` throws UnreadableInputError for a path that is none of ours, an artifact that is not there, or one whose bytes have changed.
 */
export function createArtifactStore({ directory, maxBytes = defaultMaxBytes }: ArtifactStoreOptions): ArtifactStore {
  const checkCap = (name: string, sizeBytes: number): void => {
    if (sizeBytes > maxBytes)
      throw new RefusedError(`artifact ${name}: expected at most ${maxBytes} bytes, got ${sizeBytes}; capture for a shorter time`);
  };
  const store = async (
    name: string,
    kind: string,
    sizeBytes: number,
    sha256: string,
    write: (target: string) => Promise<void>,
  ): Promise<ArtifactRef> => {
    const path = `${sha256.slice(0, 2)}/${sha256}-${name}`;
    const target = join(directory, path);
    // What a crash or a disk spoiled is stored again.
    if (!(await isWhole(target, sizeBytes, sha256))) await writeOnce(target, write);
    // Or what somebody still means to use would look as old as when it was stored first.
    else await utimes(target, new Date(), new Date());
    return { name, path, kind, sizeBytes, sha256 };
  };
  return {
    put: async (name, kind, content) => {
      checkName(name);
      const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
      checkCap(name, bytes.byteLength);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return store(name, kind, bytes.byteLength, sha256, async (target) => {
        const file = await open(target, 'wx');
        try {
          await file.writeFile(bytes);
        } finally {
          await file.close();
        }
      });
    },
    putFile: async (name, kind, path) => {
      checkName(name);
      const { size } = await stat(path);
      checkCap(name, size);
      return store(name, kind, size, await hashFile(path), (target) => copyFile(path, target, constants.COPYFILE_EXCL));
    },
    read: async ({ path }) => {
      const { file, sha256 } = locate(directory, path);
      const content = await readFile(file).catch((error: unknown) => {
        throw new UnreadableInputError(
          `artifact ${path}: expected it in ${directory}, but it is not there; name the data folder of its worker with --data, or its time to be kept is over (removed.jsonl tells)`,
          { cause: error },
        );
      });
      if (createHash('sha256').update(content).digest('hex') !== sha256)
        throw new UnreadableInputError(`artifact ${path}: its bytes are not those that were stored; restore the data folder from a backup`);
      return content;
    },
    locate: (path) => locate(directory, path).file,
    list: () => listArtifacts(directory),
    remove: async (path) => rm(locate(directory, path).file, { force: true }),
  };
}

async function listArtifacts(directory: string): Promise<StoredArtifact[]> {
  const found: StoredArtifact[] = [];
  const orNone = (error: unknown): string[] => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  };
  for (const prefix of await readdir(directory).catch(orNone)) {
    if (!/^[0-9a-f]{2}$/.test(prefix)) continue;
    for (const name of await readdir(join(directory, prefix)).catch(orNone)) {
      const path = `${prefix}/${name}`;
      const entry = storedPath.test(path) ? await stat(join(directory, path)).catch(() => null) : null;
      if (entry !== null) found.push({ path, sizeBytes: entry.size, storedAtMs: entry.mtimeMs });
    }
  }
  return found;
}

function checkName(name: string): void {
  if (!safeName.test(name))
    throw new RefusedError(`artifact name ${JSON.stringify(name)}: expected letters, digits, dot, dash and underscore only`);
}

function locate(directory: string, path: string): { file: string; sha256: string } {
  const [, prefix, name, sha256] = storedPath.exec(path) ?? [];
  if (prefix === undefined || name === undefined || sha256 === undefined || !sha256.startsWith(prefix))
    throw new UnreadableInputError(
      `artifact path ${JSON.stringify(path)}: expected <2 hex>/<sha256>-<name>; take it from the artifacts of an incident`,
    );
  return { file: join(directory, prefix, name), sha256 };
}

async function isWhole(path: string, sizeBytes: number, sha256: string): Promise<boolean> {
  const size = await stat(path).then(
    (entry) => entry.size,
    () => null,
  );
  return size === sizeBytes && (await hashFile(path)) === sha256;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Written beside its place, flushed, then renamed: a reader never sees half of it, and a crash leaves a temporary file at most. */
async function writeOnce(target: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const folder = dirname(target);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  try {
    await write(temporary);
    const file = await open(temporary, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(temporary, 0o600);
    await rename(temporary, target);
    // The name is on the disk only when its folder is.
    await syncFolder(folder);
  } finally {
    await rm(temporary, { force: true });
  }
}
