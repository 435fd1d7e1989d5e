import { describe, expect, it } from 'vitest';
import { createLogDigest, createRedactor } from '../../../core/load/k6-log.js';

const request = { url: 'http://shop.test/a?token=tok%2Fen-1&page=2', headers: { authorization: 'Bearer abc"def' }, body: 'card=4111' };

describe('what k6 says', () => {
  it('counts uncaught exceptions by their text', () => {
    const digest = createLogDigest((text) => text);
    const line = '{"level":"error","msg":"Error: boom\\n\\tat default (file:///a.js:3:36(3))\\n","source":"stacktrace"}';
    digest.add(line);
    digest.add(line);
    digest.add('{"level":"info","msg":"hello","source":"console"}');
    expect(digest.exceptions()).toEqual({ 'script exception: Error: boom at default (file:///a.js:3:36(3))': 2 });
    expect(digest.tail()).toEqual(['error: Error: boom at default (file:///a.js:3:36(3))', 'info: hello']);
    expect(digest.lastError()).toContain('a.js:3');
  });

  it('keeps lines that are no log line', () => {
    const digest = createLogDigest((text) => text);
    digest.add('panic: runtime error');
    expect(digest.tail()).toEqual(['info: panic: runtime error']);
  });

  it('blanks the query, headers and body of the request, encoded or not', () => {
    const redact = createRedactor(request);
    for (const said of [
      'Get "http://shop.test/a?token=tok%2Fen-1&page=2": refused',
      'tok/en-1',
      '{"msg":"Bearer abc\\"def"}',
      'card=4111!',
    ]) {
      expect(redact(said)).toContain('[redacted]');
      expect(redact(said)).not.toMatch(/tok.{1,3}en-1|abc|4111/);
    }
    expect(redact('page 2 of http://shop.test/a')).toBe('page 2 of http://shop.test/a');
  });
});
