import { execFile } from 'node:child_process';
import { access, constants, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { isolation } from '../../adapters/git/build-sandbox.js';
import type { ToolName } from '../../adapters/tools/tool-pins.js';
import { findTool } from '../../config/find-tool.js';
import { failed, firstLine, lacking, ok, type Check } from './check.js';

const run = promisify(execFile);

const neededNode = { major: 20, minor: 19 };

function checkNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isEnough = major > neededNode.major || (major === neededNode.major && minor >= neededNode.minor);
  const what = `Node.js ${neededNode.major}.${neededNode.minor} or newer`;
  return isEnough
    ? ok('node', what, process.versions.node)
    : failed('node', what, process.versions.node, 'Install Node.js 20.19 or newer.');
}

/** Only looks: whoever asks what is missing does not want downloads. */
async function checkTool(tool: ToolName): Promise<Check> {
  const what = tool === 'k6' ? 'k6, which makes the load' : 'temporal, the development server of `dev`';
  try {
    const { path, version, source } = await findTool(tool, { say: () => undefined, allowDownload: false });
    return ok(tool, what, `${version} at ${path} (${source})`);
  } catch (error) {
    return failed(
      tool,
      what,
      firstLine(error),
      `Run perf-responder setup, put ${tool} on PATH, or set PERF_RESPONDER_${tool.toUpperCase()}=/path/to/${tool}.`,
    );
  }
}

async function checkProc(): Promise<Check> {
  const what = '/proc, for processes, threads and sockets';
  const stat = await readFile('/proc/self/stat', 'utf8').catch(() => null);
  return stat === null
    ? lacking('proc', what, 'not there', 'Run the worker, or a host agent (worker --role host), on the Linux host of the service.')
    : ok('proc', what, 'readable');
}

async function checkProgram(program: string, programArguments: string[], texts: { what: string; remedy: string }): Promise<Check> {
  try {
    const { stdout, stderr } = await run(program, programArguments, { timeout: 5000 });
    return ok(program, texts.what, (stdout || stderr).split('\n')[0] ?? '');
  } catch {
    return lacking(program, texts.what, 'not found', texts.remedy);
  }
}

async function checkPerfEvents(): Promise<Check> {
  const what = 'kernel.perf_event_paranoid, for perf without root';
  const value = await readFile('/proc/sys/kernel/perf_event_paranoid', 'utf8').catch(() => null);
  const level = value === null ? null : Number(value.trim());
  const isRoot = process.geteuid?.() === 0;
  if (level === null)
    return lacking(
      'perf-events',
      what,
      'this kernel has no perf events',
      'Profile with the runtime of the service, or give { file: PATH }.',
    );
  return isRoot || level <= 1
    ? ok('perf-events', what, `${level}${isRoot ? ', and we are root' : ''}`)
    : lacking('perf-events', what, String(level), 'As root: sysctl kernel.perf_event_paranoid=1, or run the agent as root.');
}

/** Yama: 0 = same user, 1 = own children only, 2 = administrator, 3 = nobody. */
async function checkPtrace(): Promise<Check> {
  const what = 'ptrace, which some profilers attach with';
  const value = await readFile('/proc/sys/kernel/yama/ptrace_scope', 'utf8').catch(() => null);
  if (value === null) return ok('ptrace', what, 'no restriction by Yama');
  const scope = Number(value.trim());
  const isAllowed = scope === 0 || (scope < 3 && process.geteuid?.() === 0);
  return isAllowed
    ? ok('ptrace', what, `ptrace_scope ${scope}`)
    : lacking(
        'ptrace',
        what,
        `ptrace_scope ${scope}`,
        'As root: sysctl kernel.yama.ptrace_scope=0, or run the agent as root (CAP_SYS_PTRACE).',
      );
}

async function checkDataDirectory(directory: string): Promise<Check> {
  const what = 'the data folder can be written';
  try {
    await access(directory, constants.W_OK);
    return ok('data', what, directory);
  } catch {
    const isThere = await access(directory).then(
      () => true,
      () => false,
    );
    return isThere
      ? failed('data', what, `${directory} is read-only`, 'Give write permission, or name another folder with --data.')
      : ok('data', what, `${directory} will be made`);
  }
}

function checkBuildSandbox(): Check {
  const what = 'bubblewrap, in which the bisector builds old commits';
  const how = isolation();
  if (how === 'bubblewrap') return ok('build-sandbox', what, 'builds have no network and a read-only machine');
  const found = how === 'network-namespace' ? 'builds have no network, but can write what the worker can write' : 'builds are not shut in';
  return lacking('build-sandbox', what, found, 'Install bubblewrap (apt-get install bubblewrap) and allow user namespaces.');
}

/** Loads on one machine take turns with a file lock, for which Node has no call of its own. */
async function checkHostLock(): Promise<Check> {
  const what = 'flock, by which the loads of this machine take turns';
  try {
    const { stdout } = await run('flock', ['--version'], { timeout: 5000 });
    return ok('flock', what, stdout.trim());
  } catch (error) {
    // The one of busybox has no --version and works the same.
    const isThere = !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
    return isThere ? ok('flock', what, 'found') : failed('flock', what, 'not found', 'Install util-linux (apt-get install util-linux).');
  }
}

/** What this machine can do, without touching any service. */
export async function checkMachine(dataDirectory: string): Promise<Check[]> {
  const looked = await Promise.all([
    checkTool('temporal'),
    checkTool('k6'),
    checkDataDirectory(dataDirectory),
    checkProc(),
    checkProgram('ss', ['-V'], { what: 'ss, for the states of sockets', remedy: 'Install iproute2 (apt-get install iproute2).' }),
    checkProgram('perf', ['--version'], {
      what: 'perf, for CPU profiles of native programs',
      remedy: 'Install linux-perf (apt-get install linux-perf).',
    }),
    checkPerfEvents(),
    checkPtrace(),
    checkHostLock(),
  ]);
  return [checkNode(), ...looked, checkBuildSandbox()];
}
