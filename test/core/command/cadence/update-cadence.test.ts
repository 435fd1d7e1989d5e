import { describe, expect, it } from 'vitest';
import {
  cadenceDeadlines,
  nextUpdateAt,
  nextWorkdayMorning,
  updateDueAfterChange,
} from '../../../../core/command/cadence/update-cadence.js';
import { severityTable } from '../../../../core/command/severity/severity.js';

const minute = 60_000;
const at = (text: string): number => Date.parse(text);

describe('the cadence of updates', () => {
  it('is that of the severity table', () => {
    expect(nextUpdateAt(severityTable.SEV1, 0, 'UTC')).toBe(15 * minute);
    expect(nextUpdateAt(severityTable.SEV2, 0, 'UTC')).toBe(30 * minute);
    expect(nextUpdateAt(severityTable.SEV3, 0, 'UTC')).toBe(120 * minute);
  });

  it('is the next working morning for a minor incident, also over a weekend with a change of clocks', () => {
    expect(nextWorkdayMorning(at('2026-11-27T15:00:00Z'), 'Europe/Berlin')).toBe(at('2026-11-30T08:00:00Z'));
    expect(nextWorkdayMorning(at('2026-10-23T15:00:00Z'), 'Europe/Berlin')).toBe(at('2026-10-26T08:00:00Z'));
    // It is already Monday in Tokyo.
    expect(nextUpdateAt(severityTable.SEV4, at('2026-11-29T16:00:00Z'), 'Asia/Tokyo')).toBe(at('2026-12-01T00:00:00Z'));
  });

  it('keeps the sooner promise when the severity changes', () => {
    expect(updateDueAfterChange(30 * minute, 15 * minute)).toBe(15 * minute);
    expect(updateDueAfterChange(10 * minute, 120 * minute)).toBe(10 * minute);
  });

  it('reminds three minutes before and tells the commander five minutes after', () => {
    expect(cadenceDeadlines(0, 15 * minute)).toEqual([
      { step: 'remind-communications', atMs: 12 * minute },
      { step: 'overdue', atMs: 15 * minute },
      { step: 'remind-commander', atMs: 20 * minute },
    ]);
  });

  it('reminds half-way where the cadence is a matter of seconds', () => {
    expect(cadenceDeadlines(0, 1000).map((one) => one.atMs)).toEqual([500, 1000, 2000]);
  });
});
