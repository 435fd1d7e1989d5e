import { appendFile, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sandboxed } from './build-sandbox.js';
import { killStrays } from './commit-processes.js';
import { addWorktree, countLfsPointers, describeCommit, removeWorktree, removeWorktreesBelow } from './git.js';
import { runCommand, type Priority, type ServiceCommands } from './commit-service.js';
import { withHostLock } from '../kernel/host-lock.js';

export interface BuiltCommit {
  worktree: string;
  logFile: string;
  ok: boolean;
  detail: string;
  /** Null when an earlier build of the same tree was used, or nothing has to be built. */
  buildMs: number | null;
}

/** The worktrees of one bisect, one per tree: commits with the same files share it, and a build is done once. */
export interface CommitWorktrees {
  prepare: (commit: string, commands: ServiceCommands, signal: AbortSignal, priority: Priority) => Promise<BuiltCommit>;
  removeAll: () => Promise<void>;
}

export function openWorktrees(repository: string, directory: string): CommitWorktrees {
  return {
    prepare: async (commit, commands, signal, priority) => {
      const { tree } = await describeCommit(repository, commit);
      const worktree = join(directory, tree.slice(0, 16));
      const place = { worktree, logFile: `${worktree}.log` };
      // A build ahead and the measurement may want the same tree at the same time, also from two workers of this machine.
      return await withHostLock(`worktree ${worktree}`, signal, async () => {
        const marker = `${worktree}.built.json`;
        const known = await readMarker(marker, worktree);
        if (known !== null) return { ...place, ...known, buildMs: null };
        const startedAt = performance.now();
        // The folder is what a killed worker left half done. A marker without its folder must not vouch for the next one.
        await rm(marker, { force: true });
        killStrays(worktree);
        await removeWorktree(repository, worktree);
        await mkdir(directory, { recursive: true });
        await addWorktree(repository, worktree, commit, { env: commands.env, signal });
        await noteLfsPointers(place);
        const result =
          commands.build === null
            ? { ok: true, detail: '' }
            : await build(commands.build, commands, { ...place, signal, priority, repository, directory });
        // Written aside first: a marker cut short by a crash would be taken for a build that failed.
        await writeFile(`${marker}.tmp`, JSON.stringify(result));
        await rename(`${marker}.tmp`, marker);
        return { ...place, ...result, buildMs: commands.build === null ? null : performance.now() - startedAt };
      });
    },
    removeAll: async () => {
      killStrays(directory);
      await removeWorktreesBelow(repository, directory);
    },
  };
}

interface BuildPlace {
  worktree: string;
  logFile: string;
  signal: AbortSignal;
  priority: Priority;
  repository: string;
  /** Of the bisect; the builds' cache is there, for all of its commits. */
  directory: string;
}

async function build(command: string, commands: ServiceCommands, place: BuildPlace): Promise<{ ok: boolean; detail: string }> {
  const { sandbox, buildTimeoutMs: timeoutMs } = commands;
  const options = { ...place, port: 0, timeoutMs };
  if (sandbox === undefined) return await runCommand(command, commands, options);
  const cache = join(place.directory, 'cache');
  await mkdir(cache, { recursive: true });
  const [worktree, repository] = await Promise.all([realpath(place.worktree), realpath(place.repository)]);
  const inside = sandboxed(sandbox, { worktree, repository, cache: await realpath(cache), home: commands.env['HOME'] });
  if (inside.gap !== null)
    await appendFile(place.logFile, `This machine cannot shut the build in (bubblewrap or user namespaces): ${inside.gap}.\n`);
  const result = await runCommand(command, commands, { ...options, inside });
  const hint = ' (builds have no network and write only to their worktree: repository.buildNetwork and buildWrites allow more)';
  return result.ok || inside.prefix.length === 0 ? result : { ...result, detail: `${result.detail}${hint}` };
}

async function noteLfsPointers({ worktree, logFile }: { worktree: string; logFile: string }): Promise<void> {
  const pointers = await countLfsPointers(worktree);
  if (pointers > 0)
    await appendFile(logFile, `${pointers} files of Git LFS are pointers here: nothing is fetched for a commit under test.\n`);
}

async function readMarker(marker: string, worktree: string): Promise<{ ok: boolean; detail: string } | null> {
  const isThere = await stat(worktree).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const text = isThere ? await readFile(marker, 'utf8').catch(() => null) : null;
  if (text === null) return null;
  const value = parsed(text);
  return typeof value === 'object' && value !== null && 'ok' in value && 'detail' in value
    ? { ok: value.ok === true, detail: String(value.detail) }
    : null;
}

/** A machine that lost its power may have kept the name of the file and not its content. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
