import type { IncomingHttpHeaders } from 'node:http';
import { bearerOf, hmacHex, sameSecret, type HookCredentials, type SourceCredentials } from './credentials.js';
import type { SignatureScheme } from './sources/signature.js';

type Judgement = 'allowed' | 'denied' | 'needs-body';

function hasRightToken(credentials: SourceCredentials, headers: IncomingHttpHeaders): boolean {
  const token = bearerOf(headers.authorization);
  return credentials.bearer !== null && token !== null && sameSecret(token, credentials.bearer);
}

function signatureOf(scheme: SignatureScheme, headers: IncomingHttpHeaders): string | null {
  const value = headers[scheme.header];
  return value === undefined ? null : [value].flat().join(',');
}

/** What the headers alone decide. A present signature always has to be checked over the body when there is a secret for it. */
export function judgeHeaders(credentials: SourceCredentials, scheme: SignatureScheme, headers: IncomingHttpHeaders): Judgement {
  if (credentials.hmac !== null && signatureOf(scheme, headers) !== null) return 'needs-body';
  return hasRightToken(credentials, headers) ? 'allowed' : 'denied';
}

/** True when the signature fits the raw bytes. */
export function isRightlySigned(
  credentials: SourceCredentials,
  scheme: SignatureScheme,
  headers: IncomingHttpHeaders,
  raw: Buffer,
): boolean {
  const header = signatureOf(scheme, headers);
  if (credentials.hmac === null || header === null) return false;
  const signed = scheme.signed === undefined ? raw : scheme.signed(headers, raw, Date.now());
  if (signed === null) return false;
  const right = hmacHex(credentials.hmac, signed);
  // Every candidate is compared, so that the time does not tell which one fitted (several = a secret being rotated).
  return scheme
    .parse(header)
    .map((candidate) => sameSecret(candidate.toLowerCase(), right))
    .includes(true);
}

/** Reading incidents and reports asks for any bearer token of the hook. */
export function mayRead(credentials: HookCredentials, headers: IncomingHttpHeaders): boolean {
  return [...credentials.values()].map((source) => hasRightToken(source, headers)).includes(true);
}
