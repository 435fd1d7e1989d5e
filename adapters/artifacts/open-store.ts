import { artifactDirectory, createArtifactStore, type ArtifactStore } from './artifact-store.js';
import type { S3Settings } from './s3-client.js';
import { createS3Store } from './s3-store.js';

/** Where artifacts are: in a data folder, and in a bucket where the catalog names one. */
export interface ArtifactPlace {
  dataDirectory: string;
  s3: S3Settings | null;
}

export function openArtifactStore({ dataDirectory, s3 }: ArtifactPlace): ArtifactStore {
  const local = createArtifactStore({ directory: artifactDirectory(dataDirectory) });
  return s3 === null ? local : createS3Store(local, s3);
}
