import { describe, expect, it } from 'vitest';
import { leavesOf, profileOf } from '../profiles.js';
import { message, type Field } from '../protobuf-message.js';

/** Two stacks, `main > hot` and `main > cold`, in whichever layout of samples. */
function otlp(samples: Uint8Array[], attributes = 2, links = 1): Uint8Array {
  const strings = ['', 'cpu', 'nanoseconds', 'main', 'hot', 'cold', '/srv/app'];
  const dictionary = message(
    [1, message()],
    [1, message([4, 6])],
    [2, message()],
    ...[1, 2, 3].map((index): Field => [2, message([1, 1], [3, message([1, index], [2, 10 * index])])]),
    [3, message()],
    ...[3, 4, 5].map((name): Field => [3, message([1, name])]),
    ...Array.from({ length: links }, (): Field => [4, message()]),
    ...strings.map((text): Field => [5, text]),
    ...Array.from({ length: attributes }, (): Field => [6, message()]),
    [7, message()],
    [7, message([1, [2, 1]])],
    [7, message([1, [3, 1]])],
  );
  const profile = message([1, message([1, 1], [2, 2])], ...samples.map((sample): Field => [2, sample]), [4, 2_000_000_000]);
  return message([1, message([1, message()], [2, message([2, profile])])], [2, dictionary]);
}

describe('OTLP profiles', () => {
  const old = [message([1, 1], [2, [750]], [3, [1]], [4, 0]), message([1, 2], [2, [250]], [3, [0, 1]])];
  const renumbered = [message([1, 1], [2, [1]], [3, 0], [4, [750]]), message([1, 2], [2, [0, 1]], [4, [250]])];

  it.each([
    ['1.9', old],
    ['1.10', renumbered],
  ])('reads the layout of %s', async (_, samples) => {
    const profile = await profileOf(otlp(samples));
    expect(profile).toMatchObject({ format: 'otlp-profiles', kind: 'cpu', unit: 'nanoseconds', total: 1000, durationMs: 2000 });
    expect(leavesOf(profile)).toEqual(['hot 750', 'cold 250']);
  });

  it('refuses samples that fit both layouts, or neither, and never guesses', async () => {
    const both = [message([1, 1], [2, [1]], [4, [0]])];
    await expect(profileOf(otlp(both))).rejects.toThrow(/these fit both\. Export as pprof/);
    const neither = [message([1, 1], [2, [750]], [4, [750]])];
    await expect(profileOf(otlp(neither))).rejects.toThrow(/these fit neither/);
  });

  it('refuses a file without a table of stacks, as older versions wrote it', async () => {
    const profile = message([1, message([1, message()], [2, message([2, message([2, message([1, 1])])])])]);
    await expect(profileOf(profile, { format: 'otlp-profiles' })).rejects.toThrow(/table of stacks/);
  });

  it('reads the same from JSON, where names tell the layout', async () => {
    const document = {
      resourceProfiles: [
        {
          scopeProfiles: [
            {
              profiles: [
                {
                  sampleType: { typeStrindex: 1, unitStrindex: 2 },
                  samples: [
                    { stackIndex: 1, values: ['750'], timestampsUnixNano: ['1', '2', '3'] },
                    { stackIndex: 2, values: ['250'], timestampsUnixNano: ['4'] },
                  ],
                  durationNano: '2000000000',
                },
              ],
            },
          ],
        },
      ],
      dictionary: {
        stringTable: ['', 'cpu', 'nanoseconds', 'main', 'hot', 'cold'],
        functionTable: [{}, { nameStrindex: 3 }, { nameStrindex: 4 }, { nameStrindex: 5 }],
        locationTable: [{}, { lines: [{ functionIndex: 1 }] }, { lines: [{ functionIndex: 2 }] }, { lines: [{ functionIndex: 3 }] }],
        stackTable: [{}, { locationIndices: [2, 1] }, { locationIndices: [3, 1] }],
      },
    };
    const profile = await profileOf(JSON.stringify(document));
    expect(profile).toMatchObject({ unit: 'nanoseconds', total: 1000, samples: 4 });
    expect(leavesOf(profile)).toEqual(['hot 750', 'cold 250']);
  });
});
