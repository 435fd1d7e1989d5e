/** Who gives a command, and how that is proven. A name alone proves nothing, because whoever may write to Temporal may write any name. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { readCatalog, type Catalog } from '../../config/catalog.js';
import { environmentVariable } from '../../config/environment.js';
import { tryReadSecret } from '../../config/secret.js';
import { RefusedError } from '../../core/model/errors.js';
import { sameSecret } from '../hook/access/credentials.js';
import type { CommandContext } from './command-context.js';
import { currentUser } from './option-values.js';

/**
 * `RESPONDER_TOKEN` is the token of a person of the catalog. It takes precedence over `--by`; a wrong token is refused, and so is one that a broken catalog
 * keeps from being checked. Without a catalog, or without people in it, the token can belong to nobody, and a message says so.
 */
export async function whoGives(context: CommandContext, by: string | undefined): Promise<{ by: string; proof: 'token' | 'unverified' }> {
  const token = environmentVariable('RESPONDER_TOKEN');
  if (token === null) return { by: by ?? currentUser(), proof: 'unverified' };
  const catalog = existsSync(context.catalogFile) ? await readCatalog(context.catalogFile) : null;
  if (catalog === null || Object.keys(catalog.people ?? {}).length === 0) {
    const where = catalog === null ? `there is no ${context.catalogFile}` : `${context.catalogFile} names no people`;
    context.say(`note: RESPONDER_TOKEN proves nothing here: ${where}; kept as unverified`);
    return { by: by ?? currentUser(), proof: 'unverified' };
  }
  const name = ownerOf(token, catalog);
  if (name === null)
    throw new RefusedError(
      'RESPONDER_TOKEN: expected the token of somebody in people of the catalog, got one of nobody; unset it to go unverified',
    );
  if (by !== undefined && by !== name) throw new RefusedError(`--by ${by}: RESPONDER_TOKEN is the token of ${name}; leave --by out`);
  return { by: name, proof: 'token' };
}

function ownerOf(token: string, { people, directory }: Catalog): string | null {
  const found = Object.entries(people ?? {}).find(([, person]) => {
    if (person.token === undefined) return false;
    const reference = 'file' in person.token ? { file: resolve(directory, person.token.file) } : person.token;
    const known = tryReadSecret(reference);
    return known !== null && sameSecret(known, token);
  });
  return found?.[0] ?? null;
}
