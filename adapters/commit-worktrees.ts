import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addWorktree, describeCommit, removeWorktree, removeWorktreesBelow } from './git.js';
import { runCommand, type ServiceCommands } from './commit-service.js';

export interface BuiltCommit {
  worktree: string;
  logFile: string;
  ok: boolean;
  detail: string;
  /** False when an earlier build of the same tree was used, or nothing has to be built. */
  built: boolean;
}

/** The worktrees of one bisect, one per tree: commits with the same files share it, and a build is done once. */
export interface CommitWorktrees {
  prepare: (commit: string, commands: ServiceCommands, signal: AbortSignal) => Promise<BuiltCommit>;
  removeAll: () => Promise<void>;
}

export function openWorktrees(repository: string, directory: string): CommitWorktrees {
  return {
    prepare: async (commit, commands, signal) => {
      const { tree } = await describeCommit(repository, commit);
      const worktree = join(directory, tree.slice(0, 16));
      const marker = `${worktree}.built.json`;
      const logFile = `${worktree}.log`;
      const known = await readMarker(marker, worktree);
      if (known !== null) return { worktree, logFile, ...known, built: false };
      // Without a marker the folder is what a killed worker left half done.
      await removeWorktree(repository, worktree);
      await mkdir(directory, { recursive: true });
      await addWorktree(repository, worktree, commit);
      const result =
        commands.build === null
          ? { ok: true, detail: '' }
          : await runCommand(commands.build, commands, { worktree, logFile, signal, port: 0, timeoutMs: commands.buildTimeoutMs });
      // Written aside first: a marker cut short by a crash would be taken for a build that failed.
      await writeFile(`${marker}.tmp`, JSON.stringify(result));
      await rename(`${marker}.tmp`, marker);
      return { worktree, logFile, ...result, built: commands.build !== null };
    },
    removeAll: () => removeWorktreesBelow(repository, directory),
  };
}

async function readMarker(marker: string, worktree: string): Promise<{ ok: boolean; detail: string } | null> {
  const isThere = await stat(worktree).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const text = isThere ? await readFile(marker, 'utf8').catch(() => null) : null;
  if (text === null) return null;
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null && 'ok' in value && 'detail' in value
    ? { ok: value.ok === true, detail: String(value.detail) }
    : null;
}
