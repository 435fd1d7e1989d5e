import { Function as PprofFunction, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import { fixtureProfile, leavesOf, profileOf } from '../profiles.js';

/** One sample of `outer` with `inner` inlined into it, and one without any function; values by type. */
function message(types: readonly [string, string][], values: readonly number[][]): Uint8Array {
  const strings = new StringTable();
  const named = (id: number, name: string) => new PprofFunction({ id, name: strings.dedup(name), filename: strings.dedup('shop.go') });
  const profile = new Profile({
    stringTable: strings,
    sampleType: types.map(([type, unit]) => new ValueType({ type: strings.dedup(type), unit: strings.dedup(unit) })),
    function: [named(1, 'main.inner'), named(2, 'main.outer')],
    location: [
      new Location({ id: 1, line: [new Line({ functionId: 1, line: 7 }), new Line({ functionId: 2, line: 3 })] }),
      new Location({ id: 2, address: 4096 }),
    ],
    sample: values.map((value, index) => new Sample({ locationId: [index + 1], value })),
  });
  return profile.encode();
}

describe('pprof', () => {
  it('gives self weight to the innermost inlined function', async () => {
    expect(leavesOf(await profileOf(message([['cpu', 'nanoseconds']], [[30], [10]])))).toEqual(['main.inner 30', '[unknown] 10']);
  });

  it('agrees with `go tool pprof -top` on a real profile with inlined leaves', async () => {
    const leaves = leavesOf(await fixtureProfile('pprof/go1.26-inlined.pb.gz'));
    expect(leaves.slice(0, 5)).toEqual([
      'main.busyLoop 700000000',
      'main.inlined 440000000',
      'runtime.asyncPreempt 410000000',
      'main.callsInlined 190000000',
      'regexp.(*Regexp).tryBacktrack 120000000',
    ]);
  });

  it('chooses CPU time, counts samples from the value that counts them, and takes another value on demand', async () => {
    const bytes = message(
      [
        ['samples', 'count'],
        ['cpu', 'nanoseconds'],
      ],
      [
        [3, 30],
        [1, 10],
      ],
    );
    expect(await profileOf(bytes)).toMatchObject({ unit: 'nanoseconds', kind: 'cpu', total: 40, samples: 4 });
    expect(await profileOf(bytes, { valueType: 'samples' })).toMatchObject({ unit: 'samples', total: 4 });
    await expect(profileOf(bytes, { valueType: 'wall' })).rejects.toThrow(/the file has samples\/count, cpu\/nanoseconds/);
  });

  // Austin writes `Wall time` in `\u03bcs`; go tool pprof takes all of these units, too.
  it.each([
    ['Wall time', '\u03bcs', 'wall', 'microseconds'],
    ['wall_time', 'us', 'wall', 'microseconds'],
    ['CPU time', 'ms', 'cpu', 'milliseconds'],
    ['cpu', 'second', 'cpu', 'seconds'],
    ['cpu', 'ns', 'cpu', 'nanoseconds'],
    ['cpu', 'cycles', 'cpu', 'cycles'],
  ])('knows %s in %s', async (type, unit, kind, fullUnit) => {
    expect(await profileOf(message([[type, unit]], [[30], [10]]))).toMatchObject({ kind, unit: fullUnit, total: 40 });
  });

  it('does not rank a value that is all zero', async () => {
    const bytes = message(
      [
        ['alloc_space', 'bytes'],
        ['lock_time', 'nanoseconds'],
      ],
      [
        [500, 0],
        [20, 0],
      ],
    );
    expect(await profileOf(bytes)).toMatchObject({ kind: 'alloc', unit: 'bytes', total: 520, samples: null });
  });
});
