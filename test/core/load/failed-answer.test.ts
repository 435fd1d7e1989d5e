import { describe, expect, it } from 'vitest';
import { failedAnswerMark, readFailedAnswer } from '../../../core/load/failed-answer.js';

function kept(body: string): string | undefined {
  return readFailedAnswer(failedAnswerMark + JSON.stringify({ answer: 'HTTP 500', body }))?.body;
}

describe('the body of a failing answer', () => {
  it('is kept in its words', () => {
    expect(kept('{"error":"relation \\"orders\\" does not exist"}')).toBe('{"error":"relation \\"orders\\" does not exist"}');
  });

  it('loses what could be a value of somebody', () => {
    const body =
      'Key (email)=(ada@example.org) exists for ada@example.org, card 4111111111111111, token: abcdefgh, 3f0c7a52-1111-4a2b-9c3d-000000000000';
    expect(kept(body)).toBe('Key (email)=([redacted]) exists for [redacted], card [redacted], token: [redacted], [redacted]');
  });

  it('is redacted before it is cut, so that no half of a value is left', () => {
    const text = kept(`${'x'.repeat(295)} ada@example.org`) ?? '';
    expect(text.length).toBeLessThanOrEqual(301);
    expect(text).not.toContain('ada');
  });

  it('is read from no other line', () => {
    expect(readFailedAnswer('something else')).toBeNull();
    expect(readFailedAnswer(`${failedAnswerMark}{broken`)).toBeNull();
  });
});
