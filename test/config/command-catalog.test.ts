import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCatalog, type Catalog } from '../../config/catalog.js';
import { resolvePolicy } from '../../config/command/resolve-policy.js';
import { resolveSchedule } from '../../config/command/resolve-schedule.js';
import { whoIsOnCall } from '../../core/command/oncall/on-call.js';
import { UnreadableInputError } from '../../core/model/errors.js';

const services = `
services:
  shop:
    owner: [carol]
    critical: true
    health: [http://127.0.0.1:8080/healthz]
    logs: [{ file: /var/log/shop/*.log }, { loki: http://127.0.0.1:3100, query: '{app="shop"}' }]
    deploy: { rollback: [./deploy.sh, --rollback], restart: [systemctl, restart, shop], versionUrl: http://127.0.0.1:8080/version }
    slo: { objective: 0.999, period: 30d }
    valuePerRequest: { amount: 0.8, currency: EUR }
    runbooks: [runbooks/]
    endpoints:
      order: { url: http://127.0.0.1:8080/order, budgets: { p95Ms: 250 } }
`;
const people = `version: 1
people:
  alice: { name: Alice A., role: On-Call Engineer, timezone: Europe/Berlin, notify: [{ kind: webhook, url: { env: ALICE_PAGER } }] }
  bob: { name: Bob B., notify: [{ kind: webhook, url: http://127.0.0.1:1/bob }] }
  carol: { notify: [] }
oncall:
  primary: { rotation: weekly, handOver: "Mon 09:00", timezone: Europe/Berlin, start: 2026-01-05, people: [alice, bob], overrides: [{ from: 2026-12-24T00:00:00+01:00, to: 2026-12-27T00:00:00+01:00, who: carol }] }
  fortnight: { rotation: { days: 14 }, start: 2026-01-05, people: [alice, bob] }
  office: { layers: [{ rotation: daily, start: 2026-01-05, people: [carol], only: [{ days: [Mon, Tue, Wed, Thu, Fri], from: "09:00", to: "17:00" }] }, { rotation: weekly, start: 2026-01-05, people: [bob] }] }
  calendar: { rotation: { ical: oncall.ics } }
`;
const command = `
escalation:
  paging: [{ level: L1, role: On-Call Engineer, after: 0s, notify: [oncall:primary] }, { level: L2, role: Team Lead, after: 15m, notify: [bob], repeat: 2 }]
  management: [{ level: L3, role: Engineering Manager, after: 30m, notify: [carol], severity: [SEV1, SEV2] }]
  ackTimeout: 20m
incidents:
  declare: confirmed
  watch: 5m
  severities: { SEV1: { respondWithin: 2m, updateEvery: 10m }, SEV4: { updateEvery: 12h } }
  roles: { commander: oncall:primary, communications: carol, scribe: bob }
  notify: [{ kind: webhook, url: { env: INCIDENT_WEBHOOK }, severity: [SEV1] }]
  lint: { words: [acme-internal] }
  statusPage: { title: Shop status, components: { Checkout: [shop] } }
  approval: other-than-requester
mail: { host: 127.0.0.1, port: 25, from: responder@example.com }
observability: { prometheus: http://127.0.0.1:9090 }
`;

function read(text: string): Catalog {
  return parseCatalog(text, 'responder.yaml');
}

function problemsOf(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof UnreadableInputError) return error.message.split('\n').slice(1);
    throw error;
  }
  return [];
}

describe('the catalog of incident command', () => {
  it('loads the sample of the contract whole', () => {
    const sample = read(readFileSync('../shared/contracts/responder.yaml', 'utf8'));
    expect(sample.incidents?.notify?.map(({ kind }) => kind)).toEqual(['slack', 'pagerduty', 'webhook', 'statuspage']);
    expect(Object.keys(sample.services)).toEqual(['shop']);
    expect(resolvePolicy(sample, ['shop']).receivers).toHaveLength(4);
  });

  it('lets nobody be told by a page that everybody reads', () => {
    const text = `version: 1\npeople: { bob: { notify: [{ kind: statuspage, page: abc, key: { env: KEY } }] } }\n${services.replace('    owner: [carol]\n', '')}`;
    expect(problemsOf(text).join('\n')).toMatch(/people\.bob\.notify\[0\].*expected one of webhook, slack/);
  });

  it('gives the rules of an incident', () => {
    const policy = resolvePolicy(read(people + command + services), ['shop']);
    expect(policy).toEqual({
      severities: {
        SEV1: { respondWithinMs: 120_000, updateEveryMs: 600_000, isUpdatedDaily: false },
        SEV2: { respondWithinMs: 900_000, updateEveryMs: 1_800_000, isUpdatedDaily: false },
        SEV3: { respondWithinMs: 3_600_000, updateEveryMs: 7_200_000, isUpdatedDaily: false },
        SEV4: { respondWithinMs: 14_400_000, updateEveryMs: 43_200_000, isUpdatedDaily: false },
      },
      paging: [
        { level: 'L1', role: 'On-Call Engineer', afterMs: 0, repeat: 0, notify: ['oncall:primary'], severities: null },
        { level: 'L2', role: 'Team Lead', afterMs: 900_000, repeat: 2, notify: ['bob'], severities: null },
      ],
      management: [{ level: 'L3', role: 'Engineering Manager', afterMs: 1_800_000, notify: ['carol'], severities: ['SEV1', 'SEV2'] }],
      ackTimeoutMs: 1_200_000,
      watchMs: 300_000,
      roles: { commander: 'oncall:primary', communications: 'carol', scribe: 'bob' },
      owners: ['carol'],
      services: ['shop'],
      criticalServices: ['shop'],
      receivers: [{ receiver: 0, kind: 'webhook', severities: ['SEV1'] }],
      timezone: 'UTC',
      approval: 'other-than-requester',
      impact: { measured: [], usualPerMinute: {} },
    });
  });

  it('pages the commander by the table where there is no escalation', () => {
    const policy = resolvePolicy(read(`${people}incidents: { roles: { commander: oncall:primary, communications: carol } }\n${services}`), [
      'shop',
    ]);
    expect(policy.paging.map((level) => [level.level, level.notify])).toEqual([['L1', ['oncall:primary']]]);
    expect(policy.management.map((level) => [level.notify, level.severities])).toEqual([[['carol'], ['SEV1', 'SEV2']]]);
  });

  it('gives schedules', async () => {
    const catalog = read(people + services);
    const at = Date.parse('2026-03-04T12:00:00Z');
    const on = async (name: string, moment = at): Promise<readonly string[]> => {
      const settings = catalog.oncall?.[name];
      if (settings === undefined) throw new Error(name);
      const shifts = [{ startMs: at, endMs: at + 1, people: ['alice'], priority: 0 }];
      return whoIsOnCall(await resolveSchedule(name, settings, () => Promise.resolve(shifts)), moment).people;
    };
    expect(await Promise.all(['primary', 'fortnight', 'office', 'calendar'].map((name) => on(name)))).toEqual([
      ['alice'],
      ['alice'],
      ['carol'],
      ['alice'],
    ]);
    expect(await on('primary', Date.parse('2026-12-25T12:00:00Z'))).toEqual(['carol']);
    expect(await on('office', Date.parse('2026-03-07T12:00:00Z'))).toEqual(['bob']);
  });

  it('names everybody who is to be told and does not exist', () => {
    const wrong =
      people.replace('people: [alice, bob], overrides', 'people: [alcie, bob], overrides') +
      command.replace('notify: [bob]', 'notify: [oncall:primry]');
    expect(problemsOf(wrong + services.replace('[carol]', '[karol]')).map((line) => line.replace(/^responder.yaml:\d+: /, ''))).toEqual([
      'oncall.primary.people[0]: expected one of alice, bob, carol, got "alcie"; did you mean "alice"?',
      expect.stringContaining('got "oncall:primry"; did you mean "oncall:primary"?') as string,
      'services.shop.owner[0]: expected one of alice, bob, carol, got "karol"; did you mean "carol"?',
    ]);
  });

  it.each([
    ['rotation: weekly, start: 2026-01-05', 'expected people and start beside a rotation'],
    ['rotation: { days: 7, ical: x }, start: 2026-01-05, people: [bob]', 'expected exactly one of days, months, ical'],
    ['rotation: weekly, handOver: "Mo 9", start: 2026-01-05, people: [bob]', 'expected a weekday and a time of day'],
    ['rotation: weekly, timezone: Mars/Olympus, start: 2026-01-05, people: [bob]', 'expected a time zone by its name'],
    ['rotation: weekly, start: 2026-02-31x, people: [bob]', 'expected a day, YYYY-MM-DD'],
    ['timezone: UTC', 'expected a rotation, or layers of them'],
    [
      'rotation: daily, start: 2026-01-05, people: [bob], overrides: [{ from: 2026-01-01, to: 2026-01-02T00:00:00Z, who: bob }]',
      'expected a time with its zone',
    ],
  ])('refuses a schedule of %s', (settings, problem) => {
    const text = `version: 1\npeople: { bob: { notify: [] } }\noncall: { primary: { ${settings} } }\n${services.replace('    owner: [carol]\n', '')}`;
    expect(problemsOf(text).join('\n')).toContain(problem);
  });
});
