import { describe, expect, it } from 'vitest';
import { summarizeProfile } from '../../../../core/profile/summarize.js';
import { fixtureProfile, leavesOf, profileOf } from '../profiles.js';

describe('folded stacks', () => {
  it.each(['folded/simple-crlf.folded', 'folded/simple-utf16-le.folded'])('reads %s', async (file) => {
    expect(leavesOf(await fixtureProfile(file))).toEqual(['parse 70', 'load 30']);
  });

  it('takes fractional weights, and from the comments of austin the unit, the interval and the kind', async () => {
    const profile = await fixtureProfile('folded/austin-fractional-with-comments.txt');
    expect(profile).toMatchObject({ total: 1600, samples: 2, unit: 'microseconds', kind: 'wall', durationMs: 2000 });
    expect(leavesOf(profile)).toEqual(['total 1250.5', 'main 349.5']);
  });

  it('splits on the last space, for names contain spaces', async () => {
    expect(leavesOf(await fixtureProfile('folded/names-with-spaces.folded'))).toEqual([
      'void shop::(anonymous namespace)::price<int, long>(int) 12',
      'operator new(unsigned long) 3',
    ]);
  });

  it('reads suffixes as what they say of the code, not as part of the name', async () => {
    const { leaves, categories } = summarizeProfile(await fixtureProfile('folded/async-profiler-suffixes.collapsed'));
    expect(leaves.map((leaf) => [leaf.frame, leaf.category])).toEqual([
      ['java/util/regex/Pattern$Curly.match0', 'regex'],
      ['com/shop/Cart.total', 'application'],
      ['tcp_sendmsg', 'database-driver'],
      ['G1ParTask::work', 'gc'],
    ]);
    expect(categories.find((entry) => entry.category === 'regex')?.callers[0]?.frame.name).toBe('com/shop/Cart.total');
  });

  it('does not take nanoseconds for samples', async () => {
    const summary = summarizeProfile(await fixtureProfile('folded/inferno-nanoseconds.folded'));
    expect(summary.samples).toBeNull();
    expect(summary.leaves[0]?.ci).toEqual([0, 1]);
    expect(summary.leaders).toEqual(['hot']);
  });

  it('leaves a few malformed lines out and says so', async () => {
    const body = Array.from({ length: 60 }, (_, index) => `main;f${index % 3} ${index + 5}`).join('\n');
    const { quality } = summarizeProfile(await profileOf(`${body}\nmain;cut`));
    expect(quality.checks.find((check) => check.id === 'malformed-lines')).toMatchObject({ ok: false });
  });
});
