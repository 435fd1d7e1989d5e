import type { IncomingHttpHeaders } from 'node:http';

/** How a sender of alerts signs: which header holds the signature, and over which bytes it is made (HMAC-SHA256, hex). */
export interface SignatureScheme {
  header: string;
  /** Signatures found in the header. An empty list means a malformed header, which counts as a wrong signature. */
  parse(header: string): string[];
  /** What is signed before the raw body; empty: nothing. Null when the headers rule out a right signature (a time stamp that is too old). */
  signedBefore?(headers: IncomingHttpHeaders, nowMs: number): string | null;
}

/** `X-Signature-256: sha256=<hex of HMAC-SHA256 over the raw body>`. */
export const plainSignature: SignatureScheme = {
  header: 'x-signature-256',
  parse: (header) => [/^sha256=([0-9a-f]{64})$/i.exec(header.trim())?.[1] ?? []].flat(),
};
