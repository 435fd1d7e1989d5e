import { describe, expect, it } from 'vitest';
import { boardLimitBytes, renderBoard, type StageRow } from '../../../core/decisions/status-board.js';

const row = (change: Partial<StageRow> = {}): StageRow => ({
  ...{ stage: 'confirm', state: 'done', result: 'confirmed, p95 812 ms', startedAtMs: 0, endedAtMs: 61_234 },
  ...change,
});

describe('renderBoard', () => {
  it('says what happens now, what one can do, and how every stage went', () => {
    const rows = [row(), row({ stage: 'report', state: 'running', result: '', endedAtMs: null })];
    expect(renderBoard({ phase: 'waiting', now: 'localized: waiting', openPlanId: 'abc', rows })).toMatchInlineSnapshot(`
      "Now: localized: waiting / You can: send Update \`decideRemedy\` {"planId":"abc","decision":"approve","by":"you"}, or Signal \`rerunConfirmation\`, \`handOff\` or \`closeIncident\`, Update \`acknowledge\` {"by":"you"}.

      | stage | state | result | took |
      |---|---|---|---|
      | confirm | ✅ | confirmed, p95 812 ms | 61.2 s |
      | report | ⏳ |  |  |"
    `);
  });

  it('keeps text from outside from breaking the table', () => {
    expect(renderBoard({ phase: 'confirming', now: '', openPlanId: null, rows: [row({ result: 'a | b\nc' })] })).toContain('| a   b c |');
  });

  it('shows no link, image, code or colour that text from outside asks for', () => {
    const hostile = '[click](http://evil.test) ![x](http://evil.test/p) `code` <b>b</b> \u001b[31mred\u001b[0m\u202eflip';
    const board = renderBoard({ phase: 'confirming', now: hostile, openPlanId: null, rows: [row({ result: hostile.slice(0, 60) })] });
    expect(board).not.toMatch(/(?<!\\)[[\]<>]|\u001b|\u202e/);
  });

  it('drops the oldest rows and says so when it would grow over 2 KB', () => {
    const rows = Array.from({ length: 80 }, (_, index) => row({ stage: `verify ${index}`, result: 'ü'.repeat(100) }));
    const board = renderBoard({ phase: 'waiting', now: 'still failing', openPlanId: null, rows });
    expect(Buffer.byteLength(board)).toBeLessThanOrEqual(boardLimitBytes);
    expect(board).toContain('verify 79');
    expect(board).toMatch(/\(7\d earlier stages are in the history\)/);
  });
});
