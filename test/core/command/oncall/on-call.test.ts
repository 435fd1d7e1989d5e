import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gapsBetween, shiftsBetween, whoIsOnCall } from '../../../../core/command/oncall/on-call.js';
import type { OnCallSchedule, RotationLayer } from '../../../../core/command/oncall/schedule.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const at = (text: string): number => Date.parse(text);
const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

function rotation(over: Partial<RotationLayer> = {}): RotationLayer {
  return {
    kind: 'rotation',
    period: { unit: 'days', count: 7 },
    handOverTime: '09:00',
    handOverWeekday: 1,
    start: '2026-01-05',
    people: ['alice', 'bob'],
    ...over,
  };
}

function schedule(over: Partial<OnCallSchedule> = {}, layer: Partial<RotationLayer> = {}): OnCallSchedule {
  return { name: 'primary', timezone: 'Europe/Berlin', layers: [rotation(layer)], overrides: [], ...over };
}

// The zone of the process must not matter: a worker runs anywhere.
describe.each(['UTC', 'Asia/Tokyo', 'America/New_York'])('on call, process in %s', (zone) => {
  const before = process.env['TZ'];
  beforeAll(() => {
    process.env['TZ'] = zone;
  });
  afterAll(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });

  it('hands a weekly duty over at the wall clock of its zone, 167 and 169 hours long where the clocks change', () => {
    const lengths = (from: string, to: string) =>
      shiftsBetween(schedule(), at(from), at(to)).map((shift) => (shift.endMs - shift.startMs) / hourMs);
    expect(lengths('2026-03-23T08:00:00Z', '2026-03-30T07:00:00Z')).toEqual([167]);
    expect(lengths('2026-10-19T07:00:00Z', '2026-10-26T08:00:00Z')).toEqual([169]);
  });

  it('tells who, until when, who is next and why', () => {
    expect(whoIsOnCall(schedule(), at('2026-01-06T12:00:00Z'))).toEqual({
      people: ['alice'],
      reason: 'weekly rotation, hand-over 09:00',
      untilMs: at('2026-01-12T08:00:00Z'),
      next: { people: ['bob'], atMs: at('2026-01-12T08:00:00Z') },
    });
  });

  it('lets an hour that comes twice belong to both, so that no instant is empty', () => {
    const daily = schedule({}, { period: { unit: 'days', count: 1 }, handOverTime: '02:30', handOverWeekday: null });
    const shifts = shiftsBetween(daily, at('2026-10-24T12:00:00Z'), at('2026-10-25T12:00:00Z'));
    expect(shifts.map((shift) => [iso(shift.startMs), shift.people])).toEqual([
      ['2026-10-24T12:00:00.000Z', ['alice']],
      ['2026-10-25T00:30:00.000Z', ['alice', 'bob']],
      ['2026-10-25T01:30:00.000Z', ['bob']],
    ]);
  });

  it('hands over at the jump when the wall-clock time never comes', () => {
    const daily = schedule({}, { period: { unit: 'days', count: 1 }, handOverTime: '02:30', handOverWeekday: null });
    expect(iso(whoIsOnCall(daily, at('2026-03-28T12:00:00Z')).untilMs)).toBe('2026-03-29T01:00:00.000Z');
    const beirut = schedule(
      { timezone: 'Asia/Beirut' },
      { period: { unit: 'days', count: 1 }, handOverTime: '00:00', handOverWeekday: null },
    );
    // Midnight of 29 March 2026 does not exist there: the day begins at 01:00, which is 22:00 UTC.
    expect(iso(whoIsOnCall(beirut, at('2026-03-28T12:00:00Z')).untilMs)).toBe('2026-03-28T22:00:00.000Z');
  });

  it('counts months from the start, so that the 31st comes back after a short month', () => {
    const monthly = schedule({}, { period: { unit: 'months', count: 1 }, start: '2026-01-31', handOverWeekday: null });
    const days = shiftsBetween(monthly, at('2026-01-31T12:00:00Z'), at('2026-06-01T12:00:00Z')).map((shift) => iso(shift.startMs));
    expect(days.slice(1)).toEqual([
      '2026-02-28T08:00:00.000Z',
      '2026-03-31T07:00:00.000Z',
      '2026-04-30T07:00:00.000Z',
      '2026-05-31T07:00:00.000Z',
    ]);
  });

  it('knows the 29th of February', () => {
    const daily = schedule({}, { period: { unit: 'days', count: 1 }, start: '2028-02-28', handOverWeekday: null });
    expect(iso(whoIsOnCall(daily, at('2028-02-28T12:00:00Z')).untilMs)).toBe('2028-02-29T08:00:00.000Z');
    expect(iso(whoIsOnCall(daily, at('2028-02-29T12:00:00Z')).untilMs)).toBe('2028-03-01T08:00:00.000Z');
  });

  it('has nobody before the first day, also when that is no hand-over day', () => {
    const midweek = schedule({}, { start: '2026-01-07' });
    expect(whoIsOnCall(midweek, at('2026-01-07T07:59:00Z')).people).toEqual([]);
    expect(whoIsOnCall(midweek, at('2026-01-07T08:00:00Z'))).toMatchObject({ people: ['alice'], untilMs: at('2026-01-12T08:00:00Z') });
  });

  it('gives a night window once, also in the night that the clocks go back', () => {
    const nights = { windows: [{ weekdays: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '06:00' }], people: ['alice'] };
    const shifts = shiftsBetween(schedule({}, nights), at('2026-10-24T10:00:00Z'), at('2026-10-26T10:00:00Z'));
    expect(shifts.filter((shift) => shift.people.length > 0).map((shift) => [iso(shift.startMs), iso(shift.endMs)])).toEqual([
      ['2026-10-24T20:00:00.000Z', '2026-10-25T05:00:00.000Z'],
      ['2026-10-25T21:00:00.000Z', '2026-10-26T05:00:00.000Z'],
    ]);
  });

  it('falls to the next layer outside the windows of the first', () => {
    const office = rotation({ people: ['carol'], windows: [{ weekdays: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }] });
    const layered = schedule({ layers: [office, rotation({ people: ['dave'] })] });
    expect(whoIsOnCall(layered, at('2026-06-03T10:00:00Z'))).toMatchObject({
      people: ['carol'],
      reason: expect.stringContaining('layer 1') as string,
    });
    expect(whoIsOnCall(layered, at('2026-06-06T10:00:00Z'))).toMatchObject({
      people: ['dave'],
      reason: expect.stringContaining('layer 2') as string,
    });
  });

  it('lets an override win, its end excluded, the one written last first', () => {
    const christmas = { startMs: at('2026-12-24T00:00:00+01:00'), endMs: at('2026-12-27T00:00:00+01:00'), person: 'bob' };
    const one = schedule({
      overrides: [christmas, { startMs: at('2026-12-25T00:00:00+01:00'), endMs: at('2026-12-26T00:00:00+01:00'), person: 'carol' }],
    });
    expect(whoIsOnCall(one, at('2026-12-24T12:00:00Z'))).toMatchObject({
      people: ['bob'],
      reason: 'override until 2026-12-26T23:00:00.000Z',
    });
    expect(whoIsOnCall(one, at('2026-12-25T12:00:00Z')).people).toEqual(['carol']);
    expect(whoIsOnCall(one, at('2026-12-26T23:00:00Z')).reason).toContain('rotation');
  });

  it('takes the highest priority of a calendar', () => {
    const calendar = {
      kind: 'calendar' as const,
      shifts: [
        { startMs: at('2026-05-01T00:00:00Z'), endMs: at('2026-05-03T00:00:00Z'), people: ['alice', 'bob'], priority: 0 },
        { startMs: at('2026-05-02T00:00:00Z'), endMs: at('2026-05-02T12:00:00Z'), people: ['carol'], priority: 1 },
      ],
    };
    const one = schedule({ layers: [calendar] });
    expect(whoIsOnCall(one, at('2026-05-01T10:00:00Z')).people).toEqual(['alice', 'bob']);
    expect(whoIsOnCall(one, at('2026-05-02T10:00:00Z')).people).toEqual(['carol']);
    expect(gapsBetween(one, at('2026-05-01T00:00:00Z'), at('2026-05-04T00:00:00Z'))).toEqual([
      { startMs: at('2026-05-03T00:00:00Z'), endMs: at('2026-05-04T00:00:00Z'), why: 'nobody is on call' },
    ]);
  });

  it('counts a shift of unknown people as a gap', () => {
    const gaps = gapsBetween(schedule(), at('2026-01-05T08:00:00Z'), at('2026-01-26T08:00:00Z'), (person) => person === 'alice');
    expect(gaps.map((gap) => [iso(gap.startMs), gap.why])).toEqual([
      ['2026-01-12T08:00:00.000Z', 'bob: not among the people of the catalog'],
    ]);
  });
});

describe('on call, any rotation in any zone', () => {
  const anyRotation = fc.record({
    timezone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Beirut', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'UTC'),
    count: fc.integer({ min: 1, max: 21 }),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.constantFrom(0, 15, 30, 45),
    people: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 4 }),
    offsetMs: fc.integer({ min: 0, max: 3 * 365 * 24 * 60 }).map((minutes) => minutes * 60_000),
  });

  it('never leaves a gap, and every shift agrees with who is asked in its middle and at both ends', () => {
    fc.assert(
      fc.property(anyRotation, ({ timezone, count, hour, minute, people, offsetMs }) => {
        const two = (value: number) => String(value).padStart(2, '0');
        const layer = {
          period: { unit: 'days' as const, count },
          handOverTime: `${two(hour)}:${two(minute)}`,
          handOverWeekday: null,
          people,
        };
        const one = schedule({ timezone }, layer);
        const fromMs = at('2026-01-08T00:00:00Z') + offsetMs;
        const shifts = shiftsBetween(one, fromMs, fromMs + 30 * dayMs);
        expect(shifts.every((shift) => shift.people.length > 0)).toBe(true);
        for (const [index, shift] of shifts.entries()) {
          expect(shift.startMs).toBe(index === 0 ? fromMs : shifts[index - 1]?.endMs);
          for (const moment of [shift.startMs, (shift.startMs + shift.endMs) / 2, shift.endMs - 1])
            expect(whoIsOnCall(one, moment).people).toEqual(shift.people);
        }
      }),
      { numRuns: 25 },
    );
  });
});
