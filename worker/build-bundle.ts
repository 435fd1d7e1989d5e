/** Bundles the compiled workflows once, as a build step: `node dist/worker/build-bundle.js`. Skipped when nothing changed. */
import { createHash } from 'node:crypto';
import { readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundlePath = join(root, 'workflow-bundle.js');
const hashPath = join(root, 'workflow-bundle.sha256');
/** Everything that a workflow may import, besides the SDK. */
const sources = ['workflows', 'core/decisions', 'core/bisect'];

async function hashSources(): Promise<string> {
  const hash = createHash('sha256');
  const require = createRequire(import.meta.url);
  hash.update(await readFile(require.resolve('@temporalio/worker/package.json')));
  for (const folder of sources) {
    const names = await readdir(join(root, folder), { recursive: true }).catch(() => []);
    for (const name of names.filter((one) => one.endsWith('.js')).sort())
      hash.update(name).update(await readFile(join(root, folder, name)));
  }
  return hash.digest('hex');
}

/** Prevents a half-written bundle of an interrupted build from being used. */
async function replaceFile(path: string, content: string): Promise<void> {
  await writeFile(`${path}.tmp`, content);
  await rename(`${path}.tmp`, path);
}

async function main(): Promise<void> {
  const hash = await hashSources();
  const isBuilt = (await readFile(hashPath, 'utf8').catch(() => '')) === hash && (await readFile(bundlePath).catch(() => null)) !== null;
  if (isBuilt) return;
  // The bundler takes longer to load than the check takes.
  const { DefaultLogger, bundleWorkflowCode } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'workflows', 'index.js'),
    payloadConverterPath: join(root, 'workflows', 'kernel', 'payload-converter.js'),
    failureConverterPath: join(root, 'workflows', 'kernel', 'failure-converter.js'),
    logger: new DefaultLogger('WARN'),
  });
  await replaceFile(bundlePath, code);
  await replaceFile(hashPath, hash);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `the workflow bundle could not be built: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
});
