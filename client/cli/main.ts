/** `perf-responder`: parse, call, print, exit code. Started by bin/perf-responder.js. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { registerAnalyze } from './analyze.js';
import { registerBisect } from './bisect.js';
import { registerDoctor } from './doctor.js';
import { AnsweredError, exitCodeOf, InterruptedError } from './exit-code.js';
import { registerIncidentCommands } from './incident-commands.js';
import { registerLongRunning } from './long-running.js';
import { addressOption } from './option-values.js';
import { printable } from './printable.js';
import { registerTriage } from './triage.js';

function ownVersion(): string {
  // Beside the sources, and one level above the compiled files.
  for (const place of ['../../package.json', '../../package.json']) {
    try {
      return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'))).version;
    } catch {
      continue;
    }
  }
  return 'unknown';
}

/** `writeError` gets what Commander would write to standard error: its messages, which we tell ourselves, and the help of a command without its sub-command. */
function createProgram(writeError: (text: string) => void): Command {
  const program = new Command('perf-responder')
    .description(
      'Proves what is slow: reproduces a performance alert under load, profiles in that load, reads the database, names the cause.',
    )
    .version(ownVersion())
    .option('--catalog <file>', 'the service catalog', 'responder.yaml')
    .option(
      '--address <host:port>',
      'Temporal (default: TEMPORAL_ADDRESS or the Temporal configuration)',
      addressOption('--address', '127.0.0.1:7233', false),
    )
    .option('--namespace <name>', 'Temporal namespace (default: TEMPORAL_NAMESPACE or the Temporal configuration)')
    .option('--data <dir>', 'data folder (default: PERF_RESPONDER_DATA or .perf-responder)')
    .option('--json', 'one JSON document on standard output, everything else on standard error')
    .configureHelp({ showGlobalOptions: true })
    // Whatever goes wrong is told once, at the end.
    .configureOutput({ writeErr: writeError })
    .exitOverride()
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder dev                         # Temporal, worker and hook on this machine\n  $ perf-responder triage shop/place-order     # reproduce, profile, localize, report\n  $ perf-responder rerun shop/place-order      # is it fixed?\n\nExit code: 0 ran to an outcome, 1 a tool failed, 2 refused or bad input.',
    );
  for (const register of [registerTriage, registerIncidentCommands, registerBisect, registerLongRunning, registerDoctor, registerAnalyze])
    register(program);
  return program;
}

/** A command without the sub-command it needs: Commander calls this help, we call it bad input that the help answers. */
function isMissingCommand(error: unknown): boolean {
  return error instanceof CommanderError && error.code === 'commander.help' && error.exitCode !== 0;
}

function messageOf(error: unknown): string {
  if (isMissingCommand(error)) return 'expected a command, got none; perf-responder --help lists them';
  if (error instanceof CommanderError) return `${error.message.replace(/^error: /, '')}; see perf-responder --help`;
  return error instanceof Error ? error.message : String(error);
}

/** Tells a failure once: as text, and with `--json` as the one document. What a command has printed already is not repeated. */
function tell(error: unknown, exitCode: number, isJson: boolean, help: string): void {
  if (exitCode === 0) return;
  const message = messageOf(error);
  if (isMissingCommand(error)) process.stderr.write(`${help}\n`);
  process.stderr.write(`${printable(error instanceof InterruptedError ? message : `perf-responder: ${message}`)}\n`);
  if (isJson && !(error instanceof AnsweredError)) process.stdout.write(`${JSON.stringify({ error: message, exitCode })}\n`);
}

async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.write('', () => resolve());
  });
}

/** Runs one command and ends the process: native handles of the Temporal SDK would keep it alive. */
export async function main(argv: string[]): Promise<void> {
  // Whoever reads us may stop reading (`| head`).
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  let exitCode = 0;
  let written = '';
  try {
    await createProgram((text) => (written += text)).parseAsync(argv);
  } catch (error) {
    exitCode = exitCodeOf(error);
    tell(error, exitCode, argv.includes('--json'), written);
  }
  await Promise.race([
    Promise.all([flushed(process.stdout), flushed(process.stderr)]),
    new Promise((resolve) => setTimeout(resolve, 2000)),
  ]);
  process.exit(exitCode);
}
