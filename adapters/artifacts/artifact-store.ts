import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RefusedError, UnreadableInputError } from '../../core/model/errors.js';
import type { ArtifactRef } from '../../core/model/incident.js';

/** Where artifacts are in a data folder: below it, for whoever writes and whoever reads. */
export function artifactDirectory(dataDirectory: string): string {
  return join(dataDirectory, 'artifacts');
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
export function createArtifactStore({ directory, maxBytes = defaultMaxBytes }: ArtifactStoreOptions) {
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
    return { name, path, kind, sizeBytes, sha256 };
  };
  return {
    put: async (name: string, kind: string, content: string | Uint8Array): Promise<ArtifactRef> => {
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
    putFile: async (name: string, kind: string, path: string): Promise<ArtifactRef> => {
      checkName(name);
      const { size } = await stat(path);
      checkCap(name, size);
      return store(name, kind, size, await hashFile(path), (target) => copyFile(path, target, constants.COPYFILE_EXCL));
    },
    read: async ({ path }: Pick<ArtifactRef, 'path'>): Promise<Buffer> => {
      const { file, sha256 } = locate(directory, path);
      const content = await readFile(file).catch((error: unknown) => {
        throw new UnreadableInputError(
          `artifact ${path}: expected it in ${directory}, but it is not there; was the data folder moved or cleaned?`,
          { cause: error },
        );
      });
      if (createHash('sha256').update(content).digest('hex') !== sha256)
        throw new UnreadableInputError(`artifact ${path}: its bytes are not those that were stored; restore the data folder from a backup`);
      return content;
    },
    /** Absolute path of an artifact, for people and for programs that want a file. Same checks as `read`, without reading. */
    locate: (path: string): string => locate(directory, path).file,
  };
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
