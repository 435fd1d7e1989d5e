/** What keeps acts on services within bounds: where they run, what may be repeated, how much load a day, when changes are allowed. */
import { z } from 'zod';
import { isTimezone } from '../../core/command/oncall/local-time.js';
import { durationMs, flag, isRecord, mapping, number, oneOf, text } from '../catalog-fields.js';
import { problemAt, type CatalogProblem, type CatalogSource } from '../catalog-problems.js';
import { isLoopback } from '../loopback.js';
import { clockTime } from './clock-time.js';
import type { CatalogFragment } from './fragment.js';
import { day } from './spans.js';

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const instant = (name: string) =>
  text(
    'a time as ISO 8601 with its offset',
    `write e.g. ${name}: 2026-12-24T00:00:00+01:00`,
    (value) => !Number.isNaN(Date.parse(value)) && /(?:Z|[+-]\d\d:\d\d)$/.test(value),
  );

const changeWindowSchema = mapping({
  days: z.array(oneOf(weekdays)).optional(),
  from: clockTime('from', '09:00').optional(),
  to: clockTime('to', '17:00').optional(),
  timezone: text('a time zone by its name', 'write e.g. timezone: Europe/Berlin', isTimezone).optional(),
  freeze: z
    .array(mapping({ from: instant('from'), to: instant('to'), reason: text('a reason', 'write e.g. reason: year end').optional() }))
    .optional(),
});

/** A service that others use is told apart from one on a desk: without its environment the bounds of production would be forgotten, not chosen. */
function missingEnvironments(source: CatalogSource): CatalogProblem[] {
  const root = isRecord(source.value) ? source.value : {};
  const inherited = isRecord(root['defaults']) ? root['defaults']['environment'] : undefined;
  const services = isRecord(root['services']) ? root['services'] : {};
  return Object.entries(services).flatMap(([name, service]) => {
    if (!isRecord(service) || service['environment'] !== undefined || inherited !== undefined) return [];
    const endpoints = isRecord(service['endpoints']) ? Object.values(service['endpoints']) : [];
    const urls = endpoints.flatMap((endpoint) => (isRecord(endpoint) && typeof endpoint['url'] === 'string' ? [endpoint['url']] : []));
    const away = urls.find((url) => URL.canParse(url) && !isLoopback(url));
    if (away === undefined) return [];
    return [
      problemAt(source, ['services', name, 'environment'], {
        expected: `an environment, because ${new URL(away).host} is not this machine`,
        came: 'nothing',
        fix: 'write environment: development, staging or production',
      }),
    ];
  });
}

export const guards = {
  service: {
    /** After a load that did not reproduce its alert, alerts of the same endpoint start nothing for this long. */
    coolDown: durationMs('coolDown', 0, 7 * day, '15m').optional(),
    /** Of all loads on the service in 24 hours. */
    loadMinutesPerDay: number('loadMinutesPerDay', 0, 1440, 'minutes', 60).optional(),
    changeWindow: changeWindowSchema.optional(),
  },
  endpoint: {
    /** Sending its request again changes nothing that matters. */
    replaySafe: flag('replaySafe').optional(),
  },
  problems: missingEnvironments,
} satisfies CatalogFragment;
