import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UnreadableInputError } from '../core/model/errors.js';
import { environmentVariable } from './environment.js';

/** Where a secret is, as the catalog names it. File paths are absolute after reading. */
export type SecretRef = { env: string } | { file: string };

/** A text of the catalog that may be written out or be a reference to a secret. */
export type TextOrSecret = string | SecretRef;

/**
 * Reads a secret at the moment of use. `purpose` names it in the message: `services.shop.databases.main.connection`.
 * Throws UnreadableInputError, which never holds the value.
 */
export function readSecret(value: TextOrSecret, purpose: string): string {
  if (typeof value === 'string') return value;
  if ('env' in value) {
    const found = environmentVariable(value.env);
    if (found !== null) return found;
    throw new UnreadableInputError(
      `${purpose}: expected a secret in the environment variable ${value.env}, but it is not set; set it where the responder runs`,
    );
  }
  try {
    return readFileSync(resolve(value.file), 'utf8').trimEnd();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableInputError(
      `${purpose}: expected a secret in the file ${value.file}, but it cannot be read (${reason}); create it`,
      { cause: error },
    );
  }
}

/** Null instead of an error when the secret is not there. */
export function tryReadSecret(value: TextOrSecret): string | null {
  try {
    const text = readSecret(value, 'secret');
    return text === '' ? null : text;
  } catch {
    return null;
  }
}
