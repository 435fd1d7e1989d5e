/** What old code can reach while it is bisected: nothing of ours. */
import { access, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isolation, type BuildSandbox } from '../../../adapters/git/build-sandbox.js';
import type { ServiceCommands } from '../../../adapters/git/commit-service.js';
import { openWorktrees, type BuiltCommit } from '../../../adapters/git/commit-worktrees.js';
import * as git from '../../../adapters/git/git.js';
import { commandEnvironment } from '../../../config/environment.js';
import { processesMentioning } from '../../support/processes-of.js';
import { createGitHistory, type GitHistory } from '../../support/git-history.js';
import { until } from '../../support/until.js';

let folder = '';
let history: GitHistory;
const never = new AbortController().signal;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'build-sandbox-'));
  history = await createGitHistory([
    { message: 'One', files: { 'a.bin': 'stored', '.gitattributes': '*.bin filter=loud\n*.big filter=lfs\n', 'b.big': 'pointer' } },
  ]);
});

afterEach(async () => {
  await Promise.all([history.remove(), rm(folder, { recursive: true, force: true })]);
});

const there = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function build(command: string, sandbox: Partial<BuildSandbox> = {}): Promise<BuiltCommit> {
  const commands: ServiceCommands = {
    ...{ build: command, start: 'true', health: 'http://127.0.0.1:{port}/', reset: null, stop: null },
    ...{ buildTimeoutMs: 20_000, startTimeoutMs: 1_000, env: commandEnvironment({ HOME: join(folder, 'home') }) },
    sandbox: { network: false, writable: [], hidden: [], ...sandbox },
  };
  return await openWorktrees(history.path, join(folder, 'trees')).prepare(history.ids[0] ?? '', commands, never, 'normal');
}

describe('the environment of commands of the repository', () => {
  it('holds where programs are, and no variable of the worker that nobody named', () => {
    const secrets = {
      SHOP_DATABASE_URL: 'postgres://u:p@h/d',
      AWS_SECRET_ACCESS_KEY: 's',
      ALERTMANAGER_TOKEN: 't',
      SLACK_TOKEN: 'x',
      MY_APP: 'y',
    };
    const before = { ...process.env };
    Object.assign(process.env, secrets, { HTTPS_PROXY: 'http://user:pass@proxy:3128', HTTP_PROXY: 'http://proxy:3128', LC_ALL: 'C' });
    try {
      const given = commandEnvironment({ NODE_ENV: 'production' });
      expect(Object.keys(given)).not.toEqual(expect.arrayContaining(['HTTPS_PROXY']));
      for (const name of Object.keys(secrets)) expect(given[name], name).toBeUndefined();
      expect(given).toMatchObject({ PATH: process.env['PATH'], NODE_ENV: 'production', HTTP_PROXY: 'http://proxy:3128', LC_ALL: 'C' });
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, before);
    }
  });
});

describe("git in somebody's repository", { timeout: 60_000 }, () => {
  it('runs none of the programs that its configuration names', async () => {
    const mark = join(folder, 'ran');
    const program = join(folder, 'program.sh');
    await writeFile(program, `#!/bin/sh\necho "$0 $*" >> ${mark}\ncat 2>/dev/null\n`);
    await chmod(program, 0o755);
    await mkdir(join(folder, 'hooks'));
    for (const hook of ['post-checkout', 'post-index-change', 'reference-transaction'])
      await writeFile(join(folder, 'hooks', hook), `#!/bin/sh\necho ${hook} >> ${mark}\n`, { mode: 0o755 });
    const named = { 'core.fsmonitor': program, 'core.hooksPath': join(folder, 'hooks'), 'core.pager': program, 'gpg.program': program };
    const filters = {
      'filter.loud.smudge': program,
      'filter.loud.required': 'true',
      'filter.lfs.process': program,
      'filter.lfs.required': 'true',
    };
    const rest = { 'log.showSignature': 'true', 'core.sshCommand': program, 'submodule.recurse': 'true', 'diff.external': program };
    for (const [key, value] of Object.entries({ ...named, ...filters, ...rest })) await history.git('config', key, value);
    const [id = ''] = history.ids;
    const worktree = join(folder, 'tree');
    await git.resolveCommit(history.path, 'main');
    await git.describeCommit(history.path, id);
    await git.addWorktree(history.path, worktree, id, { env: commandEnvironment({}), signal: never });
    expect(await readFile(join(worktree, 'a.bin'), 'utf8')).toBe('stored');
    expect(await git.countLfsPointers(worktree)).toBe(1);
    await git.removeWorktree(history.path, worktree);
    expect((await there(mark)) ? await readFile(mark, 'utf8') : '').toBe('');
  });

  it('fetches nothing, whatever transport a partial clone names', async () => {
    const mark = join(folder, 'fetched');
    await history.git('config', 'remote.origin.url', `ext::sh -c "touch% ${mark}"`);
    await history.git('config', 'remote.origin.promisor', 'true');
    await history.git('config', 'protocol.ext.allow', 'always');
    await expect(git.describeCommit(history.path, 'a'.repeat(40))).rejects.toThrow();
    expect(await there(mark)).toBe(false);
  });
});

describe.runIf(isolation() === 'bubblewrap')('a build of an old commit', { timeout: 60_000 }, () => {
  it('writes its worktree, its cache and a temporary folder of its own, and nothing else', async () => {
    const home = join(folder, 'home');
    await mkdir(home);
    const neighbour = join(process.cwd(), 'package.json.probe');
    const refused = [`${history.path}/.git/config`, neighbour, join(home, '.profile')].map((path) => `! (echo x > ${path}) 2>/dev/null`);
    const allowed = ['echo a > built', 'echo b > /tmp/mine', 'echo c > "$XDG_CACHE_HOME/c"', 'git rev-parse HEAD > head'];
    const place = await build([...allowed, ...refused].join(' && '));
    expect(place).toMatchObject({ ok: true, detail: '' });
    expect(await readFile(join(place.worktree, 'built'), 'utf8')).toBe('a\n');
    expect(await readFile(join(place.worktree, 'head'), 'utf8')).toBe(`${history.ids[0] ?? ''}\n`);
    expect(await Promise.all([there('/tmp/mine'), there(neighbour)])).toEqual([false, false]);
    expect(await readFile(place.logFile, 'utf8')).toMatch(/1 files of Git LFS are pointers/);
  });

  it('reads neither our data nor files of secrets nor credentials of the user', async () => {
    const home = join(folder, 'home');
    await mkdir(join(home, '.ssh'), { recursive: true });
    await mkdir(join(folder, 'data'));
    const files = [join(home, '.ssh', 'id'), join(home, '.npmrc'), join(folder, 'data', 'artifact'), join(folder, 'token')];
    for (const file of [...files, join(folder, 'open')]) await writeFile(file, 'secret');
    const hidden = [join(folder, 'data'), join(folder, 'token')];
    const place = await build(`cat ${join(folder, 'open')}; cat ${files.join(' ')} > found 2>/dev/null; exit 3`, {
      hidden,
      writable: [folder],
    });
    expect(place).toMatchObject({ ok: false, detail: expect.stringMatching(/ended with 3.*buildNetwork and buildWrites/) as string });
    expect(await readFile(join(place.worktree, 'found'), 'utf8')).toBe('');
  });

  it('has no network unless the catalog gives it', async () => {
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const ask = `exec 3<>/dev/tcp/127.0.0.1/${port}`;
    expect(await build(`bash -c '${ask}'`)).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/Network is unreachable|refused/) as string,
    });
    await rm(join(folder, 'trees'), { recursive: true });
    expect(await build(`bash -c '${ask}'`, { network: true })).toMatchObject({ ok: true });
    server.close();
  });

  it('leaves no process, also when it does not want to end', { timeout: 120_000 }, async () => {
    // A number of our own: another run of these tests on the machine has its sleepers, too.
    const seconds = String(100_000 + process.pid);
    const commands = `setsid sleep ${seconds} & trap "" TERM; sleep ${seconds}`;
    const controller = new AbortController();
    const running = openWorktrees(history.path, join(folder, 'trees')).prepare(
      history.ids[0] ?? '',
      {
        ...{ build: commands, start: 'true', health: 'http://127.0.0.1:{port}/', reset: null, stop: null, buildTimeoutMs: 120_000 },
        ...{ startTimeoutMs: 1_000, env: commandEnvironment({}), sandbox: { network: false, writable: [], hidden: [] } },
      },
      controller.signal,
      'idle',
    );
    const sleepers = async (): Promise<number[]> => processesMentioning(seconds, 'sleep');
    await until(async () => (await sleepers()).length === 2);
    controller.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    await until(async () => (await sleepers()).length === 0);
  });
});
