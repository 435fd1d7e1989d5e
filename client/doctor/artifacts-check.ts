import { statfs } from 'node:fs/promises';
import { openArtifactStore } from '../../adapters/artifacts/open-store.js';
import { artifactPlace } from '../../config/settings/artifact-place.js';
import { artifactLimits } from '../../config/settings/artifact-limits.js';
import type { Catalog } from '../../config/catalog.js';
import { lacking, ok, type Check } from './check.js';

/** More than a load of an hour leaves with its profiles; with less, the next one may not find room. */
const fewestFreeBytes = 1e9;
const gigabytes = (sizeBytes: number): string => `${(sizeBytes / 1e9).toFixed(1)} GB`;

/** Room for reports and captures, and how long they stay. */
export async function checkArtifacts(catalog: Catalog, dataDirectory: string): Promise<Check> {
  const what = 'room for reports and captures';
  const limits = artifactLimits(catalog);
  const stored = await openArtifactStore(artifactPlace(catalog, dataDirectory)).list();
  const sizeBytes = stored.reduce((total, artifact) => total + artifact.sizeBytes, 0);
  const disk = await statfs(dataDirectory).catch(() => null);
  const freeBytes = disk === null ? null : disk.bavail * disk.bsize;
  const kept = limits === null ? 'kept for ever' : 'kept within the limits of artifacts';
  const found = `${stored.length} artifacts, ${gigabytes(sizeBytes)}, ${kept}${freeBytes === null ? '' : `; ${gigabytes(freeBytes)} free`}`;
  if (freeBytes !== null && freeBytes < fewestFreeBytes)
    return lacking(
      'artifacts',
      what,
      found,
      limits === null
        ? `Write artifacts: { keep: 30d, max: 20GB } into ${catalog.file}, or make room.`
        : 'Make room, or lower artifacts.max.',
    );
  if (limits?.maxBytes !== undefined && limits.maxBytes !== null && sizeBytes > limits.maxBytes)
    return lacking(
      'artifacts',
      what,
      found,
      'A worker removes what it may every hour; perf-responder artifacts tells what is left and why.',
    );
  return ok('artifacts', what, found);
}
