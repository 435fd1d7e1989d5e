// Formats whose tools cannot be had here: built by hand from their definitions.
import { describe, expect, it } from 'vitest';
import { fixtureProfile, leavesOf, profileOf } from '../profiles.js';

const firefox = (extra: object = {}, thread: object = {}): string =>
  JSON.stringify({
    meta: {
      product: 'Firefox',
      interval: 1,
      preprocessedProfileVersion: 50,
      categories: [{ name: 'Idle' }, { name: 'JavaScript' }],
      ...extra,
    },
    threads: [
      {
        name: 'GeckoMain',
        samples: { stack: [2, 2, 2, 3, 0, null], timeDeltas: [0, 1, 1, 1, 1, 1], weight: null, weightType: 'samples' },
        stackTable: { frame: [0, 1, 2, 3], prefix: [null, null, 1, 1], category: [0, 1, 1, 1] },
        frameTable: { func: [0, 1, 2, 3] },
        funcTable: { name: [0, 1, 2, 3], fileName: [null, 4, 4, 4], lineNumber: [null, 1, 5, 9] },
        stringArray: ['poll', 'main', 'hot', 'cold', 'app.js'],
        ...thread,
      },
    ],
  });

describe('Firefox Profiler', () => {
  it('walks prefixes, keeps idle apart and leaves out samples without a stack', async () => {
    const profile = await profileOf(firefox());
    expect(profile).toMatchObject({ format: 'firefox-profile', kind: 'wall', unit: 'samples', samples: 4, idleWeight: 1, durationMs: 5 });
    expect(leavesOf(profile)).toEqual(['hot 3', 'cold 1']);
  });

  it('reads tables that all threads share, and weights in bytes', async () => {
    const { meta, threads } = JSON.parse(firefox()) as { meta: object; threads: Record<string, object>[] };
    const { samples, name, ...shared } = threads[0] ?? {};
    const text = JSON.stringify({
      meta,
      shared,
      threads: [{ name, samples: { ...samples, weight: [8, 8, 16, 4, 2, 0], weightType: 'bytes' } }],
    });
    const profile = await profileOf(text);
    expect(profile).toMatchObject({ kind: 'alloc', unit: 'bytes', samples: null });
    expect(leavesOf(profile)).toEqual(['hot 32', 'cold 4']);
  });

  it.each([
    [firefox({}, { stackTable: { frame: [0, 1, 2, 3], prefix: [3, null, 1, 1] } }), /expected stack 0 to follow its prefix/],
    [firefox({}, { samples: { schema: { stack: 0 }, data: [] } }), /raw one of Gecko.*profiler\.firefox\.com/],
    [firefox({}, { samples: { stack: [2], weight: [-3] } }), /not negative/],
  ])('refuses what it cannot place', async (text, message) => {
    await expect(profileOf(text)).rejects.toThrow(message);
  });
});

describe('Pyroscope', () => {
  const graph = (metadata: object, levels: number[][]): string =>
    JSON.stringify({ version: 1, flamebearer: { names: ['total', 'main', 'hot', 'cold'], levels, numTicks: 100, maxSelf: 75 }, metadata });
  const levels = [
    [0, 100, 0, 0],
    [10, 90, 0, 1],
    [10, 70, 70, 2, 0, 20, 20, 3],
  ];

  it('adds up offsets, and takes the unit from the metadata', async () => {
    const profile = await profileOf(graph({ format: 'single', units: 'samples', name: 'process_cpu', sampleRate: 100 }, levels));
    expect(profile).toMatchObject({ format: 'flamebearer', kind: 'cpu', unit: 'samples', samples: 100 });
    expect(leavesOf(profile)).toEqual(['hot 70', 'cold 20', '[unknown] 10']);
  });

  it('refuses a comparison, and levels that do not fit', async () => {
    await expect(profileOf(graph({ format: 'double' }, levels))).rejects.toThrow(/comparison of two/);
    await expect(profileOf(graph({}, [[0, 90, 0, 0]]))).rejects.toThrow(/first level of 100 ticks, got 90/);
    await expect(
      profileOf(
        graph({}, [
          [0, 100, 0, 0],
          [0, 10, 0, 1, 0, 95, 95, 2],
        ]),
      ),
    ).rejects.toThrow(/flamebearer: expected/);
  });
});

describe('Hermes and spans', () => {
  it('counts one sample each', async () => {
    const profile = await fixtureProfile('hermes/three-to-one.json');
    expect(profile).toMatchObject({ format: 'hermes', kind: 'wall', samples: 5 });
    expect(leavesOf(profile)).toEqual(['hot 3', 'cold 1', '(garbage collector) 1']);
  });

  it('takes what spans inside leave, on every thread, in a trace that was cut off', async () => {
    const profile = await fixtureProfile('trace-events/begin-end-and-complete.json');
    expect(profile).toMatchObject({ format: 'trace-events', kind: 'wall', unit: 'microseconds', total: 140, samples: null });
    expect(leavesOf(profile).sort()).toEqual(['cold 20', 'hot 45', 'main 20', 'parse 15', 'poll 40']);
  });

  it('keeps the span outside that began first, when both take the same time', async () => {
    const event = (name: string, ph: string, ts: number) => ({ name, ph, pid: 1, tid: 1, ts });
    const events = [event('main', 'B', 0), event('hot', 'B', 0), event('hot', 'E', 100), event('main', 'E', 100)];
    expect(leavesOf(await profileOf(JSON.stringify(events)))).toEqual(['hot 100']);
  });

  it('tells spans that have no end or cross another one', async () => {
    const events = [
      { name: 'a', ph: 'X', pid: 1, tid: 1, ts: 0, dur: 100 },
      { name: 'b', ph: 'X', pid: 1, tid: 1, ts: 50, dur: 100 },
      { name: 'c', ph: 'B', pid: 1, tid: 2, ts: 0 },
    ];
    const profile = await profileOf(JSON.stringify(events));
    expect(leavesOf(profile).sort()).toEqual(['a 50', 'b 50']);
    expect(profile.notes).toContainEqual(expect.objectContaining({ id: 'left-out', detail: expect.stringMatching(/^1 of 3 /) as string }));
    expect(profile.notes).toContainEqual(
      expect.objectContaining({ id: 'open-spans', detail: expect.stringMatching(/^1 of 3 /) as string }),
    );
  });
});

describe('macOS sample', () => {
  const report = (graph: string): string =>
    `Analysis of sampling shop (pid 123) every 1 millisecond\nProcess:         shop [123]\n\nCall graph:\n${graph}\nTotal number in stack (recursive counted multiple, when >=5):\n\nSort by top of stack, same collapsed (when >= 5):\n        hot  (in shop)        300\n`;
  const graph = [
    '    400 Thread_1234   DispatchQueue_1: com.apple.main-thread  (serial)',
    '    + 400 start  (in dyld) + 1903  [0x1922b60e0]',
    '    +   400 main  (in shop) + 60  [0x100003f3c]  main.c:12',
    '    +     300 hot  (in shop) + 24,20,...  [0x100003ee8,0x100003ee4,...]  main.c:5',
    '    +     ! 40 -[Foo bar:baz:]  (in shop) + 8  [0x100003e00]',
    '    +     90 cold  (in shop) + 12  [0x100003f10]',
  ].join('\n');

  it('takes inclusive counts apart by indentation', async () => {
    const profile = await profileOf(report(graph));
    expect(profile).toMatchObject({ format: 'macos-sample', kind: 'wall', unit: 'samples', samples: 400, durationMs: 400 });
    expect(leavesOf(profile)).toEqual(['hot 260', 'cold 90', '-[Foo bar:baz:] 40', 'main 10']);
  });

  it('refuses a graph whose children outweigh their parent, or that was cut', async () => {
    await expect(profileOf(report(graph.replace('90 cold', '900 cold')))).rejects.toThrow(/at most 400 samples under "main/);
    await expect(profileOf(report(graph).split('Total number')[0] ?? '')).rejects.toThrow(/end of the call graph/);
  });
});

describe('callgrind', () => {
  const xdebug =
    'version: 1\ncreator: xdebug 3.1.0 (PHP 8.1.2)\ncmd: /srv/index.php\npart: 1\npositions: line\n\nevents: Time_(10ns) Memory_(bytes)\n\nfl=(1) /srv/index.php\nfn=(1) hot\n3 750 16\n\nfl=(1)\nfn=(2) {main}\n1 250 0\ncfl=(1)\ncfn=(1)\ncalls=5 0 0\n2 750 16\n\nsummary: 1000 16\n';

  it('reads Xdebug by its clock, and memory by its event', async () => {
    const profile = await profileOf(xdebug);
    expect(profile).toMatchObject({ kind: 'wall', unit: '10 nanoseconds', total: 1000 });
    expect(leavesOf(profile)).toEqual(['hot 750', '{main} 250']);
    expect(await profileOf(xdebug, { valueType: 'Memory_(bytes)' })).toMatchObject({ kind: 'alloc', unit: 'bytes', total: 16 });
  });

  it('refuses a file whose costs do not add up to what it says, and a name that was never given', async () => {
    await expect(profileOf(xdebug.replace('3 750 16', '3 150 16'))).rejects.toThrow(/costs of 1000 .* found 400/);
    await expect(profileOf(xdebug.replace('cfn=(1)', 'cfn=(9)'))).rejects.toThrow(/name of function \(9\)/);
  });
});

describe('callgrind with options', () => {
  it('counts a function once, however its recursion and callers are told apart, and takes names from jumps', async () => {
    const text = [
      '# callgrind format',
      'version: 1',
      'creator: callgrind-3.19.0',
      'positions: line',
      'events: Ir',
      'fl=(1) shop.c',
      "fn=(1) sort'2",
      '1 40',
      'jfi=(2) ./elf/start.h',
      'jcnd=1/1 +2 *',
      "fn=(2) sort'total'main",
      '2 20',
      'fi=(2)',
      'fn=(3) shop::Cart::total() const',
      '3 40',
      'summary: 100',
    ].join('\n');
    expect(leavesOf(await profileOf(`${text}\n`))).toEqual(['sort 60', 'shop::Cart::total() const 40']);
  });
});

it('refuses a V8 log whose broken line has code at an address that no process has, instead of counting pages without an end', async () => {
  const text =
    'v8-version,11,3,244,8,-node.20,0\ncode-creation,JS,11,1469571,0x7f9786f2aef8e1ad1,1628,hot file:///srv/hot.mjs:1:1,0x92aef8,^\ntick,0x7f97,12,0,0x0,0\n';
  await expect(profileOf(text)).rejects.toThrow(/v8 log: expected an address of code below 2\^53/);
});

it.each([
  ['of 10 GB', 10_000_000_000, 0],
  ['of 1 GB that is moved again and again', 1_000_000_000, 20],
])('refuses code of V8 %s: every page of it is looked at', async (_what, size, moves) => {
  const [here, there] = ['0x100000000', '0x900000000'];
  const moved = Array.from({ length: moves }, (_, index) => `code-move,${index % 2 === 0 ? `${here},${there}` : `${there},${here}`}\n`);
  const text = `v8-version,11,3,244,8,-node.20,0\ncode-creation,JS,11,1469571,${here},${size},hot file:///srv/hot.mjs:1:1,0x92aef8,^\n${moved.join('')}tick,${here},12,0,0x0,0\n`;
  await expect(profileOf(text)).rejects.toThrow(/v8 log: expected compiled code of at most 4 GB, got more/);
});
