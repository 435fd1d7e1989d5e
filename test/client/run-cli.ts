import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../bin/perf-responder.js', import.meta.url));

export interface CliResult {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the built command line as an operator does; with the environment of the tests, and nothing that points to a Temporal of one's own. */
export async function runCli(
  programArguments: string[],
  options: { cwd: string; env?: Record<string, string>; program?: string; timeoutMs?: number },
): Promise<CliResult> {
  const child = spawn(process.execPath, [options.program ?? cli, ...programArguments], {
    cwd: options.cwd,
    env: { ...process.env, TEMPORAL_ADDRESS: '127.0.0.1:1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 60_000,
  });
  const result: CliResult = { code: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (result.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (result.err += text));
  result.code = await new Promise((resolve) => child.on('close', resolve));
  return result;
}

/** Exactly one JSON document, or the test fails. */
export function documentOf(result: CliResult): unknown {
  return JSON.parse(result.out);
}
