import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Catalog } from '../../../config/catalog.js';
import { readSecret, type SecretRef } from '../../../config/secret.js';
import { UnreadableInputError } from '../../../core/model/errors.js';

export interface TlsFiles {
  cert: string;
  key: string;
}

/** Certificate chain and key of `hook.tls`, in PEM. Throws UnreadableInputError when one is not there. */
export function readTlsFiles(catalog: Catalog, tls: { cert: string; key: SecretRef }): TlsFiles {
  const key = 'file' in tls.key ? { file: resolve(catalog.directory, tls.key.file) } : tls.key;
  const file = resolve(catalog.directory, tls.cert);
  try {
    return { cert: readFileSync(file, 'utf8'), key: readSecret(key, 'hook.tls.key') };
  } catch (error) {
    if (error instanceof UnreadableInputError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(`hook.tls.cert: expected a certificate in ${file}, but it cannot be read (${why}); create it`, {
      cause: error,
    });
  }
}
