import type { CaptureAdapter } from '../../activities/dependencies.js';
import type { Catalog } from '../../config/catalog.js';
import { captureDatabases } from './databases.js';
import { captureProfile } from './profile.js';
import { captureQueryScan } from './query-scan.js';
import { captureService } from './service.js';

/** The adapter of each kind of evidence. */
const adapters: readonly ((catalog: Catalog) => CaptureAdapter)[] = [captureProfile, captureService, captureDatabases, captureQueryScan];

/** All of them, for the targets of one catalog. */
export function createCaptures(catalog: Catalog): readonly CaptureAdapter[] {
  return adapters.map((adapter) => adapter(catalog));
}
