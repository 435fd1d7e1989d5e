/**
 * Encrypts what goes to Temporal: inputs, results, heartbeats, memos, summaries and failures. Ids, types, queues and search attributes stay readable,
 * since the server needs them. One encrypted payload is a payload whose metadata say `encoding: binary/encrypted` and the id of the key, and whose data are
 * nonce (12 bytes), ciphertext of the original payload as protobuf, and tag (16 bytes): AES-256-GCM with the key's id as additional data.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import protobuf from 'protobufjs';
import { UnreadableInputError } from '../../core/model/errors.js';
import { encryptedEncoding, isEncrypted, keyIdField, keyIdIn } from './encrypted-payload.js';

/** Seen in the sandbox (workflows/kernel/encryption-seen.ts), never on the server. */
const decryptedField = 'perf-decrypted';
const nonceBytes = 12;
const tagBytes = 16;

/** `temporal.api.common.v1.Payload` */
const payloadType = new protobuf.Type('Payload')
  .add(new protobuf.MapField('metadata', 1, 'string', 'bytes'))
  .add(new protobuf.Field('data', 2, 'bytes'));

export interface PayloadKeys {
  /** Encrypts; 32 bytes. */
  current: Buffer;
  /** Only read what was written before they were replaced. */
  old: readonly Buffer[];
}

/** Tells keys apart without telling anything of them. */
export function keyIdOf(key: Buffer): string {
  return createHash('sha256').update('perf-responder payload key').update(key).digest('hex').slice(0, 16);
}

const bytes = (content: string): Uint8Array => Buffer.from(content, 'utf8');

function encrypt(payload: Payload, key: Buffer): Payload {
  const keyId = keyIdOf(key);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(keyId));
  const { [decryptedField]: _seen, ...metadata } = payload.metadata ?? {};
  const plain = payloadType.encode(payloadType.fromObject({ metadata, data: payload.data ?? new Uint8Array() })).finish();
  const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { encoding: bytes(encryptedEncoding), [keyIdField]: bytes(keyId) }, data };
}

function decrypt(payload: Payload, keys: ReadonlyMap<string, Buffer>): Payload {
  const keyId = keyIdIn(payload);
  const key = keys.get(keyId);
  if (key === undefined)
    throw new UnreadableInputError(
      `a payload is encrypted with the key ${keyId}: expected it as encryption.key or among encryption.old of the catalog, got ${[...keys.keys()].join(', ')}`,
    );
  const data = Buffer.from(payload.data ?? []);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, nonceBytes), { authTagLength: tagBytes }).setAAD(
      Buffer.from(keyId),
    );
    decipher.setAuthTag(data.subarray(-tagBytes));
    const plain = Buffer.concat([decipher.update(data.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    const { metadata, data: content } = payloadType.toObject(payloadType.decode(plain), { defaults: true }) as Payload;
    return { metadata: { ...metadata, [decryptedField]: bytes(keyId) }, data: content ?? new Uint8Array() };
  } catch (error) {
    throw new UnreadableInputError(`a payload of the key ${keyId} cannot be decrypted: it was changed, or cut off`, { cause: error });
  }
}

/** What was written before encryption was turned on stays readable. `decode` throws UnreadableInputError for a key that is not there, and for changed bytes. */
export function createPayloadCodec({ current, old }: PayloadKeys): PayloadCodec {
  const keys = new Map([...old, current].map((key) => [keyIdOf(key), key]));
  return {
    encode: (payloads) => Promise.resolve(payloads.map((payload) => (isEncrypted(payload) ? payload : encrypt(payload, current)))),
    // Async, so that what cannot be read rejects.
    decode: async (payloads) =>
      Promise.resolve().then(() => payloads.map((payload) => (isEncrypted(payload) ? decrypt(payload, keys) : payload))),
  };
}
