import { spawnSync } from 'node:child_process';

let prefix: string[] | undefined;

/** What a program is started with so that the kernel kills it when its parent dies (util-linux's setpriv, on Linux; others lack the option or the program). */
export function parentDeathPrefix(): string[] {
  prefix ??= ['/usr/bin/setpriv', '/bin/setpriv']
    .filter((path) => spawnSync(path, ['--pdeathsig', 'KILL', 'true'], { stdio: 'ignore', timeout: 5_000 }).status === 0)
    .slice(0, 1)
    .flatMap((path) => [path, '--pdeathsig', 'KILL', '--']);
  return prefix;
}
