import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../core/model/profile.js';
import { awaitSites, type AwaitStack } from '../../../core/profile/awaits.js';

const at = (name: string, line: number, module = 'file:///srv/shop/app.mjs'): Frame => ({ name, module, line });
const handler = at('cart', 10);
const load = at('loadPrices', 22);
const acquire = at('acquire', 31);
const query = at('query', 90, '/srv/shop/node_modules/pg-pool/index.js');
const timer = at('setTimeout', 78, 'node:timers/promises');

const stack = (waiting: number, ...frames: Frame[]): AwaitStack => ({ frames, waiting, perSecond: 50 });

function sites(...stacks: AwaitStack[]): [string, number | null, string | undefined, number][] {
  return awaitSites(stacks).map(({ frame, called, standing }) => [frame.name, frame.line, called?.name, Number(standing.toFixed(2))]);
}

describe('where asynchronous code stands', () => {
  it('is the innermost of the places at which one request waits', () => {
    expect(sites(stack(9, acquire, load, handler), stack(9, load, handler), stack(12, handler), stack(3, timer, handler))).toEqual([
      ['acquire', 31, undefined, 9],
      ['cart', 10, undefined, 3],
    ]);
  });

  it('is the function of the application that called a package, with what it called there', () => {
    expect(sites(stack(7, query, load, handler), stack(7, load, handler), stack(7, handler))).toEqual([['loadPrices', 22, 'query', 7]]);
  });

  it('is told although a function between hands the promise on and awaits nothing, and although a call and its await stand on two lines', () => {
    const called = at('cart', 11);
    expect(sites(stack(6, acquire, at('wrap', 40), called), stack(6, handler))).toEqual([['acquire', 31, undefined, 6]]);
  });

  it('is nowhere in code that is not of the application', () => {
    expect(sites(stack(4, query), stack(4, timer))).toEqual([]);
  });
});
