/** Artifacts in an S3-compatible store, for workers on several machines. What was stored or read here also lies in the data folder, as a copy. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { UnreadableInputError } from '../../core/model/errors.js';
import type { ArtifactRef } from '../../core/model/artifact.js';
import { isArtifactPath, type ArtifactStore, type StoredArtifact } from './artifact-store.js';
import { createS3Client, type S3Client, type S3Settings } from './s3-client.js';

/** Half of the time for which nothing is removed: what was stored again must not look as old as it is. */
const renewAfterMs = 30 * 60_000;

export function createS3Store(local: ArtifactStore, settings: S3Settings, client: S3Client = createS3Client(settings)): ArtifactStore {
  const upload = async (ref: ArtifactRef): Promise<ArtifactRef> => {
    const found = await client.head(ref.path);
    const isThere = found?.sizeBytes === ref.sizeBytes && Date.now() - found.storedAtMs < renewAfterMs;
    if (!isThere) await client.put(ref.path, await readFile(local.locate(ref.path)), ref.sha256);
    return ref;
  };
  return {
    put: async (name, kind, content) => upload(await local.put(name, kind, content)),
    putFile: async (name, kind, path) => upload(await local.putFile(name, kind, path)),
    read: async (ref) => {
      const copy = await local.read(ref).catch(() => null);
      if (copy !== null) return copy;
      // Refuses what is no path of ours, before it becomes an address.
      local.locate(ref.path);
      const sha256 = ref.path.slice(3, 67);
      const content = await client.get(ref.path, (bytes) => createHash('sha256').update(bytes).digest('hex') === sha256);
      if (content === null)
        throw new UnreadableInputError(
          `artifact ${ref.path}: expected it in bucket ${settings.bucket} of ${settings.endpoint}, but it is not there; its time to be kept is over (removed.jsonl of a worker tells)`,
        );
      await local.put(ref.path.slice(68), 'copy', content);
      return content;
    },
    locate: (path) => local.locate(path),
    list: async () => {
      const found = new Map<string, StoredArtifact>();
      const remote = (await client.list()).filter(({ key }) => isArtifactPath(key));
      const all = [...(await local.list()), ...remote.map(({ key, sizeBytes, storedAtMs }) => ({ path: key, sizeBytes, storedAtMs }))];
      // The one in the bucket counts; a copy here only makes it younger.
      for (const one of all) found.set(one.path, { ...one, storedAtMs: Math.max(one.storedAtMs, found.get(one.path)?.storedAtMs ?? 0) });
      return [...found.values()];
    },
    remove: async (path) => {
      await client.remove(path);
      await local.remove(path);
    },
  };
}
