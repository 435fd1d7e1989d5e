import { analyzeTable } from './analyze-table.js';
import { createIndex } from './create-index.js';
import type { RemedyMember } from './remedy.js';
import { terminateBlocker } from './terminate-blocker.js';

/** What may be applied after an approval. `remedies` of the catalog accepts exactly these kinds. */
export const remedies: readonly RemedyMember[] = [createIndex, analyzeTable, terminateBlocker];
