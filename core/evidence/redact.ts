import type { EvidenceManifest } from './manifest.js';
import { documentNamed } from './registry.js';

/** What must not leave: texts that are replaced wherever they stand, and hosts, each of which gets a name of its own. */
export interface SecretTexts {
  texts: readonly string[];
  hosts: readonly string[];
}

export interface EvidenceContent {
  manifest: EvidenceManifest;
  /** Documents of the set by file name, as they were parsed. */
  documents: ReadonlyMap<string, unknown>;
}

/**
 * The same evidence without values of statements, without what the catalog keeps secret and without what looks like a credential. Numbers, names of
 * functions, files, tables and columns stay: the judge says the same as before.
 */
export function redactEvidence({ manifest, documents }: EvidenceContent, secrets: SecretTexts): EvidenceContent {
  const scrub = createScrubber(secrets);
  const redacted = [...documents].map(([name, document]): [string, unknown] => [name, scrub(withoutValues(name, document))]);
  return { manifest: scrub(manifest) as EvidenceManifest, documents: new Map(redacted) };
}

/** A document that nobody knows is not part of the evidence. */
function withoutValues(name: string, value: unknown): unknown {
  const document = documentNamed(name);
  return document?.redact === undefined ? value : document.redact(document.schema.parse(value));
}

const gone = '[redacted]';

/** Credentials that nobody told us of: in addresses, in headers, as tokens (JSON Web Tokens begin with `{"` in base64). */
const credentials: [RegExp, string][] = [
  [/:\/\/(?<=[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `://${gone}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${gone}`],
  [/\beyJ[\w-]{8,}(?:\.[\w-]+){0,2}/g, gone],
  [/\b(password|passwd|pwd|secret|token|api[-_]?key)(["']?\s*[=:]\s*["']?)[^\s"'&,;)]{3,}/gi, `$1$2${gone}`],
];

/** Copies a document with every text in it redacted, keys included. Longer secrets first: one may be a part of another. */
function createScrubber({ texts, hosts }: SecretTexts): (value: unknown) => unknown {
  const byLength = (all: readonly string[]): string[] =>
    [...new Set(all)].filter((text) => text !== '').sort((a, b) => b.length - a.length);
  const numbered = [...new Set(hosts)].filter((host) => host !== '').sort();
  const replacements: [string, string][] = [
    ...byLength(texts).map((text): [string, string] => [text, gone]),
    ...byLength(numbered).map((host): [string, string] => [host, `redacted-host-${numbered.indexOf(host) + 1}`]),
  ];
  const text = (input: string): string => {
    const known = replacements.reduce((all, [secret, instead]) => all.replaceAll(secret, () => instead), input);
    return credentials.reduce((all, [pattern, instead]) => all.replace(pattern, instead), known);
  };
  const copy = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [text(key), copy(each)]));
  };
  return copy;
}
