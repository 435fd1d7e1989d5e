import type { AlertSource } from './source.js';
import { alertmanager } from './sources/alertmanager.js';
import { generic } from './sources/generic.js';

/** Senders that are understood. A new one is a file in `sources/` and a line here. */
export const alertSources: readonly AlertSource[] = [alertmanager, generic];
