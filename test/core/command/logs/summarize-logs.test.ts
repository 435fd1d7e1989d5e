import { describe, expect, it } from 'vitest';
import { joinEntries, readLogLine } from '../../../../core/command/logs/log-line.js';
import { maskLine } from '../../../../core/command/logs/mask-line.js';
import { isProblem, summarizeLogs } from '../../../../core/command/logs/summarize-logs.js';

const at = (text: string): number => Date.parse(text);

describe('masking', () => {
  it.each([
    ['order 123 failed in 4.5ms', 'order <num> failed in <num>ms'],
    ['id 2b1c9e7a-0f3d-4c55-9a51-3f1a1f7b2c11 gone', 'id <uuid> gone'],
    ['peer 10.0.0.7:5432 and [fe80::1:2:3:4]', 'peer <ip> and [<ip>]'],
    ['trace 4bf92f3577b34da6a3ce929d0e0e4736 at 0x7fff12', 'trace <hex> at <hex>'],
    ['mail to ann.b+x@example.co.uk', 'mail to <email>'],
    ['since 2026-03-02T10:00:00.123Z', 'since <time>'],
    ['version v2 of utf8 stays, decade too', 'version v2 of utf8 stays, decade too'],
  ])('makes %s to %s', (line, masked) => {
    expect(maskLine(line)).toBe(masked);
  });
});

describe('reading a line', () => {
  it.each([
    ['{"level":50,"time":1772445600123,"msg":"boom","req":{"url":"/orders?id=7"}}', 'error', '2026-03-02T10:00:00.123Z', '/orders', 'boom'],
    [
      '{"severity":"WARNING","timestamp":"2026-03-02T10:00:00Z","message":"late","path":"/x"}',
      'warn',
      '2026-03-02T10:00:00.000Z',
      '/x',
      'late',
    ],
    ['2026-03-02 10:00:00,500 ERROR [app.pool] no connection', 'error', '2026-03-02T10:00:00.500Z', null, 'no connection'],
    ['2026-03-02T11:00:00+01:00 level=error msg="no route" path=/y', 'error', '2026-03-02T10:00:00.000Z', null, 'no route'],
    ['10.0.0.1 - - "GET /orders/7?x=1 HTTP/1.1" 200', null, null, '/orders/7', '10.0.0.1'],
    ['the error was handled', null, null, null, 'the error was handled'],
    ['TypeError: x is not a function', 'error', null, null, 'TypeError: x is not a function'],
  ])('reads %s', (line, level, time, path, message) => {
    const entry = readLogLine(line);
    expect([entry.level, entry.atMs === null ? null : new Date(entry.atMs).toISOString(), entry.path]).toEqual([level, time, path]);
    expect(entry.message).toContain(message);
  });

  it('keeps a stack with its entry, in JavaScript, Java and Python', () => {
    const entries = joinEntries([
      'TypeError: boom',
      '    at f (/srv/a.js:1:2)',
      '2026-03-02 10:00:00 ERROR failed',
      'java.lang.IllegalStateException: x',
      '\tat a.B.c(B.java:7)',
      'Caused by: java.io.IOException: y',
      '\t... 12 more',
      '2026-03-02 10:00:01 ERROR in worker',
      'Traceback (most recent call last):',
      '  File "a.py", line 1, in <module>',
      'ValueError: z',
      '2026-03-02 10:00:02 INFO fine',
    ]);
    expect(entries.map((entry) => entry.more.length)).toEqual([1, 0, 3, 3, 0]);
    expect(entries.map(isProblem)).toEqual([true, true, true, true, false]);
  });
});

describe('the summary of a window', () => {
  const from = at('2026-03-02T10:00:00Z');
  const window = { fromMs: from, toMs: from + 900_000, beforeFromMs: from - 3_600_000 };
  const line = (offsetS: number, text: string): string => `${new Date(from + offsetS * 1000).toISOString()} ERROR ${text}`;
  const many = (count: number, offsetS: number, text: (index: number) => string): string[] =>
    Array.from({ length: count }, (_, index) => line(offsetS + index, text(index)));

  it('tells new, rising and usual messages apart, against the hour before', () => {
    const entries = joinEntries([
      ...many(40, -3000, (index) => `order ${index} could not be sent`),
      ...many(4, -2000, (index) => `pool of ${index} exhausted now`),
      ...many(10, 10, (index) => `order ${index} could not be sent`),
      ...many(60, 10, (index) => `pool of ${index} exhausted now`),
      ...many(7, 30, (index) => `flag async-payment: POST /pay failed with code ${index}`),
    ]);
    expect(summarizeLogs(entries, window).map(({ template, count, before, state }) => [template, count, before, state])).toEqual([
      ['flag async-payment: POST /pay failed with code <num>', 7, 0, 'new'],
      ['pool of <num> exhausted now', 60, 1, 'rising'],
      ['order <num> could not be sent', 10, 10, 'usual'],
    ]);
  });

  it('names the paths, the first and last time and one sample with its stack', () => {
    const entries = joinEntries([line(5, 'GET /b failed'), '    at f (a.js:1)', line(9, 'GET /a failed'), line(12, 'GET /b failed')]);
    expect(summarizeLogs(entries, window)).toEqual([
      {
        template: 'GET <*> failed',
        count: 3,
        firstAt: '2026-03-02T10:00:05.000Z',
        lastAt: '2026-03-02T10:00:12.000Z',
        before: 0,
        state: 'new',
        paths: ['/b', '/a'],
        sample: 'GET /b failed\n    at f (a.js:1)',
      },
    ]);
  });

  it('calls nothing new where the time before was not read, and a handful no rise', () => {
    const few = joinEntries([line(1, 'one two'), line(2, 'one two')]);
    expect(summarizeLogs(few, { ...window, beforeFromMs: null })[0]).toMatchObject({ before: null, state: 'usual' });
    const handful = joinEntries([line(-100, 'one two'), ...many(3, 1, () => 'one two')]);
    expect(summarizeLogs(handful, window)[0]).toMatchObject({ before: 0.25, state: 'usual' });
  });
});
