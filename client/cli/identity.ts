/** Who gives a command, and how that is proven. A name alone proves nothing: whoever may write to Temporal may write any name. */
import { resolve } from 'node:path';
import type { Catalog } from '../../config/catalog.js';
import { environmentVariable } from '../../config/environment.js';
import { tryReadSecret } from '../../config/secret.js';
import type { IdentityProof } from '../../core/decisions/remedy/remedy-approval.js';
import { RefusedError } from '../../core/model/errors.js';
import { sameSecret } from '../hook/access/credentials.js';
import { currentUser } from './option-values.js';

/** `RESPONDER_TOKEN` is the token of a person of the catalog; it beats `--by`, and a wrong one is refused rather than believed. */
export function identify(catalog: Catalog | null, by: string | undefined): { by: string; proof: IdentityProof } {
  const token = environmentVariable('RESPONDER_TOKEN');
  const people = Object.entries(catalog?.people ?? {});
  if (token === null || people.length === 0) return { by: by ?? currentUser(), proof: 'unverified' };
  const found = people.find(([, person]) => {
    if (person.token === undefined || catalog === null) return false;
    const reference = 'file' in person.token ? { file: resolve(catalog.directory, person.token.file) } : person.token;
    const known = tryReadSecret(reference);
    return known !== null && sameSecret(known, token);
  });
  if (found === undefined)
    throw new RefusedError(
      'RESPONDER_TOKEN: expected the token of somebody in people of the catalog, got one of nobody; unset it to go unverified',
    );
  const [name] = found;
  if (by !== undefined && by !== name) throw new RefusedError(`--by ${by}: RESPONDER_TOKEN is the token of ${name}; leave --by out`);
  return { by: name, proof: 'token' };
}
