import { describe, expect, it } from 'vitest';
import { parseFrameName } from '../../../../core/profile/categories/frame-name.js';
import { summarizeProfile } from '../../../../core/profile/summarize.js';
import { fixtureProfile, leavesOf, profileOf, summaryOf } from '../profiles.js';

/** One stack a line, as Pyroscope writes it for languages with files: the place, then the function. */
function flamebearer(stack: readonly string[], ticks: number): string {
  const levels = [[0, ticks, 0, 0], ...stack.map((_, depth) => [0, ticks, depth === stack.length - 1 ? ticks : 0, depth + 1])];
  return JSON.stringify({
    flamebearer: { names: ['total', ...stack], levels, numTicks: ticks, maxSelf: ticks },
    metadata: { format: 'single', sampleRate: 100, spyName: 'pyspy', units: 'samples' },
  });
}

describe('frames of Pyroscope', () => {
  it.each([
    ['main.py:11 - work', { name: 'work', module: 'main.py', line: 11 }],
    ['pyroscope_io/__init__.py:80 - <module>', { name: '<module>', module: 'pyroscope_io/__init__.py', line: 80 }],
    ['main.rb:25 - slow_function', { name: 'slow_function', module: 'main.rb', line: 25 }],
    ['(unknown):0 - _set_tag [c function]', { name: '_set_tag', module: '(c function)', line: null }],
    ['/var/www/app/index.php:12 - work', { name: 'work', module: '/var/www/app/index.php', line: 12 }],
    ['<internal> - sleep', { name: 'sleep', module: '<internal>', line: null }],
    // rbspy has them the other way round.
    ['index - /srv/app.rb:12', { name: 'index', module: '/srv/app.rb', line: 12 }],
  ])('%s', (written, frame) => {
    expect(parseFrameName(written)).toEqual(frame);
  });

  it('are read out of a flamebearer', async () => {
    const { leaves } = summarizeProfile(
      await profileOf(flamebearer(['main.py:26 - <module>', 'main.py:21 - slow', 'main.py:11 - work'], 400)),
    );
    expect(leaves).toEqual([expect.objectContaining({ frame: 'work', module: 'main.py', self: 400, category: 'application' })]);
  });
});

describe('functions of PHP', () => {
  it.each([
    // Xdebug and phpspy say that a function is PHP's own.
    ['fl=php:internal\nfn=php::sha1', 'crypto'],
    ['fl=php:internal\nfn=php::array_map', 'runtime'],
    ['fl=php:internal\nfn=php::PDOStatement->execute', 'database-driver'],
    ['fl=php:internal\nfn=php::preg_replace_callback', 'regex'],
    ['fl=/srv/shop/vendor/twig/twig/src/Environment.php\nfn=Twig\\Environment->render', 'templating'],
    ['fl=/srv/shop/vendor/acme/cart/src/Cart.php\nfn=Acme\\Cart->total', 'framework'],
    ['fl=/srv/shop/src/Cart.php\nfn=Shop\\Cart->total', 'application'],
    // The service's own function with a name that PHP has, too.
    ['fl=/srv/shop/src/hash.php\nfn=Shop\\hash', 'application'],
  ])('%s → %s', async (head, category) => {
    const text = `version: 1\ncreator: xdebug 3.2.0 (PHP 8.2.7)\ncmd: /srv/shop/index.php\npart: 1\npositions: line\n\nevents: Time_(10ns)\n\n${head}\n12 500\n\nsummary: 500\n`;
    expect(summarizeProfile(await profileOf(text)).leaves[0]?.category).toBe(category);
  });

  it.each([
    ['main;Shop\\Cart::total;preg_match', 'regex'],
    ['main;Shop\\Cart::total;PDO::query', 'database-driver'],
    ['main;Shop\\Cart::total;json_encode', 'serialization'],
    ['main;Shop\\Cart::total', 'application'],
  ])('without files by names that no other language has: %s → %s', async (stack, category) => {
    expect((await summaryOf(`${stack} 500\n`)).leaves[0]?.category).toBe(category);
  });
});

const sample = (graph: string): string =>
  `Analysis of sampling shop (pid 1) every 1 millisecond\n\nCall graph:\n${graph}\n\nTotal number in stack (recursive counted multiple, when >=5):\n`;

it('refuses a call graph of macOS whose indentation a paste took away, where each frame would count again', async () => {
  const lost = [
    '27 Thread_1166804',
    '+ 27 start  (in dyld) + 1',
    '+   27 main  (in shop) + 9',
    '27 Thread_1167037',
    '27 start_wqthread  (in libp) + 1',
  ];
  await expect(profileOf(sample(lost.join('\n')))).rejects.toThrow(/expected a thread .* found "start_wqthread/);
  expect(leavesOf(await profileOf(sample(lost.slice(0, 4).join('\n'))))).toEqual(['main 27', 'Thread_1167037 27']);
});

it('refuses stacks of the BCC tools by name, with the option that folds them', async () => {
  const printed =
    '    trie_lookup_elem\n    do_syscall_64\n    -                iperf3 (58804)\n        1\n\n    __audit_syscall_exit\n    -                sh (58990)\n        12\n';
  await expect(profileOf(`Sampling at 49 Hertz of all threads by user + kernel stack... Hit Ctrl-C to end.\n\n${printed}`)).rejects.toThrow(
    /BCC.*profile -f/,
  );
});

it('takes threads of macOS that wait for work as idle', async () => {
  const profile = await fixtureProfile('macos-sample/two-threads.txt');
  expect(profile).toMatchObject({ format: 'macos-sample', kind: 'wall', total: 732 });
  const { leaves } = summarizeProfile(profile);
  // As the file sums them up at its end.
  expect(leaves.map(({ frame, self }) => `${frame} ${self}`)).toEqual([
    '_platform_bzero 322',
    'madvise 22',
    '-[Cart total:] 21',
    '[shop] 1',
  ]);
});
