/** How a sender of alerts signs: header name, and the values that would be right for these bytes. */
export interface SignatureScheme {
  header: string;
  /** Signatures found in the header; an empty list means a malformed header, which is a wrong signature. */
  parse(header: string): string[];
}

/** `X-Signature-256: sha256=<hex of HMAC-SHA256 over the raw body>`. */
export const plainSignature: SignatureScheme = {
  header: 'x-signature-256',
  parse: (header) => [/^sha256=([0-9a-f]{64})$/i.exec(header.trim())?.[1] ?? []].flat(),
};
