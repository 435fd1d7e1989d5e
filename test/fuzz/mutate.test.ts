import { describe, expect, it } from 'vitest';
import { mutate, numbers } from '../../bench/fuzz/mutate.js';

const good = [
  '{"samples":[1,2,3],"nodes":[{"id":1,"name":"main"}],"unit":"ms"}',
  'main;load;parse 12\nmain;wait 3\nmain;sum 40\n',
  'MZ\u0000\u0001\u0002 12',
];

describe.each(good)('damage of %j', (text) => {
  const before = Buffer.from(text);
  const damaged = Array.from({ length: 300 }, (_, seed) => Buffer.from(mutate(before, numbers(seed))).toString());

  it('leaves the good file as it is, also when it is a Buffer', () => {
    expect(before.toString()).toBe(text);
  });

  it('follows from its seed', () => {
    expect(Array.from({ length: 300 }, (_, seed) => Buffer.from(mutate(before, numbers(seed))).toString())).toEqual(damaged);
  });

  it('repeats a piece of a few until they have 100 kB', () => {
    const long = damaged.filter((made) => made.length >= 100_000);
    expect(long.length).toBeGreaterThan(0);
    expect(long.length).toBeLessThan(20);
    expect(new Set(long).size).toBeGreaterThan(1);
  });

  it('changes nearly every file, in many ways', () => {
    expect(damaged.filter((made) => made !== text).length).toBeGreaterThan(200);
    expect(new Set(damaged).size).toBeGreaterThan(100);
  });
});

it('keeps JSON whole in a good part of the damages', () => {
  const before = Buffer.from(good[0] ?? '');
  const whole = Array.from({ length: 300 }, (_, seed) => Buffer.from(mutate(before, numbers(seed))).toString()).filter((made) => {
    try {
      JSON.parse(made);
      return true;
    } catch {
      return false;
    }
  });
  expect(whole.length).toBeGreaterThan(100);
});
