import { expect, test } from 'vitest';
import { lintLanguage } from '../../../../core/command/postmortem/language-lint.js';

const calm = { roleOf: new Map([['alice', 'the commander']]), errorRatio: 1, contributingFactors: 1 };

test.each([
  ['a careless change', 'careless'],
  ['we should have tested it', 'should have'],
  ["it couldn't have been seen", "couldn't have"],
  ['the deploy failed to finish', 'failed to'],
  ['somebody forgot the flag', 'forgot'],
  ['Human error', 'Human error'],
  ['it was the fault of the vendor', 'fault of'],
  ['obviously wrong', 'obviously'],
  ['simply restart', 'simply'],
  ['just a typo', 'just'],
])('"%s" is advised against', (text, found) => {
  expect(lintLanguage(`# Title\n\n${text}`, calm)).toMatchObject([{ line: 3, text }]);
  expect(lintLanguage(text, calm)[0]?.advice).toContain(`"${found}": `);
});

test('a person is a role, except as an owner', () => {
  const text = '## Timeline\n\nAlice broke it\nmalice is a word\n\n## Action Items\n\n- Owner: alice';
  expect(lintLanguage(text, calm)).toEqual([
    { line: 3, text: 'Alice broke it', advice: '"alice": write the commander; the role matters, not the name' },
  ]);
});

test('a name behind its role is what the advice asks for', () => {
  expect(lintLanguage('Severity: SEV1 Commander: alice Start', calm)).toEqual([]);
  expect(lintLanguage('Commander: alice, and alice again', calm)).toHaveLength(1);
});

test('an outage is one only when everything failed; one root cause stands alone', () => {
  expect(lintLanguage('an outage', calm)).toEqual([]);
  expect(lintLanguage('an outage', { ...calm, errorRatio: 0.15 })[0]?.advice).toContain('at most 15 % of requests failed');
  expect(lintLanguage('an outage', { ...calm, errorRatio: null })[0]?.advice).toContain('not known');
  expect(lintLanguage('The root cause was X', { ...calm, contributingFactors: 2 })[0]?.advice).toContain('contributing factors');
});

test('comments and code are not prose', () => {
  expect(lintLanguage('<!-- newer:x\n+ just a\nnewer:x -->\n```\nsimply\n```\n<!-- blame -->', calm)).toEqual([]);
});
