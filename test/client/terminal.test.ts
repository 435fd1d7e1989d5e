import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nextCommand } from '../../client/cli/triage/next-command.js';
import { coloured, createTerminal, hasColour } from '../../client/cli/terminal/terminal.js';
import { pasteOf, toDoOf } from '../../client/doctor/to-do.js';
import { failed, lacking, ok } from '../../client/doctor/check.js';
import { outcomes } from '../../core/model/outcome.js';

function output(isTTY: boolean) {
  let text = '';
  return { stream: { isTTY, columns: 60, write: (part: string) => (text += part) }, text: () => text };
}

/** What somebody sees: the screen after every carriage return and erased line. */
function screen(text: string): string[] {
  return text
    .replaceAll(/\u001b\[\d*m/g, '')
    .split('\n')
    .map((line) => line.split('\r\u001b[K').at(-1) ?? '');
}

describe('the living line', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const sleep = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

  it('is there at once, tells how long, and leaves nothing behind', async () => {
    const { stream, text } = output(true);
    const terminal = createTerminal(stream, {});
    terminal.wait('connecting to Temporal', false);
    expect(screen(text())).toEqual([expect.stringMatching(/^\S connecting to Temporal$/)]);
    await sleep(2_150);
    expect(screen(text())).toEqual([expect.stringMatching(/^\S connecting to Temporal \(2 s\)$/)]);
    terminal.say('incident accepted');
    terminal.wait('x'.repeat(200), false);
    expect(screen(text())[0]).toBe('incident accepted');
    expect(screen(text())[1]).toHaveLength(59);
    terminal.clear();
    expect(screen(text())).toEqual(['incident accepted', '']);
  });

  it('is one plain line elsewhere, within 300 ms and only when it lasts, and none beside JSON', async () => {
    const { stream, text } = output(false);
    const terminal = createTerminal(stream, {});
    terminal.wait('short', false);
    terminal.clear();
    terminal.wait('beside JSON', true);
    await sleep(300);
    expect(text()).toBe('');
    terminal.wait('long', false);
    await sleep(300);
    expect(text()).toBe('long\n');
    terminal.say('done');
    await sleep(300);
    expect(text()).toBe('long\ndone\n');
  });

  it('has colour only on a terminal that wants some', () => {
    expect(hasColour({ isTTY: true }, {})).toBe(true);
    for (const environment of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) expect(hasColour({ isTTY: true }, environment)).toBe(false);
    expect(hasColour({ isTTY: false }, {})).toBe(false);
    expect([coloured('a', 'red', true), coloured('a', 'red', false)]).toEqual(['\u001b[31ma\u001b[0m', 'a']);
    const { stream, text } = output(true);
    createTerminal(stream, { NO_COLOR: '1' }).wait('plain', false);
    expect(text()).not.toMatch(/\u001b\[\d+m/);
  });
});

describe('what is to be typed next', () => {
  const typed = (words: string): string => `perf-responder ${words} --address 127.0.0.1:7300`;

  it('is a command for every outcome but a refusal', () => {
    for (const outcome of [...outcomes, null]) {
      const next = nextCommand({ incidentId: 'perf-1', endpoint: 'shop/search', outcome, causes: [] }, typed);
      if (outcome === 'refused') expect(next).toBeNull();
      else expect(next, String(outcome)).toMatch(/^perf-responder \w[^#]* --address 127\.0\.0\.1:7300(?: {2,}# .*)?$/);
    }
  });

  it('quotes an address', () => {
    expect(nextCommand({ incidentId: 'i', endpoint: 'GET http://h/a?b=$1', outcome: 'localized', causes: [] }, typed)).toContain(
      "rerun 'GET http://h/a?b=$1' --address",
    );
  });
});

describe('what doctor tells to do', () => {
  const checks = [
    ok('node', 'Node', '20'),
    lacking(
      'a',
      'statements',
      'none',
      'As the administrator: add it to shared_preload_libraries and restart the server, then run CREATE EXTENSION pg_stat_statements in this database.',
    ),
    lacking('b', 'sessions of others', 'hidden', 'GRANT pg_monitor TO "shop"'),
    lacking('c', 'old statistics', 'old', 'Run ALTER EXTENSION pg_stat_statements UPDATE in this database.'),
    failed('d', 'a server', 'none', 'Start it.'),
    failed('e', 'a worker', 'none', 'Start it.'),
  ];

  it('is each remedy once, what nothing works without first', () => {
    expect(toDoOf(checks)[0]).toEqual({ remedy: 'Start it.', for: ['a server', 'a worker'] });
    expect(toDoOf(checks)).toHaveLength(4);
  });

  it('is statements that can be pasted, and variables that are not set', () => {
    expect(pasteOf(checks, [])).toEqual({
      shell: [],
      sql: ['CREATE EXTENSION pg_stat_statements;', 'GRANT pg_monitor TO "shop";', 'ALTER EXTENSION pg_stat_statements UPDATE;'],
    });
    const { shell, sql } = pasteOf([], ['SHOP_DATABASE_URL', 'SHOP_TOKEN']);
    expect(shell).toEqual(["export SHOP_DATABASE_URL='postgres://responder:PASSWORD@127.0.0.1:5432/DATABASE'", "export SHOP_TOKEN='…'"]);
    expect(sql).toContain('GRANT pg_monitor TO responder;');
  });
});
