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

/** How others write to a namespace: with which key, in plain, or nobody has written yet. */
export type WritingSeen = { keyId: string } | 'plain' | 'nothing';

/** For whoever has no key: what is told where one is needed. */
export interface Keyless {
  /** What to do about it. */
  remedy: string;
  /** A catalog was read and has no `encryption`: where nobody has written yet, its word counts. Without one nobody knows. */
  isPlainByCatalog: boolean;
}

/**
 * Leaves plain payloads as they are, and sends them only where it is known that nobody encrypts. `decode` throws UnreadableInputError for an encrypted one,
 * `encode` where what it would send in plain is encrypted by others, or may be; both say the remedy.
 */
export function withoutKey({ remedy, isPlainByCatalog }: Keyless, lookAround: () => Promise<WritingSeen>): PayloadCodec {
  let asked: Promise<WritingSeen> | undefined;
  return {
    encode: async (payloads) => {
      const seen = await (asked ??= lookAround());
      if (seen === 'plain' || (seen === 'nothing' && isPlainByCatalog)) return payloads;
      throw new UnreadableInputError(
        seen === 'nothing'
          ? `nothing on this server tells whether what is sent to it is to be encrypted (no worker polls it, nothing was begun), and nothing was sent in plain: ${remedy}`
          : `what is sent to this server is encrypted with the key ${seen.keyId}, which is not known here, and nothing was sent in plain: ${remedy}`,
      );
    },
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
