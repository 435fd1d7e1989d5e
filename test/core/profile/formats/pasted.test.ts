import { describe, expect, it } from 'vitest';
import { UnreadableInputError } from '../../../../core/model/errors.js';
import type { StackProfile } from '../../../../core/profile/stack-profile.js';
import { leavesOf, profileOf } from '../profiles.js';

const refusal = async (text: string): Promise<string> => {
  const error: unknown = await profileOf(text).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UnreadableInputError);
  return String(error);
};

const eachLine = (text: string, wrap: (line: string, index: number) => string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line, index) => `${wrap(line, index)}\n`)
    .join('');

const goroutines = [
  'fatal error: all goroutines are asleep - deadlock!',
  '',
  'goroutine 1 [chan send, 1 minutes]:',
  'example.com/hunt/app.(*Pool).Submit(...)',
  '\t/src/hunt/app/pool.go:77',
  'main.main()',
  '\t/src/hunt/main.go:10 +0xf',
  '',
  'goroutine 19 [select]:',
  'example.com/hunt/app.(*Pool).wait(0xc00007a000)',
  '\t/src/hunt/app/pool.go:31 +0x9a',
  'created by example.com/hunt/app.New in goroutine 1',
  '\t/src/hunt/app/pool.go:40 +0x1f',
  '',
].join('\n');

const perf = [0, 1, 2, 3]
  .map(
    (index) =>
      `node   321 147.37468${index}:     250000 cpu-clock:u: \n\t    55d0c1a2b3c4 ${index < 3 ? 'hot' : 'warm'}+0x14 (/srv/app)\n\t    55d0c1a2b000 main+0x20 (/srv/app)\n\n`,
  )
  .join('');

const folded = 'main;a;hot 300\nmain;a;warm 100\n';

const wrappings: [string, (text: string) => string][] = [
  ['a fence of Markdown', (text) => `What I see:\n\n\`\`\`text\n${text}\`\`\`\n\nThanks!\n`],
  ['a fence behind the one of the command', (text) => `\`\`\`sh\nperf script\n\`\`\`\n\n\`\`\`\n${text}\`\`\`\n`],
  ['quotes of a mail', (text) => eachLine(text, (line) => `> ${line}`)],
  ['quotes of quotes, their blanks cut off', (text) => eachLine(text, (line) => `>> ${line}`.trimEnd())],
  ['code by indentation', (text) => eachLine(text, (line) => (line === '' ? '' : `    ${line}`))],
  ['colours', (text) => eachLine(text, (line) => `\u001b[31m${line}\u001b[0m`)],
  ['lines of the terminal', (text) => `$ cat out.txt\n${text}$ \n`],
];
const logs: [string, (text: string) => string][] = [
  ['docker compose', (text) => eachLine(text, (line) => `api-1  | ${line}`)],
  ['containerd', (text) => eachLine(text, (line) => `2023-09-24T10:11:12.123456789Z stderr F ${line}`)],
  ['GitHub Actions', (text) => eachLine(text, (line) => `2023-09-24T10:11:12.1234567Z ${line}`)],
  ['syslog', (text) => eachLine(text, (line) => `Sep 24 10:11:12 web-1 api[77]: ${line}`)],
];

const bare = async (text: string): Promise<{ leaves: string[]; total: number; notes: string[] }> => {
  const profile: StackProfile = await profileOf(text);
  return { leaves: leavesOf(profile), total: profile.total, notes: profile.notes.map(({ id }) => id) };
};

describe('profiles as people paste them', () => {
  for (const [kind, text] of [
    ['a goroutine dump', goroutines],
    ['perf text', perf],
    ['folded stacks', folded],
  ] as const) {
    it.each(wrappings)(`reads ${kind} in %s`, async (_, wrap) => {
      const { leaves, total } = await bare(text);
      expect(await bare(wrap(text))).toMatchObject({ leaves, total });
    });
  }

  it.each(logs)('reads a goroutine dump and perf text from a log of %s', async (_, wrap) => {
    for (const text of [goroutines, perf]) {
      const { leaves, total } = await bare(text);
      const found = await bare(wrap(text));
      expect(found).toMatchObject({ leaves, total });
      expect(found.notes).toContain('pasted');
    }
  });

  it('reads JSON in a fence, and a dump that is longer than what is looked at first', async () => {
    const heap =
      '{"head":{"callFrame":{"functionName":"(root)"},"selfSize":0,"children":[{"callFrame":{"functionName":"hot","url":"/a.js"},"selfSize":7}]}}';
    expect((await bare(`\`\`\`json\n${heap}\n\`\`\`\n`)).leaves).toEqual(['hot 7']);
    const many = eachLine(goroutines.repeat(400), (line) => `2023-09-24T10:11:12.123456789Z stderr F ${line}`);
    expect(many.length).toBeGreaterThan(200_000);
    expect((await bare(many)).total).toBe(800);
  });

  it('takes no messages of a log for folded stacks, and no two blocks for one profile', async () => {
    expect(await refusal(eachLine('queue;full 12\nqueue;drained 13\n', (line) => `Sep 24 10:11:12 web-1 api[77]: ${line}`))).toMatch(
      /known format/,
    );
    const block = `\`\`\`\n${folded.repeat(2)}\`\`\`\n`;
    expect(await refusal(`Before:\n\n${block}\nAfter:\n\n${block}`)).toMatch(/known format/);
  });

  it('names a report in a paste, and says what is wrong with the file as it is when nothing is found inside', async () => {
    expect(await refusal(eachLine("# Samples: 60K of event 'cycles'\n#\n# Overhead  Command\n", (line) => `>>> ${line}`))).toMatch(
      /perf report.*perf script/,
    );
    expect(await refusal('> nothing here\n> but words\n')).toMatch(/begins with "> nothing here"/);
  });
});

describe('goroutine dumps that were copied', () => {
  it('finds the file of a call behind blanks, and where the indentation is gone', async () => {
    const { leaves } = await bare(goroutines);
    expect(leaves).toEqual(['example.com/hunt/app.(*Pool).Submit 1', 'example.com/hunt/app.(*Pool).wait 1']);
    expect((await bare(goroutines.replaceAll('\t', '        '))).leaves).toEqual(leaves);
    expect((await bare(goroutines.replaceAll('\t', ''))).leaves).toEqual(leaves);
  });

  it('tells that a dump begins or ends within a stack, and takes words behind it for no part', async () => {
    expect((await bare(goroutines)).notes).not.toContain('left-out');
    expect((await bare(`${goroutines.trimEnd()}\nexit status 2\n`)).notes).not.toContain('left-out');
    expect((await bare(goroutines.slice(0, goroutines.indexOf('created by')))).notes).toContain('left-out');
    expect((await bare(goroutines.slice(0, goroutines.indexOf(' +0x9a') - 12))).notes).toContain('left-out');
    expect((await bare(goroutines.slice(goroutines.indexOf('main.main')))).notes).toContain('left-out');
  });
});
