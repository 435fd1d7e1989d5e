/** Incident command: ladders, severities, roles, receivers, the status page. Without `incidents` nothing of it runs by itself. */
import { z } from 'zod';
import { notifiers } from '../../adapters/notifiers/registry.js';
import { roleNames } from '../../core/command/incident/roles.js';
import { severities } from '../../core/command/severity/severity.js';
import { byKind, durationMs, httpUrl, isRecord, mapping, nameKey, oneOf, secretRef, text, textOrSecret, whole } from '../catalog-fields.js';
import type { CatalogProblem, CatalogSource } from '../catalog-problems.js';
import type { CatalogFragment } from './fragment.js';
import { unknownName, writtenPeople } from './on-call.js';
import { timezone } from './people.js';

const second = 1000;
const day = 86_400_000;

/** `oncall:NAME`, or a person. */
const target = text('a person, or oncall:NAME', 'write e.g. oncall:primary');
const severity = oneOf(severities);

const level = {
  level: text('the name of a level', 'write e.g. level: L1'),
  role: text('a role', 'write e.g. role: On-Call Engineer'),
  after: durationMs('after', 0, 30 * day, '15m'),
  notify: z.array(target, { error: 'a list of people and schedules' }),
  severity: z.array(severity).optional(),
};

const escalationSchema = mapping({
  paging: z.array(mapping({ ...level, repeat: whole('repeat', 0, 20).optional() })).optional(),
  management: z.array(mapping(level)).optional(),
  ackTimeout: durationMs('ackTimeout', second, 7 * day, '30m').optional(),
});

const severityTerms = mapping({
  respondWithin: durationMs('respondWithin', second, 7 * day, '5m').optional(),
  updateEvery: durationMs('updateEvery', second, 30 * day, '15m').optional(),
});

/** A receiver hears of every severity, or of those it names. */
const receivers = notifiers.map((notifier) => ({ ...notifier, fields: { ...notifier.fields, severity: z.array(severity).optional() } }));

const incidentsSchema = mapping({
  declare: oneOf(['confirmed', 'alert', 'never']).optional(),
  watch: durationMs('watch', second, 7 * day, '10m').optional(),
  timezone: timezone.optional(),
  severities: z.partialRecord(severity, severityTerms).optional(),
  roles: z.partialRecord(oneOf(roleNames), target).optional(),
  notify: z.array(byKind(receivers)).optional(),
  lint: mapping({ words: z.array(text('a word', 'write e.g. words: [acme-internal]')) }).optional(),
  statusPage: mapping({
    title: text('a title', 'write e.g. title: Shop status'),
    components: z.record(z.string(), z.array(nameKey)).optional(),
    url: httpUrl.optional(),
  }).optional(),
  templates: text('a folder of update templates', 'write e.g. templates: incident-templates/').optional(),
  approval: oneOf(['any', 'other-than-requester']).optional(),
});
export type CatalogIncidents = z.output<typeof incidentsSchema>;

const mailSchema = mapping({
  host: text('a host', 'write e.g. host: 127.0.0.1'),
  port: whole('port', 1, 65_535).optional(),
  from: text('an address', 'write e.g. from: responder@example.com', (value) => /^[^@\s]+@[^@\s]+$/.test(value)),
  user: textOrSecret.optional(),
  password: secretRef.optional(),
});

function targetsOf(value: unknown): [(string | number)[], unknown][] {
  const escalation = isRecord(value) ? value['escalation'] : undefined;
  const ladders = ['paging', 'management'].flatMap((ladder): [(string | number)[], unknown][] => {
    const levels = isRecord(escalation) && Array.isArray(escalation[ladder]) ? (escalation[ladder] as unknown[]) : [];
    return levels.flatMap((one, index) =>
      isRecord(one) && Array.isArray(one['notify'])
        ? one['notify'].map((name: unknown, at): [(string | number)[], unknown] => [['escalation', ladder, index, 'notify', at], name])
        : [],
    );
  });
  const incidents = isRecord(value) ? value['incidents'] : undefined;
  const roles = isRecord(incidents) && isRecord(incidents['roles']) ? Object.entries(incidents['roles']) : [];
  return [...ladders, ...roles.map(([role, name]): [(string | number)[], unknown] => [['incidents', 'roles', role], name])];
}

/** Everybody who is to be paged must exist: a name that nobody has wakes nobody. */
function problems(source: CatalogSource): CatalogProblem[] {
  const schedules = isRecord(source.value) && isRecord(source.value['oncall']) ? Object.keys(source.value['oncall']) : [];
  const known = [...writtenPeople(source.value), ...schedules.map((name) => `oncall:${name}`)];
  return targetsOf(source.value).flatMap(([path, name]) => unknownName(source, path, name, known));
}

export const incidents = {
  top: { escalation: escalationSchema.optional(), incidents: incidentsSchema.optional(), mail: mailSchema.optional() },
  problems,
} satisfies CatalogFragment;
