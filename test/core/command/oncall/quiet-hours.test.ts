import { describe, expect, it } from 'vitest';
import { quietUntil } from '../../../../core/command/oncall/quiet-hours.js';

const night = { from: '22:00', to: '07:00', timezone: 'Europe/Berlin' };
const until = (hours: typeof night, at: string): string | null => {
  const end = quietUntil(hours, Date.parse(at));
  return end === null ? null : new Date(end).toISOString();
};

describe('quiet hours', () => {
  it('hold over midnight in the zone of the person, from their first to before their last minute', () => {
    expect(until(night, '2026-01-10T20:59:59Z')).toBeNull();
    expect(until(night, '2026-01-10T21:00:00Z')).toBe('2026-01-11T06:00:00.000Z');
    expect(until(night, '2026-01-11T05:59:59Z')).toBe('2026-01-11T06:00:00.000Z');
    expect(until(night, '2026-01-11T06:00:00Z')).toBeNull();
  });

  it('end by the wall clock when clocks change', () => {
    expect(until(night, '2026-03-28T23:00:00Z')).toBe('2026-03-29T05:00:00.000Z');
    expect(until(night, '2026-10-24T23:00:00Z')).toBe('2026-10-25T06:00:00.000Z');
    // 02:30 comes twice in autumn, and never in spring.
    expect(until({ ...night, to: '02:30' }, '2026-10-25T01:15:00Z')).toBe('2026-10-25T01:30:00.000Z');
    expect(until({ ...night, to: '02:30' }, '2026-03-29T00:30:00Z')).toBe('2026-03-29T01:00:00.000Z');
  });

  it('may be by day, and are none when they begin as they end', () => {
    expect(until({ from: '12:00', to: '13:00', timezone: 'UTC' }, '2026-01-10T12:30:00Z')).toBe('2026-01-10T13:00:00.000Z');
    expect(until({ from: '12:00', to: '12:00', timezone: 'UTC' }, '2026-01-10T12:00:00Z')).toBeNull();
  });
});
