import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { killStrays } from './commit-processes.js';
import { addWorktree, describeCommit, removeWorktree, removeWorktreesBelow } from './git.js';
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
        const result =
          commands.build === null
            ? { ok: true, detail: '' }
            : await runCommand(commands.build, commands, { ...place, signal, port: 0, timeoutMs: commands.buildTimeoutMs, priority });
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
