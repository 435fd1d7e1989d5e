/** Reports and captures: how long and how much of them is kept. */
import { durationMs, httpUrl, mapping, secretRef, sizeBytes, text, together } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';

const hourMs = 3_600_000;
const megabyte = 1_000_000;

const bucketName = text('the name of a bucket', 'write e.g. bucket: perf-artifacts', (value) =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(value),
);
const plainPath = text('letters, digits, dots, dashes and slashes', 'write e.g. prefix: responder/', (value) =>
  /^[\w.-][\w./-]*$/.test(value),
);

const s3Schema = mapping({
  endpoint: httpUrl,
  bucket: bucketName,
  region: text('the name of a region', 'write e.g. region: eu-central-1', (value) => /^[a-z0-9-]+$/.test(value)).optional(),
  prefix: plainPath.optional(),
  accessKeyId: secretRef,
  secretAccessKey: secretRef,
});

const artifactsSchema = mapping({
  keep: durationMs('keep', hourMs, 3650 * 24 * hourMs, '30d').optional(),
  max: sizeBytes('max', 100 * megabyte, 1e15, '20GB').optional(),
  s3: s3Schema.optional(),
}).refine((value) => Object.keys(value).length > 0, together('keep, max or s3', 'write e.g. artifacts: { keep: 30d, max: 20GB }'));

export const artifacts = { top: { artifacts: artifactsSchema.optional() } } satisfies CatalogFragment;
