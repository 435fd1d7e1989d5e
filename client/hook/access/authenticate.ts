import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { bearerOf, sameSecret, type SourceCredentials } from './credentials.js';
import { timeBefore, timestampHeader, whyNotNow, type ReplayMemory } from './signature-time.js';
import type { SignatureScheme } from '../sources/signature.js';

type Judgement = 'allowed' | 'denied' | 'needs-body';

function hasRightToken(credentials: SourceCredentials, headers: IncomingHttpHeaders): boolean {
  const token = bearerOf(headers.authorization);
  return credentials.bearer !== null && token !== null && sameSecret(token, credentials.bearer);
}

function signatureOf(scheme: SignatureScheme, headers: IncomingHttpHeaders): string | null {
  const value = headers[scheme.header];
  return value === undefined ? null : [value].flat().join(',');
}

/** What the headers alone decide. A signature that is present is always checked over the body if there is a secret for it. */
export function judgeHeaders(credentials: SourceCredentials, scheme: SignatureScheme, headers: IncomingHttpHeaders): Judgement {
  if (credentials.hmac !== null && signatureOf(scheme, headers) !== null) return 'needs-body';
  return hasRightToken(credentials, headers) ? 'allowed' : 'denied';
}

/**
 * The result of checking a signature over the raw bytes. A signature with a time counts once, even while its first delivery is still in progress; `forget`
 * lets it count again.
 */
type SignatureJudgement = { why: string } | { forget: () => void };

export function judgeSignature(
  { credentials, scheme, replays }: { credentials: SourceCredentials; scheme: SignatureScheme; replays: ReplayMemory },
  headers: IncomingHttpHeaders,
  body: readonly Uint8Array[],
): SignatureJudgement {
  const header = signatureOf(scheme, headers);
  if (credentials.hmac === null || header === null) return { why: `expected a signature in ${scheme.header}` };
  const before = signedBefore(scheme, headers);
  if (before === null) return { why: 'the time of the signature is missing or too far off; set the clock of the sender' };
  const isTimed = before !== '';
  if (!isTimed && credentials.needsTimestamp) return { why: `expected ${timestampHeader} and a signature over "<timestamp>.<body>"` };
  const signed = [before, ...body];
  const right = signed.reduce((hmac, part) => hmac.update(part), createHmac('sha256', credentials.hmac)).digest('hex');
  // Compares every candidate, so that the time taken does not tell which one matched (several = a secret is being rotated).
  const isRight = scheme
    .parse(header)
    .map((candidate) => sameSecret(candidate.toLowerCase(), right))
    .includes(true);
  if (!isRight) return { why: `the signature in ${scheme.header} does not fit the body` };
  // Without a time the same bytes may legitimately come again.
  const forget = isTimed ? replays.take(digestOf(signed)) : () => undefined;
  return forget === null ? { why: 'this signature was used before' } : { forget };
}

/**
 * What is signed before the body; null when the headers rule out a right signature. Sources with a time of their own know how; the others may send it in
 * X-Timestamp.
 */
function signedBefore(scheme: SignatureScheme, headers: IncomingHttpHeaders): string | null {
  if (scheme.signedBefore !== undefined) return scheme.signedBefore(headers, Date.now());
  const timestamp = timestampOf(headers);
  if (timestamp === null) return '';
  return whyNotNow(timestamp, Date.now()) === null ? timeBefore(timestamp) : null;
}

/** The header can be written in many ways that mean the same signature, so the signed bytes are compared instead. */
function digestOf(signed: readonly (string | Uint8Array)[]): string {
  return signed.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('base64');
}

function timestampOf(headers: IncomingHttpHeaders): string | null {
  const value = headers[timestampHeader];
  return value === undefined ? null : [value].flat().join(',');
}

/** Reading incidents and reports has a token of its own. */
export function mayRead(readToken: string | null, headers: IncomingHttpHeaders): boolean {
  const token = bearerOf(headers.authorization);
  return readToken !== null && token !== null && sameSecret(token, readToken);
}
