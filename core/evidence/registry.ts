import type { CaptureKind } from './capture-kind.js';
import type { CaptureDocument } from './document.js';
import { databasesKind } from './kinds/databases.js';
import { profileKind } from './kinds/profile.js';
import { queryScanKind } from './kinds/query-scan.js';
import { serviceKind } from './kinds/service.js';

/** Every kind of evidence, in the order in which it is described. */
export const captureKinds: readonly CaptureKind[] = [profileKind, serviceKind, databasesKind, queryScanKind];

/** Names of everything that the given kinds leave, raw captures apart. */
export function documentNames(kinds: readonly CaptureKind[]): ReadonlySet<string> {
  return new Set(kinds.flatMap((kind) => kind.documents.map(({ name }) => name)));
}

const documents = new Map(captureKinds.flatMap((kind) => kind.documents.map((document) => [document.name, document] as const)));

/** The document of a file of an evidence set; null for a raw capture and everything else. */
export function documentNamed(name: string): CaptureDocument<unknown> | null {
  return documents.get(name) ?? null;
}
