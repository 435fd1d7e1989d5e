import { execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { ToolPin } from './tool-pins.js';

export interface CommandOptions {
  timeoutMs: number;
  cwd?: string;
  /** Added to the own environment. */
  env?: Record<string, string>;
}

/** Runs a program without a shell. Rejects with its last words when it cannot start, fails or takes longer than `timeoutMs`. */
export async function runCommand(program: string, programArguments: string[], options: CommandOptions): Promise<string> {
  return await new Promise((resolve, reject) => {
    const settings = {
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL' as const,
      maxBuffer: 32 * 1024 * 1024,
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    };
    execFile(program, programArguments, settings, (error, stdout, stderr) => {
      if (error === null) resolve(`${stdout}\n${stderr}`);
      else
        reject(
          new Error(error.killed === true ? `${program} took longer than ${options.timeoutMs / 1000} s` : lastWords(stderr, error), {
            cause: error,
          }),
        );
    });
  });
}

function lastWords(stderr: string, error: Error): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const errors = lines.filter((line) => /error|fatal|denied|refused/i.test(line));
  return (errors.at(-1) ?? lines.at(-1) ?? error.message).slice(0, 300);
}

export interface ProbedTool {
  path: string;
  version: string;
}

/** Asks a program for its version. `problem` says why it cannot be used: not executable, silent about its version, or out of range. */
export async function probeTool(path: string, pin: ToolPin): Promise<ProbedTool | { problem: string }> {
  try {
    await access(path, constants.X_OK);
    if ((await stat(path)).isDirectory()) return { problem: `${path} is a directory` };
    const output = await runCommand(path, pin.versionArguments, { timeoutMs: 20_000 });
    const version = /\bv?(\d+\.\d+\.\d+)/.exec(output)?.[1];
    if (version === undefined) return { problem: `${path} does not tell its version (${pin.versionArguments.join(' ')})` };
    if (!isSupported(version, pin)) return { problem: `${path} is version ${version}, supported are ${supportedRange(pin)}` };
    return { path, version };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return { problem: `${path} does not exist` };
    if (code === 'EACCES') return { problem: `${path} is not executable` };
    return { problem: `${path} does not run: ${error instanceof Error ? error.message : String(error)}` };
  }
}

export function supportedRange(pin: ToolPin): string {
  const newest = pin.newestMajor === pin.oldest[0] ? '' : ` up to ${pin.newestMajor}.x`;
  return `${pin.oldest.join('.')} and newer${newest === '' ? ` ${pin.oldest[0]}.x` : newest}`;
}

function isSupported(version: string, pin: ToolPin): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > pin.newestMajor || major < pin.oldest[0]) return false;
  return major > pin.oldest[0] || minor >= pin.oldest[1];
}

/** Every executable file of that name on the search path, in order. */
export async function findOnPath(name: string, searchPath: string): Promise<string[]> {
  const found: string[] = [];
  for (const directory of searchPath.split(delimiter).filter((entry) => entry !== '')) {
    const candidate = join(directory, name);
    const isFile = await stat(candidate).then(
      (entry) => entry.isFile(),
      () => false,
    );
    if (isFile) found.push(candidate);
  }
  return found;
}
