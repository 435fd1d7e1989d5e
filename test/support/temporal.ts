/** A real Temporal dev server for one test file. */
import { constants } from 'node:fs';
import { access, mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime, bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { readToolSettings } from '../../config/settings/tool-settings.js';
import { incidentSearchAttributes } from '../../workflows/respond/search-attributes.js';

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Setting, PATH, then the product's own cache; never a download. */
export async function findTemporal(): Promise<string> {
  const { explicitPaths, searchPath, cacheDir } = readToolSettings();
  const cached = await readdir(cacheDir).catch(() => []);
  const candidates = [
    ...(explicitPaths.temporal === null ? [] : [explicitPaths.temporal]),
    ...searchPath.split(delimiter).map((folder) => join(folder, 'temporal')),
    ...cached.map((folder) => join(cacheDir, folder, 'temporal')),
  ];
  for (const candidate of candidates) if (await isExecutable(candidate)) return candidate;
  throw new Error(
    'these tests need the Temporal CLI: run npm run setup, put temporal on PATH, or set PERF_RESPONDER_TEMPORAL=/path/to/temporal',
  );
}

let isQuiet = false;

/** Once a process, before the first worker: the SDK's chatter would bury a failure. */
export function quietRuntime(): void {
  if (isQuiet) return;
  isQuiet = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
}

/** `settings` are values of the server's dynamic configuration, `name=JSON`. */
export async function startTemporal(...settings: string[]): Promise<TestWorkflowEnvironment> {
  quietRuntime();
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: await findTemporal() },
      searchAttributes: [...incidentSearchAttributes],
      log: { format: 'json', level: 'error' },
      extraArgs: settings.flatMap((setting) => ['--dynamic-config-value', setting]),
    },
  });
}

const payloadConverterPath = fileURLToPath(new URL('../../workflows/kernel/payload-converter.ts', import.meta.url));
const failureConverterPath = fileURLToPath(new URL('../../workflows/kernel/failure-converter.ts', import.meta.url));
const productWorkflows = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

async function bundle(workflowsPath: string): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({ workflowsPath, payloadConverterPath, failureConverterPath, logger: new DefaultLogger('ERROR') });
}

/** Longer than a bundle takes on a machine that is far too busy. */
const bundledWithinMs = 120_000;

/** The first test file of a run that asks makes the bundle, the others take it: some seconds of processor for each of them. */
async function bundleOfRun(folder: string): Promise<WorkflowBundleWithSourceMap> {
  const file = join(folder, 'workflow-bundle.json');
  const deadline = Date.now() + bundledWithinMs;
  for (;;) {
    const made = await readFile(file, 'utf8').catch(() => null);
    if (made !== null) return JSON.parse(made) as WorkflowBundleWithSourceMap;
    const isOurs = await mkdir(join(folder, 'bundling')).then(
      () => true,
      () => false,
    );
    if (isOurs || Date.now() > deadline) {
      const ours = await bundle(productWorkflows);
      await writeFile(`${file}.${process.pid}`, JSON.stringify(ours));
      await rename(`${file}.${process.pid}`, file);
      return ours;
    }
    await delay(100);
  }
}

/** Bundles the TypeScript sources, so that these tests need no build. */
export async function bundleWorkflows(workflowsPath = productWorkflows): Promise<WorkflowBundleWithSourceMap> {
  quietRuntime();
  const folder = process.env['TEST_RUN_FOLDER'];
  return workflowsPath === productWorkflows && folder !== undefined ? bundleOfRun(folder) : bundle(workflowsPath);
}
