import type { Payload } from '@temporalio/common';

/** The codec of our workers puts this field into what it decrypts; it is all that the sandbox can know of encryption. */
export const decryptedField = 'perf-decrypted';

const seen = { isEncrypted: false };

export function look({ metadata }: Payload): void {
  if (metadata?.[decryptedField] !== undefined) seen.isEncrypted = true;
}

/** True once this workflow received anything that had been encrypted. */
export function wasEncrypted(): boolean {
  return seen.isEncrypted;
}
