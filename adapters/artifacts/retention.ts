/** Artifacts and work folders that may go, and their removal. What was removed is written down in `removed.jsonl` of the data folder, before it goes. */
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { planRetention, type Removal, type RetentionLimits, type RetentionPlan } from '../../core/decisions/retention.js';
import type { ArtifactStore } from './artifact-store.js';
import { listWorkFolders, removeWorkFolder, workFolderName } from './work-folders.js';

/** What workflows that are not over refer to. */
export interface InUse {
  /** SHA-256 of artifacts, in hex. */
  hashes: ReadonlySet<string>;
  workflowIds: readonly string[];
}

export interface RetentionPlaces {
  store: Pick<ArtifactStore, 'list' | 'remove'>;
  dataDirectory: string;
}

export interface RetentionSurvey {
  artifacts: RetentionPlan & { count: number };
  workFolders: RetentionPlan & { count: number };
}

/** Work folders count against no size: they are few, and go by age alone. */
export async function surveyRetention(
  { store, dataDirectory }: RetentionPlaces,
  limits: RetentionLimits,
  inUse: InUse,
  nowMs: number,
): Promise<RetentionSurvey> {
  const [artifacts, folders] = await Promise.all([store.list(), listWorkFolders(dataDirectory)]);
  const openFolders = inUse.workflowIds.map((id) => `${workFolderName(id)}-`);
  const usedArtifacts = artifacts.map((one) => ({ ...one, isInUse: inUse.hashes.has(hashOf(one.path)) }));
  const usedFolders = folders.map((one) => ({ ...one, isInUse: openFolders.some((prefix) => one.path.startsWith(prefix)) }));
  return {
    artifacts: { ...planRetention(usedArtifacts, limits, nowMs), count: artifacts.length },
    workFolders: { ...planRetention(usedFolders, { ...limits, maxBytes: null }, nowMs), count: folders.length },
  };
}

/** `<2 hex>/<sha256>-<name>` */
function hashOf(path: string): string {
  return path.slice(3, 67);
}

export function removedFile(dataDirectory: string): string {
  return join(dataDirectory, 'removed.jsonl');
}

/** Removes what the survey says. Throws what the file system says: what cannot be written down stays. */
export async function applyRetention({ store, dataDirectory }: RetentionPlaces, survey: RetentionSurvey, nowMs: number): Promise<void> {
  const at = new Date(nowMs).toISOString();
  const told = (what: string, { path, sizeBytes, storedAtMs, why }: Removal): string =>
    `${JSON.stringify({ at, what, path, sizeBytes, storedAt: new Date(storedAtMs).toISOString(), why })}\n`;
  const { artifacts, workFolders } = survey;
  const lines = [
    ...artifacts.removals.map((removal) => told('artifact', removal)),
    ...workFolders.removals.map((removal) => told('work-folder', removal)),
  ];
  if (lines.length === 0) return;
  const file = removedFile(dataDirectory);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.writeFile(lines.join(''));
    await handle.datasync();
  } finally {
    await handle.close();
  }
  for (const { path } of artifacts.removals) await store.remove(path);
  for (const { path } of workFolders.removals) await removeWorkFolder(dataDirectory, path);
}
