import { alertmanager } from './alertmanager.js';
import { datadog } from './datadog.js';
import { generic } from './generic.js';
import { grafana } from './grafana.js';
import { pagerduty } from './pagerduty.js';
import type { AlertSource } from './source.js';

/** The senders that are understood. A new one is a file in `sources/` and a line here. */
export const alertSources: readonly AlertSource[] = [alertmanager, grafana, pagerduty, datadog, generic];
