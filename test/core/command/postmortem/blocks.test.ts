import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { blockDifferences, isDocumentOf, mergeBlocks, type FreshDocument } from '../../../../core/command/postmortem/blocks.js';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

function fresh(timeline: string, impact = 'none'): FreshDocument {
  return {
    kind: 'postmortem',
    subject: 'INC-2026-0302-001',
    blocks: [
      { id: 'timeline', body: `## Timeline\n\n${timeline}`, isForPeople: false },
      { id: 'impact', body: `## Impact\n\n${impact}`, isForPeople: false },
      { id: 'lessons', body: '## Lessons\n\nwrite here', isForPeople: true },
    ],
  };
}

const statesOf = (merged: ReturnType<typeof mergeBlocks>) =>
  Object.fromEntries(merged.blocks.map(({ id, state, rev }) => [id, `${state} ${rev}`]));

test('a file is ours only by its first line and its incident', () => {
  const { text } = mergeBlocks(null, fresh('a'), sha);
  expect(isDocumentOf(text, { kind: 'postmortem', subject: 'INC-2026-0302-001' })).toBe(true);
  expect(isDocumentOf(text, { kind: 'postmortem', subject: 'INC-2026-0302-002' })).toBe(false);
  expect(isDocumentOf(`# Notes\n${text}`, { kind: 'postmortem', subject: 'INC-2026-0302-001' })).toBe(false);
});

test('the same data again changes nothing, newer data replaces what nobody edited', () => {
  const first = mergeBlocks(null, fresh('a'), sha);
  expect(mergeBlocks(first.text, fresh('a'), sha).text).toBe(first.text);
  const second = mergeBlocks(first.text, fresh('b'), sha);
  expect(second.text).toContain('## Timeline\n\nb');
  expect(statesOf(second)).toEqual({ timeline: 'generated 2', impact: 'generated 1', lessons: 'generated 1' });
});

test('an edit survives three regenerations, with what the record says now beside it once', () => {
  let text = mergeBlocks(null, fresh('a'), sha).text.replace('## Timeline\n\na', '## Timeline\n\nmy words');
  for (const data of ['b', 'c --> d', 'e']) {
    const merged = mergeBlocks(text, fresh(data), sha);
    expect(merged.text).toContain('## Timeline\n\nmy words\n<!-- /block:timeline -->');
    expect(merged.text.match(/^<!-- newer:timeline$/gm)).toHaveLength(1);
    expect(statesOf(merged)['timeline']).toBe('edited 1');
    text = merged.text;
  }
  expect(text).toContain('+ e');
  expect(mergeBlocks(text, fresh('a'), sha).text).not.toContain('newer:timeline');
});

test('a block for people is never replaced, text between blocks stays where it is', () => {
  const { text } = mergeBlocks(null, fresh('a'), sha);
  const withOwn = text.replace('<!-- block:impact', '## Our section\n\nours\n\n<!-- block:impact').replace('write here', 'we learned');
  const merged = mergeBlocks(withOwn, fresh('b'), sha).text;
  expect(merged).toContain('we learned');
  expect(merged.indexOf('## Our section')).toBeGreaterThan(merged.indexOf('## Timeline'));
  expect(merged.indexOf('## Our section')).toBeLessThan(merged.indexOf('## Impact'));
});

test('what was deleted stays deleted, a block that is new to the file is added at its place', () => {
  const { text } = mergeBlocks(null, fresh('a'), sha);
  const without = text.replace(/<!-- block:impact[\s\S]*?<!-- \/block:impact -->\n/, '');
  const merged = mergeBlocks(without, fresh('b'), sha);
  expect(merged.text).not.toContain('## Impact');
  expect(statesOf(merged)['impact']).toBe('deleted 0');
  const added = { id: 'metrics', body: '## Metrics\n\n1', isForPeople: false };
  const [timeline, impact, lessons] = fresh('a').blocks;
  if (timeline === undefined || impact === undefined || lessons === undefined) throw new Error('three blocks');
  const wider = mergeBlocks(text, { ...fresh('a'), blocks: [timeline, impact, added, lessons] }, sha).text;
  expect([...wider.matchAll(/^## (\w+)$/gm)].map(([, heading]) => heading)).toEqual(['Timeline', 'Impact', 'Metrics', 'Lessons']);
});

test('line ends and spaces of an editor are no edit, a lost closing marker loses no text', () => {
  const { text } = mergeBlocks(null, fresh('a'), sha);
  const windows = mergeBlocks(text.replaceAll('\n', '  \r\n'), fresh('b'), sha);
  expect(statesOf(windows)['timeline']).toBe('generated 2');
  expect(windows.text).not.toMatch(/[^\r]\n/);
  const torn = mergeBlocks(text.replace('<!-- /block:timeline -->', 'and more'), fresh('b'), sha);
  expect(torn.text).toContain('and more');
  expect(statesOf(torn)).toEqual({ timeline: 'edited 1', impact: 'generated 1', lessons: 'generated 1' });
});

test('what people changed is shown beside the newer data, and gives way only where it is accepted', () => {
  const { text } = mergeBlocks(null, fresh('a'), sha);
  expect(blockDifferences(text, fresh('b'), sha)).toEqual([]);
  const edited = text
    .replace('## Timeline\n\na', '## Timeline\n\nmy words')
    .replace('write here', 'we learned')
    .replace(/<!-- block:impact[^]*?\/block:impact -->\n/, '');
  expect(blockDifferences(edited, fresh('b'), sha)).toEqual([
    { id: 'timeline', state: 'edited', lines: ['- my words', '+ b'] },
    { id: 'impact', state: 'deleted', lines: ['+ ## Impact', '+ none'] },
    { id: 'lessons', state: 'edited', lines: ['- we learned', '+ write here'] },
  ]);
  const accepted = mergeBlocks(mergeBlocks(edited, fresh('b'), sha).text, fresh('b'), sha, ['timeline', 'impact']);
  expect(statesOf(accepted)).toEqual({ timeline: 'generated 2', impact: 'generated 1', lessons: 'edited 1' });
  expect(accepted.text).not.toMatch(/my words|newer:timeline/);
  expect(accepted.text.indexOf('## Timeline')).toBeLessThan(accepted.text.indexOf('## Impact'));
  expect(accepted.text).toContain('we learned');
  expect(blockDifferences(accepted.text, fresh('b'), sha).map(({ id }) => id)).toEqual(['lessons']);
  const again = mergeBlocks(accepted.text, fresh('b'), sha, ['lessons']);
  expect(again.text).not.toContain('we learned');
});
