/** On-call schedules: a rotation or a calendar, layers of them, and overrides. */
import { z } from 'zod';
import { isRecord, mapping, nameKey, oneOf, text, together, whole } from '../catalog-fields.js';
import { problemAt, type CatalogProblem, type CatalogSource } from '../catalog-problems.js';
import { nearestName } from '../nearest-name.js';
import { clockTime, handOverTime, weekdayNames } from './clock-time.js';
import type { CatalogFragment } from './fragment.js';
import { timezone } from './people.js';

const day = text(
  'a day, YYYY-MM-DD',
  'write e.g. start: 2026-01-05',
  (value) => /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)),
);

const moment = (key: string) =>
  text(
    'a time with its zone',
    `write e.g. ${key}: 2026-12-24T00:00:00+01:00`,
    (value) => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/.test(value) && !Number.isNaN(Date.parse(value)),
  );

const rotationForms = mapping({
  days: whole('days', 1, 366).optional(),
  months: whole('months', 1, 12).optional(),
  ical: text('the path or address of a calendar', 'write e.g. { ical: oncall.ics }').optional(),
}).refine((form) => Object.keys(form).length === 1, together('exactly one of days, months, ical', 'write e.g. rotation: { days: 14 }'));

const rotation = z.union([oneOf(['daily', 'weekly']), rotationForms]);

const person = text('a person of people', 'write e.g. alice');

/** A calendar brings people and times itself; a rotation needs both. */
function isComplete(layer: Record<string, unknown>): boolean {
  const form = layer['rotation'];
  const isCalendar = isRecord(form) && 'ical' in form;
  return isCalendar || (Array.isArray(layer['people']) && layer['people'].length > 0 && layer['start'] !== undefined);
}
const completeness = together('people and start beside a rotation', 'write e.g. people: [alice, bob] and start: 2026-01-05');

const windowSchema = mapping({
  days: z.array(oneOf(weekdayNames)).optional(),
  from: clockTime('from', '09:00'),
  to: clockTime('to', '17:00'),
});

const layerKeys = {
  rotation,
  handOver: handOverTime.optional(),
  start: day.optional(),
  people: z.array(person).optional(),
  /** When the layer counts; absent: always. */
  only: z.array(windowSchema).optional(),
};

const scheduleSchema = mapping({
  ...layerKeys,
  rotation: rotation.optional(),
  timezone: timezone.optional(),
  /** Beside the rotation above, which comes first; whoever is in none of these windows falls to the next layer. */
  layers: z.array(mapping(layerKeys).refine(isComplete, completeness)).optional(),
  overrides: z.array(mapping({ from: moment('from'), to: moment('to'), who: person })).optional(),
})
  .refine((schedule) => !('rotation' in schedule) || isComplete(schedule), completeness)
  .refine(
    (schedule) => 'rotation' in schedule || (Array.isArray(schedule.layers) && schedule.layers.length > 0),
    together('a rotation, or layers of them', 'write e.g. rotation: weekly'),
  );
export type CatalogSchedule = z.output<typeof scheduleSchema>;
export type CatalogLayer = z.output<ReturnType<typeof mapping<typeof layerKeys>>>;

function recordAt(value: unknown, key: string): Record<string, unknown> {
  const found = isRecord(value) ? value[key] : undefined;
  return isRecord(found) ? found : {};
}

function listAt(value: unknown, key: string): unknown[] {
  const found = isRecord(value) ? value[key] : undefined;
  return Array.isArray(found) ? found : [];
}

/** Names of the people as written. */
export function writtenPeople(value: unknown): string[] {
  return Object.keys(recordAt(value, 'people'));
}

export function unknownName(source: CatalogSource, path: (string | number)[], name: unknown, known: readonly string[]): CatalogProblem[] {
  if (typeof name !== 'string' || known.includes(name)) return [];
  const near = nearestName(name, known);
  const fix = near === null ? 'add it, or correct the name' : `did you mean "${near}"?`;
  return [problemAt(source, path, { expected: `one of ${known.join(', ') || '(nobody is in people)'}`, came: `"${name}"`, fix })];
}

function problems(source: CatalogSource): CatalogProblem[] {
  const known = writtenPeople(source.value);
  const ofPeople = (holder: unknown, path: (string | number)[]): CatalogProblem[] =>
    listAt(holder, 'people').flatMap((name, index) => unknownName(source, [...path, 'people', index], name, known));
  return Object.entries(recordAt(source.value, 'oncall')).flatMap(([schedule, settings]) => {
    const path = ['oncall', schedule];
    const layers = listAt(settings, 'layers').flatMap((layer, index) => ofPeople(layer, [...path, 'layers', index]));
    const overrides = listAt(settings, 'overrides').flatMap((override, index) =>
      unknownName(source, [...path, 'overrides', index, 'who'], isRecord(override) ? override['who'] : undefined, known),
    );
    return [...ofPeople(settings, path), ...layers, ...overrides];
  });
}

export const onCall = { top: { oncall: z.record(nameKey, scheduleSchema).optional() }, problems } satisfies CatalogFragment;
