import { expect, it } from 'vitest';
import { summaryOf } from './profiles.js';

const host = 'handle (/srv/app/node_modules/express/lib/router/index.js:1)';
const handler = 'check (/srv/app/claims.js:28)';
const zod = (name: string, line: number): string => `${name} (/srv/app/node_modules/zod/v4/core/schemas.js:${line})`;

it('adds up the work of a dependency under the function that called it, however many small frames it has', async () => {
  const { libraries } = await summaryOf(
    [
      `${host};${handler};${zod('safeParse', 1)};${zod('parseObject', 20)} 300`,
      `${host};${handler};${zod('safeParse', 1)};${zod('parseArray', 40)} 300`,
      `${host};${handler} 400`,
    ].join('\n'),
  );
  expect(libraries).toEqual([{ name: 'zod', caller: expect.objectContaining({ name: 'check' }) as unknown, share: 0.6 }]);
});

it('leaves out what the service runs in, also where a handler calls back into it, and kinds of work with a name of their own', async () => {
  const { libraries } = await summaryOf(
    [
      `${host};${handler};json (/srv/app/node_modules/express/lib/response.js:9);etag (/srv/app/node_modules/etag/index.js:3) 500`,
      `${host};${handler};render (/srv/app/node_modules/ejs/lib/ejs.js:5) 500`,
    ].join('\n'),
  );
  expect(libraries).toBeUndefined();
});

it('knows what installers of Python and Go have put beside the service', async () => {
  const numpy = (name: string): string => `${name} (/srv/venv/lib/python3.11/site-packages/numpy/_core/_methods.py:47)`;
  const { libraries } = await summaryOf(
    [
      `run (/srv/venv/lib/python3.11/site-packages/uvicorn/main.py:9);nearest (/srv/app/similar.py:7);${numpy('_sum')} 600`,
      'run (/srv/venv/lib/python3.11/site-packages/uvicorn/main.py:9);nearest (/srv/app/similar.py:7) 400',
    ].join('\n'),
  );
  expect(libraries).toEqual([{ name: 'numpy', caller: expect.objectContaining({ name: 'nearest' }) as unknown, share: 0.6 }]);
});

it('charges a package that goes on by itself to its own function, where none of the service is on the stack', async () => {
  const registry = (name: string): string => `${name} (/srv/app/node_modules/prom-client/lib/registry.js:${name.length})`;
  const { libraries } = await summaryOf(
    [
      `processTicks (node:internal/process/task_queues:95);${registry('getMetricsAsString')};${registry('flatten')} 500`,
      `processTicks (node:internal/process/task_queues:95);${registry('getMetricsAsString')} 200`,
      `${host};${handler} 300`,
    ].join('\n'),
  );
  expect(libraries).toEqual([
    { name: 'prom-client', caller: expect.objectContaining({ name: 'getMetricsAsString' }) as unknown, share: 0.7 },
  ]);
});
