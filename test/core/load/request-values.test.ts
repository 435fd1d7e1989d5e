import { expect, it } from 'vitest';
import { requestValues } from '../../../core/load/request-values.js';

it('takes the values of a request: query first, then the body, then the path from its end; each once', () => {
  const url = 'http://127.0.0.1:8080/readers/42/loans?q=oak%20table&page=2';
  expect(requestValues({ url, body: '{"a":{"b":[7,true]},"c":"oak table"}' })).toEqual([
    'oak table',
    '2',
    '7',
    'true',
    'loans',
    '42',
    'readers',
  ]);
  expect(requestValues({ url: 'http://h/x', body: 'name=Ada+L&n=1' })).toEqual(['Ada L', '1', 'x']);
  expect(requestValues({ url: 'http://h', body: null })).toEqual([]);
});

it('leaves documents and batches out', () => {
  expect(requestValues({ url: `http://h/?q=${'x'.repeat(300)}`, body: null })).toEqual([]);
  expect(requestValues({ url: 'http://h/', body: JSON.stringify(Array.from({ length: 99 }, (_n, index) => index)) })).toHaveLength(16);
});
