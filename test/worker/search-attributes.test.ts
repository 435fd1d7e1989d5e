import type { ConnectionLike } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { ensureSearchAttributes } from '../../worker/search-attributes.js';

/** A server that refuses the operator's calls with this gRPC code, as Temporal Cloud and restricted clusters do. */
function refusing(code: number): ConnectionLike {
  const listSearchAttributes = () => Promise.reject(Object.assign(new Error(`${code} no`), { code, details: 'no', metadata: {} }));
  return { operatorService: { listSearchAttributes } } as unknown as ConnectionLike;
}

describe('a worker that may not list search attributes', () => {
  it.each([7, 12, 16])('starts all the same on code %i, and says what an operator has to have run', async (code) => {
    const said: string[] = [];
    await ensureSearchAttributes(refusing(code), 'shop', (line) => said.push(line));
    expect(said.join('\n')).toMatch(
      /may not be listed.*temporal operator search-attribute create --namespace shop --name PerfService --type Keyword/,
    );
  });

  it('does not start when the server cannot be reached', async () => {
    await expect(ensureSearchAttributes(refusing(14), 'shop', () => undefined)).rejects.toThrow('14 no');
  });
});
