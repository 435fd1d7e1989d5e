import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as git from '../../../adapters/git/git.js';
import { createGitHistory, type CommitSpec, type GitHistory } from '../../support/git-history.js';

const change = (name: string, rest: Partial<CommitSpec> = {}): CommitSpec => ({
  message: `Change ${name}`,
  files: { [`${name}.js`]: name },
  ...rest,
});

let history: GitHistory;
let folder = '';

beforeAll(async () => {
  // 0 ─ 1 ─ 4 (merge of 3) ─ 5, and the side 1 ─ 2 ─ 3.
  const side = [change('c', { parent: 1 }), change('d', { message: 'Change d ü\n\nbody | with "signs"' })];
  const merge: CommitSpec = { message: 'Merge', parent: 1, merge: 3, files: { 'c.js': 'c' } };
  history = await createGitHistory([change('a'), change('b'), ...side, merge, change('e')], { v1: 0, side: 2 });
  folder = await mkdtemp(join(tmpdir(), 'worktrees-'));
});

afterAll(async () => {
  await Promise.all([history.remove(), rm(folder, { recursive: true, force: true })]);
});

const idOf = (index: number): string => history.ids[index] ?? '';

describe('a history', () => {
  it('peels annotated tags and names what it does not know', async () => {
    expect(await git.resolveCommit(history.path, 'v1')).toBe(idOf(0));
    await expect(git.resolveCommit(history.path, 'v9')).rejects.toThrow(/got "v9"/);
    await expect(git.resolveCommit(history.path, '--help')).rejects.toThrow(/got "--help"/);
    await expect(git.resolveCommit(folder, 'HEAD')).rejects.toThrow(/repository.path/);
  });

  it('tells how a shallow clone gets the commits that it lacks', async () => {
    const shallow = join(folder, 'shallow');
    await execa('git', ['clone', '-q', '--depth', '1', `file://${history.path}`, shallow]);
    await expect(git.resolveCommit(shallow, idOf(0))).rejects.toThrow(/git fetch --unshallow/);
  });

  it('takes the last tag of the line, not one of a merged side', async () => {
    expect(await git.lastTagBefore(history.path, idOf(5))).toBe('v1');
    expect(await git.lastTagBefore(history.path, idOf(0))).toBeNull();
  });

  it('follows first parents from good to bad, with files against the first parent', async () => {
    const range = await git.firstParentRange(history.path, idOf(0), idOf(5));
    expect(range.map(({ commit }) => commit)).toEqual([0, 1, 4, 5].map(idOf));
    expect(range[2]).toMatchObject({ subject: 'Merge', author: 'Ada', parents: [idOf(1), idOf(3)], files: ['c.js'] });
  });

  it('refuses a good commit that is not on the line, and ends in the wrong order', async () => {
    await expect(git.firstParentRange(history.path, idOf(3), idOf(5))).rejects.toThrow(/not an ancestor .* along first parents/);
    await expect(git.firstParentRange(history.path, idOf(5), idOf(0))).rejects.toThrow(/no commit between/);
  });

  it('lists what a merge brought in; an ordinary commit is no merge', async () => {
    const merge = await git.describeCommit(history.path, idOf(4));
    expect((await git.mergedRange(history.path, merge))?.map(({ commit }) => commit)).toEqual([2, 3].map(idOf));
    expect(await git.mergeBase(history.path, idOf(1), idOf(3))).toBe(idOf(1));
    expect(await git.mergedRange(history.path, await git.describeCommit(history.path, idOf(5)))).toBeNull();
  });

  it('gives subjects in the order that was asked for', async () => {
    expect(await git.subjectsOf(history.path, [5, 0, 3].map(idOf))).toEqual(['Change e', 'Change a', 'Change d ü']);
    expect(await git.subjectsOf(history.path, [])).toEqual([]);
  });
});

describe('worktrees', () => {
  it('leave the repository as it was, whatever state they were left in', async () => {
    const theirs = join(folder, 'theirs');
    const checkout = { env: { PATH: process.env['PATH'] ?? '' }, signal: new AbortController().signal };
    await git.addWorktree(history.path, theirs, idOf(1), checkout);
    const before = await history.state();
    const ours = join(folder, 'ours');
    await mkdir(ours);
    for (const name of ['whole', 'gone', 'dirty']) await git.addWorktree(history.path, join(ours, name), idOf(0), checkout);
    await rm(join(ours, 'gone'), { recursive: true });
    await writeFile(join(ours, 'dirty', 'a.js'), 'changed');
    await mkdir(join(ours, 'half'));
    await git.removeWorktree(history.path, join(ours, 'half'));
    await git.removeWorktreesBelow(history.path, ours);
    expect(await history.state()).toBe(before);
    await git.removeWorktree(history.path, theirs);
  });
});
