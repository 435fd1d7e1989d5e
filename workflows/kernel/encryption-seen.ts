import type { Payload } from '@temporalio/common';

/** Put by the codec of our workers into what they decrypted; the sandbox knows of encryption by it alone. */
export const decryptedField = 'perf-decrypted';

const seen = { isEncrypted: false };

export function look({ metadata }: Payload): void {
  if (metadata?.[decryptedField] !== undefined) seen.isEncrypted = true;
}

/** True once this workflow was told anything that had been encrypted. */
export function wasEncrypted(): boolean {
  return seen.isEncrypted;
}
