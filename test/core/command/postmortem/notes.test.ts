import { expect, test } from 'vitest';
import { missingInNotes, parseNotes } from '../../../../core/command/postmortem/notes.js';

const told = (text: string): string[] => parseNotes(text).events.map(({ at, text: what }) => `${at.slice(0, 16)} ${what}`);
const head = 'Date: 2026-03-02 UTC\n';

test.each([
  ['14:25 - alert fired', '14:25 alert fired'],
  ['14:25:40 alert fired', '14:25 alert fired'],
  ['[14:35] all fail', '14:35 all fail'],
  ['(14:15) flag on', '14:15 flag on'],
  ['* 14h30: declared', '14:30 declared'],
  ['- **14:45** flag off', '14:45 flag off'],
  ['| 15:15 | restored |', '15:15 restored'],
  ['2:05pm looked at logs', '14:05 looked at logs'],
  ['[2:05 PM] alice: on it', '14:05 alice: on it'],
  ['12:10 AM night', '00:10 night'],
  ['14:25 UTC – alert', '14:25 alert'],
  ['14:25 DB pool is full', '14:25 DB pool is full'],
  ['2026-03-02T15:25:00+01:00 alert', '14:25 alert'],
  ['2026-03-02 14:25 alert', '14:25 alert'],
])('%s', (line, expected) => {
  expect(told(head + line)).toEqual([`2026-03-02T${expected}`]);
});

test('a clock over midnight is of the next day, one that is a little late is not', () => {
  expect(told(`${head}23:58 a\n00:04 b\n00:01 c`)).toEqual(['2026-03-02T23:58 a', '2026-03-03T00:04 b', '2026-03-03T00:01 c']);
  expect(told(`${head}14:30 a\n14:25 b`)).toEqual(['2026-03-02T14:30 a', '2026-03-02T14:25 b']);
  expect(told(`${head}23:58 a\n00:04 b\n08:00 c\n23:00 d\n01:00 e`).map((line) => line.slice(8, 16))).toEqual([
    '02T23:58',
    '03T00:04',
    '03T08:00',
    '03T23:00',
    '04T01:00',
  ]);
});

test('the zone is that of the notes, its change of clocks included', () => {
  const notes = '# Notes of March 28, 2026 (Europe/Berlin)\n23:30 a\n03:30 b';
  expect(told(notes)).toEqual(['2026-03-28T22:30 a', '2026-03-29T01:30 b']);
  expect(told('Incident notes – 2026-03-02 (UTC)\n14:00 a\nincident of 2026-03-01 is like it\n14:05 b')).toEqual([
    '2026-03-02T14:00 a',
    '2026-03-02T14:05 b',
  ]);
  expect(told('Date: 2 March 2026\nTimezone: UTC+2\n14:00 a')).toEqual(['2026-03-02T12:00 a']);
});

test('a day or zone that nobody wrote is asked for, never guessed', () => {
  expect(missingInNotes(parseNotes('14:25 a'))).toContain('Date:');
  expect(missingInNotes(parseNotes('Date: 2026-03-02\n14:25 a'))).toContain('Timezone:');
  expect(missingInNotes(parseNotes('Date: 12/11 UTC\n14:25 a'))).toContain('Date:');
  expect(missingInNotes(parseNotes('2026-03-02T14:25Z a'))).toBeNull();
});

test('relative times count from T0 or from the line above', () => {
  expect(told(`${head}T0: 14:05\nT+5 alert\nT-10min deploy\n+3 min looked`)).toEqual([
    '2026-03-02T14:10 alert',
    '2026-03-02T13:55 deploy',
    '2026-03-02T13:58 looked',
  ]);
  expect(parseNotes(`${head}T+5 alert\n+3 min looked`).unparsed.map(({ why }) => why)).toEqual([
    expect.stringContaining('T0 is not known'),
    'no line above has a time',
  ]);
});

test('chat copies: the name and time above, the words below', () => {
  expect(told(`${head}Alice Smith  2:05 PM\nlooking at the pool\nBob [14:07]\nflag is off`)).toEqual([
    '2026-03-02T14:05 Alice Smith: looking at the pool',
    '2026-03-02T14:07 Bob: flag is off',
  ]);
});

test('what cannot be read is listed with its line and reason; nothing is dropped', () => {
  const notes = `${head}14:25 alert\n  pool was full\ndeploy 2024.12.20-3\naround 3 it got worse\n25:10 what\n14:30 PT call\n\n1430 restart`;
  const { events, unparsed } = parseNotes(notes);
  expect(events).toEqual([{ line: 2, at: '2026-03-02T14:25:00.000Z', text: 'alert pool was full' }]);
  expect(unparsed.map(({ line, text }) => `${line} ${text}`)).toEqual([
    '4 deploy 2024.12.20-3',
    '5 around 3 it got worse',
    '6 25:10 what',
    '7 14:30 PT call',
    '9 1430 restart',
  ]);
  expect(unparsed[3]?.why).toContain('not one zone');
});
