import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getTool } from '../../lab/stack/tools.js';

/** Tests use the real programs: found or installed once a run, in the product's own order, and handed on by environment. */
export async function setup(): Promise<() => Promise<void>> {
  const say = (message: string): void => {
    process.stderr.write(`${message}\n`);
  };
  const temporal = await getTool('temporal', say);
  const k6 = await getTool('k6', say);
  process.env['PERF_RESPONDER_TEMPORAL'] = temporal.path;
  process.env['PERF_RESPONDER_K6'] = k6.path;
  // What test files of one run share; every project comes by here.
  const folder = (process.env['TEST_RUN_FOLDER'] ??= await mkdtemp(join(tmpdir(), 'responder-tests-')));
  return () => rm(folder, { recursive: true, force: true });
}
