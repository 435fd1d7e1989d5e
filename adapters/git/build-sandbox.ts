/** Where a build of any old commit runs: without network, and with everything outside its worktree read-only or hidden, as far as the kernel lets us. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface BuildSandbox {
  /** The catalog says that builds may use the network. */
  network: boolean;
  /** Absolute paths that a build may write beside its worktree and its cache. */
  writable: string[];
  /** Absolute paths that a build must not read: files of secrets, our data. What lies below and is mounted for the build stays visible. */
  hidden: string[];
}

export interface SandboxedCommand {
  /** Stands in front of the program; empty where nothing can be shut off. */
  prefix: string[];
  env: Record<string, string>;
  /** What the build can still do because this machine offers no more; null when all is shut off. */
  gap: string | null;
}

/** Where programs keep credentials, below HOME. Their caches stay visible: a build without network needs them. */
const credentialsBelowHome =
  '.ssh .aws .azure .gnupg .kube .docker .config/gcloud .config/gh .netrc .git-credentials .config/git/credentials .pgpass .my.cnf .npmrc .pypirc ' +
  '.cargo/credentials .cargo/credentials.toml .m2/settings-security.xml .vault-token';

/** Sockets of daemons and secrets of containers are here; a read-only view alone would still let a build talk to them. */
const emptied = ['/tmp', '/var/tmp', '/run'];
/** Programs of NixOS. */
const programsBelowRun = ['/run/current-system', '/run/wrappers'];

interface Mount {
  path: string;
  options: string[];
}

export function sandboxed(
  { network, writable, hidden }: BuildSandbox,
  { worktree, repository, cache, home }: { worktree: string; repository: string; cache: string; home: string | undefined },
): SandboxedCommand {
  const means = isolation();
  const env = { XDG_CACHE_HOME: cache, ...(network ? { npm_config_cache: join(cache, 'npm') } : {}) };
  if (means === 'none') return { prefix: [], env: {}, gap: 'it can use the network and change files outside its worktree' };
  if (means === 'network-namespace') {
    const prefix = network ? [] : ['unshare', '--user', '--map-current-user', '--net', '--'];
    return { prefix, env: {}, gap: 'it can change files outside its worktree' };
  }
  const secrets = home === undefined ? hidden : [...hidden, ...credentialsBelowHome.split(' ').map((path) => join(home, path))];
  const mounts: Mount[] = [
    ...emptied.map((path) => ({ path, options: ['--tmpfs', path] })),
    ...[...programsBelowRun, repository].map((path) => ({ path, options: ['--ro-bind', path, path] })),
    ...secrets.map((path) => ({ path, options: isFolder(path) ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path] })),
    ...[worktree, cache, ...writable].map((path) => ({ path, options: ['--bind', path, path] })),
  ].filter(({ path }) => existsSync(path));
  // A mount hides what was mounted below it before: parents first, and of two for one path the later, more generous one last.
  const inOrder = mounts.sort((a, b) => a.path.split('/').length - b.path.split('/').length).flatMap(({ options }) => options);
  return { prefix: ['bwrap', ...shutOff(network), ...inOrder, '--chdir', worktree, '--'], env, gap: null };
}

function shutOff(network: boolean): string[] {
  const namespaces = ['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', ...(network ? [] : ['--unshare-net'])];
  return [...namespaces, '--cap-drop', 'ALL', '--die-with-parent', '--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

export type Isolation = 'bubblewrap' | 'network-namespace' | 'none';

let known: Isolation | undefined;

/** What this machine offers, tried once: many containers and some distributions forbid unprivileged namespaces. */
export function isolation(): Isolation {
  const works = (program: string, args: string[]): boolean => spawnSync(program, args, { stdio: 'ignore', timeout: 5_000 }).status === 0;
  return (known ??= works('bwrap', [...shutOff(false), '--', 'true'])
    ? 'bubblewrap'
    : works('unshare', ['--user', '--map-current-user', '--net', '--', 'true'])
      ? 'network-namespace'
      : 'none');
}
