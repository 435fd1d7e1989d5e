import { describe, expect, it } from 'vitest';
import { recordedReport } from '../../../../support/recorded-report.js';
import { checkRule } from './check-rule.js';

checkRule('slow-dependency', {
  fires: [
    ['slow-dependency', { route: 'GET /related/:id' }],
    ['weather-forecast', { route: 'GET /forecast/towns/:id' }],
    ['currency-rates', {}],
    ['library-unlisted-database', {}],
  ],
  silent: ['healthy'],
  lookAlike: [
    ['retry-amplification', 'retry-amplification'],
    ['ledger-balance', 'pool-exhausted'],
    ['label-printer', 'inside-wait'],
  ],
});

describe('a peer of a service whose catalog names no database', () => {
  it.each([
    ['library-unlisted-database', true],
    ['weather-forecast', false],
    ['currency-rates', false],
  ])('%s: is told to be perhaps one only where the service has the driver of one', async (name, isAsked) => {
    const { incident } = await recordedReport(name);
    expect(incident.causes[0]?.id).toBe('slow-dependency');
    expect(incident.missingEvidence.some(({ id }) => id === 'database-not-named')).toBe(isAsked);
  });
});
