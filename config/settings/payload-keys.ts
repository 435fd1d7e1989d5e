/** Keys of the payloads, as `encryption` of the catalog names them. */
import { resolve } from 'node:path';
import type { TemporalTarget } from '../../adapters/temporal/connection.js';
import type { PayloadKeys } from '../../adapters/temporal/payload-codec.js';
import { UnreadableInputError } from '../../core/model/errors.js';
import type { Catalog } from '../catalog.js';
import { environmentVariable } from '../environment.js';
import { readSecret, type SecretRef } from '../secret.js';

const keyBytes = 32;

function parseKey(written: string, purpose: string): Buffer {
  const text = written.trim();
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (key.length === keyBytes) return key;
  throw new UnreadableInputError(
    `${purpose}: expected 32 random bytes in base64 or hex, got something else (it is not shown); make one with: openssl rand -base64 32`,
  );
}

function readKey({ directory }: Catalog, reference: SecretRef, purpose: string): Buffer {
  const located = 'file' in reference ? { file: resolve(directory, reference.file) } : reference;
  return parseKey(readSecret(located, purpose), purpose);
}

/** For commands that are given where there is no catalog. */
const keyVariable = 'RESPONDER_PAYLOAD_KEY';
const oldKeyVariable = 'RESPONDER_OLD_PAYLOAD_KEY';

function keysOfEnvironment(): PayloadKeys | null {
  const [current, old] = [environmentVariable(keyVariable), environmentVariable(oldKeyVariable)];
  if (current === null) return null;
  return { current: parseKey(current, keyVariable), old: old === null ? [] : [parseKey(old, oldKeyVariable)] };
}

/** Null when the catalog says nothing of encryption. Throws UnreadableInputError when a key is not there, or is none. */
export function readPayloadKeys(catalog: Catalog): PayloadKeys | null {
  const { encryption } = catalog;
  if (encryption === undefined) return null;
  const old = (encryption.old ?? []).map((reference, index) => readKey(catalog, reference, `encryption.old[${index}]`));
  return { current: readKey(catalog, encryption.key, 'encryption.key'), old };
}

/** One setting for workers, hook and command line. A null catalog is one that was not found: then the key is the environment's, if there is one. */
export async function encryptedTarget(target: TemporalTarget, catalog: Catalog | null): Promise<TemporalTarget> {
  const keys = catalog === null ? keysOfEnvironment() : readPayloadKeys(catalog);
  if (keys !== null) {
    // Only who encrypts pays for loading it.
    const { encryptingConverter } = await import('../../adapters/temporal/data-converter.js');
    const { keyIdOf } = await import('../../adapters/temporal/payload-codec.js');
    return { ...target, dataConverter: await encryptingConverter(keys), keyId: keyIdOf(keys.current) };
  }
  const remedy =
    catalog === null
      ? `name the catalog that has it with --catalog, or set ${keyVariable}`
      : 'set encryption.key in the catalog, as the workers have it';
  return { ...target, keyless: { remedy, isPlainByCatalog: catalog !== null } };
}
