import type { IncomingHttpHeaders } from 'node:http';

/** How a sender of alerts signs: which header holds the signature, and over which bytes it is made (HMAC-SHA256, hex). */
export interface SignatureScheme {
  header: string;
  /** Signatures found in the header; an empty list means a malformed header, which is a wrong signature. */
  parse(header: string): string[];
  /** What is signed in front of the raw body; empty: nothing. Null when the headers forbid that any signature be right (a time stamp too old). */
  signedBefore?(headers: IncomingHttpHeaders, nowMs: number): string | null;
}

/** `X-Signature-256: sha256=<hex of HMAC-SHA256 over the raw body>`. */
export const plainSignature: SignatureScheme = {
  header: 'x-signature-256',
  parse: (header) => [/^sha256=([0-9a-f]{64})$/i.exec(header.trim())?.[1] ?? []].flat(),
};
