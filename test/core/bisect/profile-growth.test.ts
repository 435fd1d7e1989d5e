import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { describeGrowth, profileGrowth, type ProfiledCommit } from '../../../core/bisect/profile-growth.js';
import type { CategoryShare } from '../../../core/model/profile.js';
import { readProfile } from '../../../core/profile/read-profile.js';
import { summarizeProfile } from '../../../core/profile/summarize.js';

const handle = { name: 'handle', module: '/trees/aaaa/src/server.js', line: 3 };
const price = { name: 'price', module: '/trees/aaaa/src/price.js', line: 10 };
const empty = summarizeProfile(await readProfile(Readable.from([Buffer.from('main;work 1\n')])));

function commit(cpuPerRequestMs: number, folder: string, categories: CategoryShare[], samples = 4_000): ProfiledCommit {
  const moved = categories.map((each) => ({
    ...each,
    callers: each.callers.map(({ frame, share }) => ({ share, frame: { ...frame, module: frame.module.replace('aaaa', folder) } })),
  }));
  return { profile: { ...empty, samples, categories: moved }, cpuPerRequestMs, folder };
}

const application = (own: number, priced: number): CategoryShare => ({
  category: 'application',
  share: own + priced,
  callers: [
    { frame: handle, share: own },
    { frame: price, share: priced },
  ],
});

describe('what grew between a culprit and its parent', () => {
  it('is the function of the application under which a library or the runtime burns, wherever the commits were checked out', () => {
    const before = commit(1, 'aaaa', [application(0.8, 0.2)]);
    const after = commit(4, 'bbbb', [
      application(0.2, 0.05),
      { category: 'crypto', share: 0.75, callers: [{ frame: price, share: 0.75 }] },
    ]);
    const growth = profileGrowth(before, after);
    expect(growth.functions).toEqual([
      {
        frame: 'price',
        module: 'src/price.js',
        line: 10,
        category: 'crypto',
        beforeMs: expect.closeTo(0.2) as number,
        afterMs: expect.closeTo(3.2) as number,
      },
    ]);
    expect(describeGrowth(growth)).toBe(
      'CPU a request went from 1.00 to 4.00 ms; price (src/price.js:10) grew from 0.20 to 3.20 ms, mostly in crypto, 100 % of it',
    );
  });

  it('names the collector where no function of the application is on the stack', () => {
    const before = commit(1, 'aaaa', [application(0.9, 0.05), { category: 'gc', share: 0.05, callers: [] }]);
    const after = commit(2, 'bbbb', [application(0.45, 0.025), { category: 'gc', share: 0.525, callers: [] }]);
    expect(profileGrowth(before, after).functions[0]).toMatchObject({
      frame: '(gc)',
      category: 'gc',
      afterMs: expect.closeTo(1.05) as number,
    });
  });

  it('does not name a function for what sampling alone does', () => {
    const before = commit(1, 'aaaa', [application(0.8, 0.2)], 200);
    const after = commit(1.2, 'bbbb', [application(0.78, 0.22)], 200);
    const growth = profileGrowth(before, after);
    expect(growth.functions).toEqual([]);
    expect(describeGrowth(growth)).toContain('no function burns clearly more CPU');
  });

  it('says that the added time is no CPU when the CPU of a request did not grow', () => {
    const growth = profileGrowth(commit(1, 'aaaa', [application(0.8, 0.2)]), commit(1.03, 'bbbb', [application(0.7, 0.3)]));
    expect(describeGrowth(growth)).toContain('look at what the commit waits for');
  });
});
