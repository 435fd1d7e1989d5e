import { docker } from './docker.js';
import { files } from './files.js';
import { journal } from './journal.js';
import { kubernetes } from './kubernetes.js';
import type { LogSource } from './log-source.js';
import { loki } from './loki.js';

/** Kinds of `logs` in the catalog. */
export const logSources: readonly LogSource[] = [files, journal, docker, kubernetes, loki];
