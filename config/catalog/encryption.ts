/** Encryption of everything that Temporal keeps, and who may see it decrypted in the Web UI. */
import { z } from 'zod';
import { mapping, secretRef, text } from '../catalog-fields.js';
import type { CatalogFragment } from './fragment.js';

const origin = text(
  'the origin of a Web UI, as a browser sends it',
  'write e.g. origins: [http://127.0.0.1:8233]',
  (value) => URL.canParse(value) && new URL(value).origin === value,
);

const encryptionSchema = mapping({
  key: secretRef,
  old: z.array(secretRef, { error: 'a list of references to secrets' }).optional(),
  codec: mapping({ bearer: secretRef, origins: z.array(origin, { error: 'a list of origins' }) }).optional(),
});

export const encryption = { top: { encryption: encryptionSchema.optional() } } satisfies CatalogFragment;
