import type { AlertSource } from './source.js';
import { alertmanager } from './alertmanager.js';
import { generic } from './generic.js';

/** Senders that are understood. A new one is a file in `sources/` and a line here. */
export const alertSources: readonly AlertSource[] = [alertmanager, generic];
