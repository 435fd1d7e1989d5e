import { describe, expect, it } from 'vitest';
import { handOffFacts } from '../../../core/decisions/hand-off-facts.js';
import { createIncidentFor } from '../../support/stories/incident-document.js';

describe('handOffFacts', () => {
  it('tells what is slow, by how much and where, one fact a line', () => {
    expect(handOffFacts(createIncidentFor('shop/orders'))).toEqual([
      'endpoint shop/orders',
      'reported: p95 900ms',
      'measured under load: p95 812 ms, budget 250 ms',
      'the latency is db-bound',
      'missing-index in database query, 90 % of the latency: orders',
    ]);
  });
});
