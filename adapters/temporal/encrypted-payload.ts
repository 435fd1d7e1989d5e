/** What an encrypted payload looks like from outside, for whoever has no key. Loads nothing: every command needs it. */
import type { Payload, PayloadCodec } from '@temporalio/common';
import { UnreadableInputError } from '../../core/model/errors.js';

export const encryptedEncoding = 'binary/encrypted';
export const keyIdField = 'encryption-key-id';

const text = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('utf8');

export function isEncrypted({ metadata }: Payload): boolean {
  return text(metadata?.['encoding']) === encryptedEncoding;
}

/** Empty where the payload does not tell. */
export function keyIdIn({ metadata }: Payload): string {
  return text(metadata?.[keyIdField]);
}

/** Leaves plain payloads as they are. `decode` throws UnreadableInputError for an encrypted one, with `remedy`. */
export function withoutKey(remedy: string): PayloadCodec {
  return {
    encode: (payloads) => Promise.resolve(payloads),
    decode: async (payloads) =>
      Promise.resolve().then(() => {
        const found = payloads.find(isEncrypted);
        if (found === undefined) return payloads;
        throw new UnreadableInputError(
          `what this server keeps is encrypted with the key ${keyIdIn(found)}, which is not known here: ${remedy}`,
        );
      }),
  };
}
