/** Real git repositories with any history, written in one go. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

export interface CommitSpec {
  message: string;
  /** Index of the first parent in the list; default: the commit before. */
  parent?: number;
  /** Index of the merged side. */
  merge?: number;
  /** Path → content. */
  files: Record<string, string>;
}

export interface GitHistory {
  path: string;
  /** Full ids in the order of the specs. */
  ids: string[];
  git: (...args: string[]) => Promise<string>;
  /** Refs, status, worktrees and configuration: what a guest must leave as it was. */
  state: () => Promise<string>;
  remove: () => Promise<void>;
}

const text = (content: string): string => `data ${Buffer.byteLength(content)}\n${content}\n`;
const by = (index: number): string => `Ada <ada@example.test> ${1_700_000_000 + index * 60} +0000`;

function stream(specs: readonly CommitSpec[]): string {
  return specs
    .map((spec, index) => {
      const parent = spec.parent ?? index - 1;
      const files = Object.entries(spec.files).map(([path, content]) => `M 100644 inline ${path}\n${text(content)}`);
      return [
        `commit refs/heads/main\nmark :${index + 1}\nauthor ${by(index)}\ncommitter ${by(index)}\n${text(spec.message)}`,
        parent < 0 ? '' : `from :${parent + 1}\n`,
        spec.merge === undefined ? '' : `merge :${spec.merge + 1}\n`,
        ...files,
      ].join('');
    })
    .join('');
}

/** The last commit is the head of `main`. Tags are annotated, so they have to be peeled. */
export async function createGitHistory(specs: readonly CommitSpec[], tags: Record<string, number> = {}): Promise<GitHistory> {
  const path = await mkdtemp(join(tmpdir(), 'history-'));
  const git = async (...args: string[]): Promise<string> => (await execa('git', ['-C', path, ...args])).stdout;
  await git('init', '--quiet', '--initial-branch=main');
  await git('config', 'user.email', 'ada@example.test');
  await git('config', 'user.name', 'Ada');
  const marks = join(path, '.git', 'marks');
  await execa('git', ['-C', path, 'fast-import', '--quiet', '--force', `--export-marks=${marks}`], { input: stream(specs) });
  const pairs = (await readFile(marks, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  const byMark = new Map(pairs.map(([mark = '', id = '']) => [Number(mark.slice(1)), id]));
  const ids = specs.map((_, index) => byMark.get(index + 1) ?? '');
  await git('reset', '--quiet', '--hard', 'main');
  for (const [name, index] of Object.entries(tags)) await git('tag', '-a', name, '-m', name, ids[index] ?? '');
  const state = async (): Promise<string> =>
    [
      await git('for-each-ref'),
      await git('rev-parse', 'HEAD'),
      await git('status', '--porcelain', '--ignored'),
      await git('worktree', 'list'),
      await git('config', '--local', '--list'),
      await git('stash', 'list'),
    ].join('\n--\n');
  return { path, ids, git, state, remove: () => rm(path, { recursive: true, force: true }) };
}
