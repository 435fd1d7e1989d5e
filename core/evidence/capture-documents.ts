/** The documents that each kind of capture leaves. The judge reads `judged` ones; the report also draws the others. */
export const captureDocuments = {
  profile: { judged: ['profile-summary.json', 'request-trace.json'], drawn: ['flame.json'] },
  service: { judged: ['service.json'], drawn: [] },
  databases: { judged: ['databases.json'], drawn: [] },
  'query-scan': { judged: ['query-scan.json'], drawn: [] },
} as const;

export type CaptureKindId = keyof typeof captureDocuments;

export const captureKindIds = ['profile', 'service', 'databases', 'query-scan'] as const satisfies CaptureKindId[];

const judged = new Set<string>(captureKindIds.flatMap((kind) => [...captureDocuments[kind].judged]));
const drawn = new Set<string>(captureKindIds.flatMap((kind) => [...captureDocuments[kind].drawn]));

/** What a document is for; null for a raw capture and everything else that is no document of the set. */
export function purposeOf(name: string): 'judged' | 'drawn' | null {
  return judged.has(name) ? 'judged' : drawn.has(name) ? 'drawn' : null;
}
