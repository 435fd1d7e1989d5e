import { expect, test } from 'vitest';
import { actionItems, lintActions } from '../../../../core/command/postmortem/action-items.js';
import type { ActionRow } from '../../../../core/command/incident/findings.js';
import { sampleIncident } from '../../../support/stories/sample-incident.js';

const good: ActionRow = {
  id: 'A-1',
  priority: 'P1',
  type: 'detect',
  title: 'Add an alert on pool use above 80 %',
  owner: 'sre',
  due: '2026-03-09',
  state: 'open',
};
const adviceFor = (over: Partial<ActionRow>): string[] =>
  lintActions(sampleIncident({ changes: [], severity: 'SEV3' }), [{ ...good, ...over }]).map(({ advice }) => advice);

test('an item that can be done and followed is left alone', () => {
  expect(adviceFor({})).toEqual([]);
});

test.each<[Partial<ActionRow>, string]>([
  [{ owner: null }, 'name one owner'],
  [{ owner: '@everyone' }, 'name one owner'],
  [{ due: null }, 'due date'],
  [{ due: '2026-04-09' }, 'P1 is due within 7 d'],
  [{ priority: 'urgent' }, 'P0, P1'],
  [{ type: 'fix' }, 'set the type'],
  [{ title: 'Improve monitoring by 10 %' }, 'say what will be different'],
  [{ title: 'The pool of 80 connections' }, 'begin with a verb'],
  [{ title: 'Fix the leak' }, 'how one sees that it is done'],
])('%j is advised: %s', (over, advice) => {
  expect(adviceFor(over)).toEqual([expect.stringContaining(advice)]);
});

test('a major incident needs prevention and detection, and an answer to every accused change', () => {
  const advice = lintActions(sampleIncident(), [good]).map((one) => one.advice);
  expect(advice).toEqual([expect.stringContaining('type prevent'), expect.stringContaining('async-payment')]);
});

test('the record asks for items that pass the lint once they have an owner', () => {
  const status = sampleIncident({ timeline: [] });
  const items = actionItems(status, (service) => `${service}-team`);
  expect(items.map(({ id, owner, due, state }) => [id, owner, due, state])).toEqual([
    ['P-change-async-payment', 'payment-team', '2026-03-03', 'proposed'],
    ['P-alert-payment', 'payment-team', '2026-03-09', 'proposed'],
  ]);
  expect(lintActions(status, items)).toEqual([]);
  expect(
    lintActions(
      status,
      actionItems(status, () => null),
    ).every(({ advice }) => advice.startsWith('name one owner')),
  ).toBe(true);
});

test('one restart of a process that serves two services is asked for once', () => {
  const [change] = sampleIncident().changes;
  if (change === undefined) throw new Error('the sample has a change');
  const changes = [change, { ...change, service: 'search' }];
  const asked = lintActions(sampleIncident({ severity: 'SEV3', changes }), [good]).map(({ advice }) => advice);
  expect(asked).toEqual([expect.stringContaining('async-payment')]);
});
