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

/** For whoever has no key: what is told where one is needed. */
interface Keyless {
  /** What to do about it. */
  remedy: string;
  /** Id of the key with which others write there now; null: nobody encrypts. */
  keyInUse: () => Promise<string | null>;
}

/**
 * Leaves plain payloads as they are, and sends them only where nobody encrypts. `decode` throws UnreadableInputError for an encrypted one, `encode` where
 * what it would send in plain is encrypted by others; both say which key, and the remedy.
 */
export function withoutKey({ remedy, keyInUse }: Keyless): PayloadCodec {
  let asked: Promise<string | null> | undefined;
  return {
    encode: async (payloads) => {
      const keyId = await (asked ??= keyInUse());
      if (keyId === null) return payloads;
      throw new UnreadableInputError(
        `what is sent to this server is encrypted with the key ${keyId}, which is not known here, and nothing was sent in plain: ${remedy}`,
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
