import { realpath, rm } from 'node:fs/promises';
import { execa } from 'execa';
import { ProgramFailedError, UnreadableInputError } from '../../core/model/errors.js';
import type { CommitInfo } from '../../core/model/bisect.js';
import { startGuarded } from '../kernel/guarded-process.js';

const fieldEnd = '\u0000';
const recordStart = '\u0001';

/** A look at a history is done in seconds; git that waits for something (a lock of a dead disk, a prompt) is not waited for. */
const readTimeoutMs = 120_000;
/** A checkout of a large repository, as long as a build may take. */
const checkoutTimeoutMs = 600_000;

/** Where a hook or an outer git points to another repository or to programs of its own. */
const elsewhere = {
  ...{
    GIT_DIR: undefined,
    GIT_WORK_TREE: undefined,
    GIT_INDEX_FILE: undefined,
    GIT_COMMON_DIR: undefined,
    GIT_OBJECT_DIRECTORY: undefined,
  },
  ...{ GIT_CONFIG_PARAMETERS: undefined, GIT_CONFIG_COUNT: undefined, GIT_EXTERNAL_DIFF: undefined, GIT_TRACE2_EVENT: undefined },
};

/** No settings but the repository's own, no prompt, and no transport: a partial clone would fetch what it lacks through any program. */
const manners = {
  ...{ GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
  ...{ GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1', GIT_LFS_SKIP_SMUDGE: '1' },
};

/** What a repository's own configuration could make git run or fetch (git-config(1)). Filters have names and are found one by one. */
const settings = [
  ...['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'core.pager=cat', 'log.showSignature=false', 'credential.helper='],
  ...['submodule.recurse=false', 'safe.directory=*', 'gc.auto=0', 'maintenance.auto=false'],
].flatMap((setting) => ['-c', setting]);

/**
 * Runs git without pager, prompts, hooks, monitors or network; never a shell. The repository may belong to another user (a volume of a container):
 * the catalog names it.
 */
async function git(repository: string, args: string[]): Promise<string> {
  const { stdout } = await execa('git', ['-C', repository, ...settings, ...args], {
    env: { ...elsewhere, ...manners },
    stdin: 'ignore',
    maxBuffer: 200_000_000,
    timeout: readTimeoutMs,
    killSignal: 'SIGKILL',
  });
  return stdout;
}

/** Full id of the commit that a revision names; tags are peeled. */
export async function resolveCommit(repository: string, revision: string): Promise<string> {
  await git(repository, ['rev-parse', '--git-dir']).catch((error: unknown) => {
    throw new UnreadableInputError(
      `Expected a git repository at ${repository}, but git cannot read one there. Correct repository.path in the catalog.`,
      { cause: error },
    );
  });
  try {
    return (await git(repository, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])).trim();
  } catch (error) {
    throw new UnreadableInputError(
      `Expected a commit, tag or branch of ${repository}, got "${revision}". Name one that "git log" shows there.${await shallowHint(repository)}`,
      { cause: error },
    );
  }
}

async function shallowHint(repository: string): Promise<string> {
  const isShallow = await git(repository, ['rev-parse', '--is-shallow-repository']).catch(() => 'false');
  return isShallow.trim() === 'true' ? ' The clone is shallow: "git fetch --unshallow" brings its older commits.' : '';
}

/** The newest tag on the line before `revision`; null when there is none. */
export async function lastTagBefore(repository: string, revision: string): Promise<string | null> {
  try {
    return (await git(repository, ['describe', '--tags', '--first-parent', '--abbrev=0', `${revision}^`])).trim();
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

/** Commits of the line that is checked out whose commit date is not before `since`, newest first. The date of a commit may lie before that of its parent. */
export async function commitsSince(repository: string, since: Date): Promise<CommitInfo[]> {
  const head = await resolveCommit(repository, 'HEAD');
  return parseLog(
    await log(repository, ['--first-parent', `--since-as-filter=${since.toISOString()}`, `--max-count=${mostCommits}`, head]),
  );
}

/** More in one window are an import, and their list says nothing. */
const mostCommits = 200;

/** First lines of the messages of many commits, in their order. */
export async function subjectsOf(repository: string, commits: readonly string[]): Promise<string[]> {
  if (commits.length === 0) return [];
  const text = await git(repository, ['log', '--no-color', '--no-walk=unsorted', '--format=%s', ...commits, '--']);
  return text.split('\n');
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

/** Git has nothing to finish that is worth waiting for: what it leaves is removed as it is. */
const checkoutGraceMs = 500;

/**
 * A detached worktree of one commit; no branch, tag or configuration is touched, and no filter runs: files of Git LFS stay pointers. The checkout of
 * a large repository takes its time: it ends with `signal`, and with us, however we die. `env` is git's whole environment.
 */
export async function addWorktree(
  repository: string,
  folder: string,
  commit: string,
  { env, signal: cancelled }: { env: Record<string, string>; signal: AbortSignal },
): Promise<void> {
  cancelled.throwIfAborted();
  const filters = await withoutFilters(repository);
  const gitArguments = ['-C', repository, ...settings, ...filters, 'worktree', 'add', '--detach', '--force', '--force', folder, commit];
  const run = startGuarded('git', gitArguments, { cwd: repository, env: { ...env, ...manners }, graceMs: checkoutGraceMs });
  let said = '';
  run.stderr.setEncoding('utf8').on('data', (chunk: string) => (said = (said + chunk).slice(-2000)));
  const timeout = AbortSignal.timeout(checkoutTimeoutMs);
  const signal = AbortSignal.any([cancelled, timeout]);
  signal.addEventListener('abort', run.stopSoon, { once: true });
  const exit = await run.exit.finally(() => {
    signal.removeEventListener('abort', run.stopSoon);
  });
  cancelled.throwIfAborted();
  if (exit.code === 0) return;
  const why = timeout.aborted ? `it did not end within ${checkoutTimeoutMs / 60_000} minutes` : (said.trim().split('\n').at(-1) ?? '');
  const message = `git could not check out ${commit}: ${why}`;
  throw new ProgramFailedError({ program: 'git', exitCode: exit.code, message, retryable: true });
}

/** Settings that empty every filter of the repository's configuration: a filter is a program, and `.gitattributes` of any commit names it. */
async function withoutFilters(repository: string): Promise<string[]> {
  const named = await git(repository, ['config', '--name-only', '-z', '--get-regexp', '^filter\\.']).catch(() => '');
  const filters = new Set(named.split(fieldEnd).flatMap((key) => /^filter\.(.+)\.[^.]+$/s.exec(key)?.[1] ?? []));
  return [...filters].flatMap((name) =>
    ['process=', 'smudge=', 'clean=', 'required=false'].flatMap((setting) => ['-c', `filter.${name}.${setting}`]),
  );
}

/** How many files of a worktree Git LFS would have fetched; they are pointers there. */
export async function countLfsPointers(worktree: string): Promise<number> {
  const listed = await git(worktree, ['ls-files', '-z', '--', ':(attr:filter=lfs)']).catch(() => '');
  return listed.split(fieldEnd).filter(Boolean).length;
}

/** Removes the folder and forgets it, also when a killed worker left it half made. Worktrees of other people are not touched. */
export async function removeWorktree(repository: string, folder: string): Promise<void> {
  const forget = (): Promise<string> => git(repository, ['worktree', 'remove', '--force', '--force', folder]);
  await forget().catch(async () => {
    // Not registered, or broken. Of one whose folder is gone git asks no more questions.
    await removeFolder(folder);
    await forget().catch(() => undefined);
  });
  await removeFolder(folder);
}

/** Again when something was added meanwhile: a process that was killed a moment ago may have written a last file. */
async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** Removes every worktree of the repository below a directory, the directory too, whoever left them there. */
export async function removeWorktreesBelow(repository: string, directory: string): Promise<void> {
  const below = `${await realpath(directory).catch(() => directory)}/`;
  const listed = await git(repository, ['worktree', 'list', '--porcelain', '-z']);
  for (const line of listed.split(fieldEnd)) {
    const folder = line.startsWith('worktree ') ? line.slice('worktree '.length) : '';
    if (folder.startsWith(below)) await removeWorktree(repository, folder);
  }
  await removeFolder(directory);
}
