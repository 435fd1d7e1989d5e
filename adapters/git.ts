import { execa } from 'execa';
import { UnreadableInputError } from '../core/model/errors.js';
import type { CommitInfo } from '../core/model/bisect.js';

const fieldEnd = '\u0000';
const recordStart = '\u0001';

/** Runs git without the user's pager, prompts or hooks; never a shell. */
async function git(repository: string, args: string[]): Promise<string> {
  const env = { GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
  const { stdout } = await execa('git', ['-C', repository, '-c', 'core.hooksPath=/dev/null', ...args], {
    env,
    stdin: 'ignore',
    maxBuffer: 200_000_000,
  });
  return stdout;
}

/** Full id of the commit that a revision names; tags are peeled. */
export async function resolveCommit(repository: string, revision: string): Promise<string> {
  try {
    return (await git(repository, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])).trim();
  } catch (error) {
    throw new UnreadableInputError(
      `Expected a commit, tag or branch of ${repository}, got "${revision}". Name one that "git log" shows there.`,
      { cause: error },
    );
  }
}

/** The newest tag before `revision` that is not on it; null when there is none. */
export async function lastTagBefore(repository: string, revision: string): Promise<string | null> {
  try {
    return (await git(repository, ['describe', '--tags', '--abbrev=0', `${revision}^`])).trim();
  } catch {
    return null;
  }
}

/** Commits from `good` (first) to `bad` (last) along first parents. Throws when `good` is not on that line. */
export async function firstParentRange(repository: string, good: string, bad: string): Promise<CommitInfo[]> {
  const line = parseLog(await log(repository, ['--first-parent', '--reverse', `${good}..${bad}`]));
  const [start] = parseLog(await log(repository, ['-1', good]));
  if (start === undefined || line.length === 0)
    throw new UnreadableInputError(
      `There is no commit between good ${good} and bad ${bad}. Expected bad to be a later commit on the same line.`,
    );
  if (line[0]?.parents[0] !== good) {
    throw new UnreadableInputError(
      `${good} is not an ancestor of ${bad} along first parents. Give a good commit of the line that was deployed, for instance a tag of a release.`,
    );
  }
  return [start, ...line];
}

/** The commits that a merge brought in, from its first parent (first) over the side's own commits to the merge (last); null when it is no plain merge. */
export async function mergedRange(repository: string, merge: CommitInfo): Promise<CommitInfo[] | null> {
  const [base, side] = merge.parents;
  if (base === undefined || side === undefined || merge.parents.length > 2) return null;
  const commits = parseLog(await log(repository, ['--first-parent', '--reverse', `${base}..${side}`]));
  return commits.length === 0 ? null : commits;
}

/** The commit at which a side branch left the line. */
export async function mergeBase(repository: string, a: string, b: string): Promise<string> {
  return (await git(repository, ['merge-base', a, b])).trim();
}

export async function describeCommit(repository: string, commit: string): Promise<CommitInfo> {
  const [info] = parseLog(await log(repository, ['-1', commit]));
  if (info === undefined) throw new UnreadableInputError(`Expected a commit of ${repository}, got "${commit}".`);
  return info;
}

/** Files of a merge are those against its first parent: what the line gained by it. */
async function log(repository: string, args: string[]): Promise<string> {
  const format = `--format=${recordStart}%H${fieldEnd}%s${fieldEnd}%an${fieldEnd}%cI${fieldEnd}%P${fieldEnd}%T${fieldEnd}`
    .replaceAll(fieldEnd, '%x00')
    .replaceAll(recordStart, '%x01');
  return await git(repository, ['log', '--no-color', '--diff-merges=first-parent', '--name-only', '--no-renames', format, ...args, '--']);
}

function parseLog(text: string): CommitInfo[] {
  return text
    .split(recordStart)
    .slice(1)
    .map((record) => {
      const [commit = '', subject = '', author = '', date = '', parents = '', tree = '', files = ''] = record.split(fieldEnd);
      return { commit, subject, author, date, parents: parents.split(' ').filter(Boolean), tree, files: files.split('\n').filter(Boolean) };
    });
}

/** A detached worktree of one commit; no branch, tag or configuration is touched. */
export async function addWorktree(repository: string, folder: string, commit: string): Promise<void> {
  await git(repository, ['worktree', 'add', '--detach', '--force', folder, commit]);
}

export async function removeWorktree(repository: string, folder: string): Promise<void> {
  try {
    await git(repository, ['worktree', 'remove', '--force', '--force', folder]);
  } catch {
    // Already gone, or half made by a killed worker: pruning below forgets what has no folder.
  }
  await git(repository, ['worktree', 'prune']);
}
