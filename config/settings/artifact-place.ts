import { resolve } from 'node:path';
import type { ArtifactPlace } from '../../adapters/artifacts/open-store.js';
import type { Catalog } from '../catalog.js';
import { readSecret, type SecretRef } from '../secret.js';

/** A null catalog is one that was not found: then the data folder is all there is. Throws UnreadableInputError when a secret of the bucket is not there. */
export function artifactPlace(catalog: Catalog | null, dataDirectory: string): ArtifactPlace {
  const s3 = catalog?.artifacts?.s3;
  if (catalog === null || s3 === undefined) return { dataDirectory, s3: null };
  const secret = (reference: SecretRef, name: string): string =>
    readSecret('file' in reference ? { file: resolve(catalog.directory, reference.file) } : reference, `artifacts.s3.${name}`);
  const { endpoint, bucket, region = 'us-east-1', prefix = '', accessKeyId, secretAccessKey } = s3;
  return {
    dataDirectory,
    s3: {
      ...{ endpoint, bucket, region, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` },
      ...{ accessKeyId: secret(accessKeyId, 'accessKeyId'), secretAccessKey: secret(secretAccessKey, 'secretAccessKey') },
    },
  };
}
