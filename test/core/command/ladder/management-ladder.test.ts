import { describe, expect, it } from 'vitest';
import { managementDue, stoodDown, type ManagementLevel } from '../../../../core/command/ladder/management-ladder.js';

const minute = 60_000;
const levels: ManagementLevel[] = [
  { level: 'L3', role: 'Engineering Manager', afterMs: 30 * minute, notify: ['carol'], severities: ['SEV1', 'SEV2'] },
  { level: 'L4', role: 'VP Engineering', afterMs: 60 * minute, notify: ['dave'], severities: ['SEV1'] },
];
const start = { declaredAtMs: 0, severity: 'SEV2' as const, told: [] as string[], forcedTo: null };
const names = (due: { now: readonly ManagementLevel[] }) => due.now.map((level) => level.level);

describe('the management ladder', () => {
  it('tells a level once its time has come, and says who is next', () => {
    expect(managementDue(levels, start, 10 * minute)).toMatchObject({ now: [], next: { atMs: 30 * minute, level: { level: 'L3' } } });
    expect(names(managementDue(levels, start, 30 * minute))).toEqual(['L3']);
  });

  it('tells nobody twice', () => {
    expect(managementDue(levels, { ...start, told: ['L3'] }, 40 * minute)).toEqual({ now: [], next: null });
  });

  it('tells at once whoever is overdue after the severity was raised', () => {
    const raised = { ...start, severity: 'SEV1' as const, told: ['L3'] };
    expect(names(managementDue(levels, raised, 90 * minute))).toEqual(['L4']);
  });

  it('tells everybody up to the level that somebody escalated to, whatever the severity', () => {
    expect(names(managementDue(levels, { ...start, severity: 'SEV3', forcedTo: 'L4' }, minute))).toEqual(['L3', 'L4']);
  });

  it('lets those stand down who were told and are no longer called for', () => {
    expect(stoodDown(levels, ['L3', 'L4'], 'SEV2').map((level) => level.level)).toEqual(['L4']);
    expect(stoodDown(levels, ['L3'], 'SEV3').map((level) => level.level)).toEqual(['L3']);
  });
});
