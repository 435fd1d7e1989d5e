import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeptOutput } from '../../adapters/redaction/kept-output.js';
import { createMask, maskText } from '../../adapters/redaction/mask-stream.js';

const secret = 'p+ss/w"rd ü<&>\nsecond-line!';
const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

describe('masking', () => {
  it.each<[string, string, string]>([
    ['as it is', secret, 'w"rd'],
    ['line by line', 'x second-line! y', 'second-line'],
    ['base64, first alignment', bytes(`${secret}tail`).toString('base64'), bytes(secret).toString('base64').slice(4, 24)],
    ['base64, second alignment', bytes(`a${secret}tail`).toString('base64'), bytes(`a${secret}`).toString('base64').slice(4, 24)],
    ['base64, third alignment', bytes(`ab${secret}tail`).toString('base64'), bytes(`ab${secret}`).toString('base64').slice(4, 24)],
    ['base64url', bytes(`a${secret}`).toString('base64url'), bytes(`a${secret}`).toString('base64url').slice(4, 24)],
    [
      'base64 with line breaks',
      bytes(`a${secret}`).toString('base64').replaceAll(/.{9}/g, '$&\n'),
      bytes(`a${secret}`).toString('base64').slice(9, 18),
    ],
    ['URL', `https://h/?q=${encodeURIComponent(secret)}`, 'p%2Bss'],
    ['URL in lower case', encodeURIComponent(secret).toLowerCase(), 'p%2bss'],
    ['JSON', JSON.stringify({ a: secret }), 'w\\"rd'],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ a: secret })), 'w\\\\'],
    ['hexadecimal', bytes(secret).toString('hex'), bytes(secret).toString('hex').slice(10, 30)],
  ])('%s', (_, text, part) => {
    expect(text).toContain(part);
    expect(maskText(text, [secret])).not.toContain(part);
    expect(maskText(text, [secret])).toContain('***');
  });

  it('misses nothing, however the text is cut into pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 60 }),
        fc.string({ maxLength: 40 }),
        (sizes, around) => {
          const whole = bytes(`${around}${secret}${around}${bytes(`a${secret}`).toString('base64')}${around}`);
          const masking = createMask([secret]);
          let shown = '';
          let at = 0;
          for (let index = 0; at < whole.length; index += 1) {
            const size = sizes[index % sizes.length] ?? 1;
            shown += masking.write(whole.subarray(at, at + size));
            at += size;
          }
          shown += masking.end();
          return !shown.includes('second-line') && !shown.includes(bytes(`a${secret}`).toString('base64').slice(4, 24));
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
    ['password=hunter2 next', 'password=*** next'],
    ['postgres://user:pw@host/db', 'postgres://user:***@host/db'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc', '***'],
    ['a\n-----BEGIN PRIVATE KEY-----\nMIIE\nabc\n-----END PRIVATE KEY-----\nb\n', 'a\n***\nb\n'],
  ])('hides what looks like a credential: %s', (text, shown) => {
    expect(maskText(text, [])).toBe(shown);
  });

  it('leaves text alone that holds no secret, and short words', () => {
    expect(maskText('all is well, e is e\n', ['e', secret])).toBe('all is well, e is e\n');
  });

  it('keeps beginning and end of an output, and never half a secret', () => {
    const kept = createKeptOutput(['0123456789-secret']);
    kept.write('begin ');
    for (let index = 0; index < 20_000; index += 1) kept.write('0123456789-secret ');
    kept.write(' end');
    const shown = kept.end();
    expect(shown.length).toBeLessThanOrEqual(64 * 1024);
    expect([shown.startsWith('begin ***'), shown.endsWith(' end'), shown.includes('56789')]).toEqual([true, true, false]);
    expect(shown).toMatch(/\[… \d+ characters left out …\]/);
  });
});
