/** Bodies of strangers come into one piece of memory, and never into each other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBodyMemory, type BodyRoom } from '../../client/hook/access/body-memory.js';
import { letGo } from '../../client/hook/access/let-go.js';

const budgetBytes = 256 * 1024;
const bytesOf = (room: BodyRoom): Buffer => Buffer.concat([...room.parts()]);

describe('memory of bodies', () => {
  it('gives each body as it came, in whatever pieces, beside whatever others, and never holds more than its budget', () => {
    const bodies = fc.array(fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 6 }), { maxLength: 12 });
    fc.assert(
      fc.property(bodies, (sent) => {
        const memory = createBodyMemory(budgetBytes);
        const held: { room: BodyRoom; whole: Buffer }[] = [];
        for (const [index, sizes] of sent.entries()) {
          const room = memory.open();
          const chunks = sizes.map((size, part) => Buffer.alloc(size, `${index}.${part};`));
          const isWhole = chunks.every((chunk) => room.append(chunk));
          if (isWhole) held.push({ room, whole: Buffer.concat(chunks) });
          else room.release();
          // Every third is done before the others, twice, as an answer and the end of its connection may say so both.
          if (isWhole && index % 3 === 0) {
            held.pop();
            room.release();
            room.release();
          }
        }
        for (const { room, whole } of held) expect(bytesOf(room).equals(whole)).toBe(true);
        expect(held.reduce((sum, { whole }) => sum + whole.length, 0)).toBeLessThanOrEqual(budgetBytes);
        for (const { room } of held) room.release();
        expect(memory.open().widen(budgetBytes)).toBe(true);
      }),
      { seed: 9, numRuns: 60 },
    );
  });

  it('uses the same bytes again, and counts what is kept elsewhere', () => {
    const memory = createBodyMemory(budgetBytes);
    const first = memory.open();
    first.append(Buffer.from('a secret of somebody'));
    const [seen] = first.parts();
    first.release();
    const second = memory.open();
    second.append(Buffer.from('b'));
    expect([second.parts()[0]?.buffer === seen?.buffer, bytesOf(second).toString()]).toEqual([true, 'b']);
    second.release();
    const giveBack = memory.reserve(budgetBytes);
    expect([memory.open().append(Buffer.from('c')), memory.reserve(1)]).toEqual([false, null]);
    giveBack?.();
    giveBack?.();
    expect([memory.open().widen(budgetBytes), memory.reserve(1)]).toEqual([true, null]);
  });
});

describe('a large chunk', () => {
  it('is gone once it is let go of, and one that shares its memory is left alone', () => {
    const own = Buffer.from(new ArrayBuffer(64 * 1024));
    letGo(own);
    const shared = Buffer.from(new ArrayBuffer(64 * 1024), 0, 32 * 1024);
    letGo(shared);
    expect([own.byteLength, shared.byteLength]).toEqual([0, 32 * 1024]);
  });
});
