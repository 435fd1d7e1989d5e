import { describe, expect, it } from 'vitest';
import { summarizeProfile } from '../../../../core/profile/summarize.js';
import { fixtureProfile, leavesOf, profileOf } from '../profiles.js';

describe('files of samply 0.13 (fixtures: samply import of perf recordings)', () => {
  it('a thread that waits for its core is off the CPU', async () => {
    const profile = await fixtureProfile('firefox-profile/samply-off-cpu.json');
    // Counted in the file: 172 of 300 samples have a threadCPUDelta of 0.
    expect(profile).toMatchObject({ kind: 'wall', samples: 300, unit: 'samples' });
    expect(profile.notes).toContainEqual({ id: 'off-cpu', detail: '57 % of the samples were taken while their thread did not run' });
  });

  it('compiled functions of Node have their name and place, the kernel is the kernel', async () => {
    const profile = await fixtureProfile('firefox-profile/samply-node.json');
    expect(profile).toMatchObject({ kind: 'cpu', samples: 21 });
    const { leaves } = summarizeProfile(profile, { top: 100 });
    expect(leaves[0]).toMatchObject({ frame: 'fib', module: '[eval]', line: 1, self: 11, category: 'application' });
    expect(leaves.filter(({ category }) => category === 'kernel').map(({ frame }) => frame)).toEqual([
      'do_anonymous_page',
      '_raw_spin_unlock_irqrestore',
    ]);
    // What it writes above each compiled function is no call.
    expect(leavesOf(profile)).not.toContainEqual(expect.stringMatching(/^JS:|^fib \[eval\]/));
  });
});

/** As Vernier's lib/vernier/output/firefox.rb writes it: C functions in `<cfunc>`, gems and Ruby's library shortened. */
const vernier = (time: readonly number[]): string =>
  JSON.stringify({
    meta: { product: 'Ruby/Vernier', interval: 1, preprocessedProfileVersion: 47, categories: [{ name: 'Default' }, { name: 'Idle' }] },
    threads: [
      {
        name: 'main',
        samples: { stack: [1, 2, 3, 4], time, weight: [5, 3, 2, 7], weightType: 'samples' },
        stackTable: { frame: [0, 1, 2, 3, 3], prefix: [null, 0, 1, 1, 1], category: [0, 0, 0, 0, 1] },
        frameTable: { func: [0, 1, 2, 3] },
        funcTable: {
          name: [0, 1, 2, 3],
          fileName: [4, 5, 6, 6],
          isJS: [true, true, false, false],
          resource: [-1, -1, -1, -1],
          lineNumber: [1, 9, null, null],
        },
        resourceTable: { name: [] },
        stringArray: [
          'Shop#index',
          'ActiveRecord::Relation#load',
          'String#gsub',
          'Integer#times',
          'app/shop.rb',
          'gem:activerecord-7.1.3:lib/active_record/relation.rb',
          '<cfunc>',
        ],
      },
    ],
  });

describe('files of Vernier', () => {
  it('gems are no application, methods of C are those of the runtime, idle samples are apart', async () => {
    const profile = await profileOf(vernier([1, 2, 3, 4]));
    expect(profile).toMatchObject({ kind: 'wall', samples: 10, idleWeight: 7 });
    expect(summarizeProfile(profile).leaves.map(({ frame, module, self, category }) => [frame, module, self, category])).toEqual([
      ['ActiveRecord::Relation#load', '/gems/activerecord-7.1.3/lib/active_record/relation.rb', 5, 'orm'],
      ['String#gsub', '(c function)', 3, 'regex'],
      ['Integer#times', '(c function)', 2, 'orm'],
    ]);
  });

  it('the bytes of retained objects, which it calls samples, are no samples', async () => {
    expect(await profileOf(vernier([0, 0, 0, 0]))).toMatchObject({ kind: 'alloc', unit: 'bytes', samples: null });
  });
});
