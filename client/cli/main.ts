/** The command line: parse, call, print, exit code. One file a command. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { registerAck } from './incident/ack.js';
import { registerChanges } from './checks/changes.js';
import { registerCheck } from './checks/check.js';
import { registerLogs } from './checks/logs.js';
import { registerHealth } from './checks/health.js';
import { registerClose } from './triage/close.js';
import { registerDecide } from './triage/decide.js';
import { registerDev } from './service/dev.js';
import { registerHook } from './service/hook.js';
import { registerIncident } from './incident/register.js';
import { registerList } from './triage/list.js';
import { registerOnCall } from './oncall/register.js';
import { registerLoad } from './load.js';
import { registerReport } from './triage/report.js';
import { registerRunbook } from './runbook/register.js';
import { registerRerun } from './triage/rerun.js';
import { registerStatus } from './triage/status.js';
import { registerWorker } from './service/worker.js';
import { registerAnalyze } from './analyze/analyze.js';
import { registerArtifacts } from './service/artifacts.js';
import { registerAudit } from './audit.js';
import { registerBisect } from './triage/bisect.js';
import { registerDoctor } from './service/doctor.js';
import { registerEvidence } from './triage/evidence.js';
import { endWaiting } from './command-context.js';
import { registerCompletion } from './completion.js';
import { AnsweredError, exitCodeOf, InterruptedError } from './exit-code.js';
import { addressOption } from './option-values.js';
import { printable } from './terminal/printable.js';
import { registerInit } from './service/init.js';
import { registerSetup } from './service/setup.js';
import { registerUndo } from './triage/undo.js';
import { registerTriage } from './triage/triage.js';
import type { StartWorkers } from './service/worker-port.js';

function ownVersion(): string {
  // Beside the sources, and one level above the compiled files.
  for (const place of ['../../package.json', '../../../package.json']) {
    try {
      return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'))).version;
    } catch {
      continue;
    }
  }
  return 'unknown';
}

type Register = (program: Command, startWorkers: StartWorkers) => void;

/** In the order of `--help`. */
const commandGroups: readonly [heading: string, commands: readonly Register[]][] = [
  [
    'Slow endpoints:',
    [
      registerTriage,
      registerStatus,
      registerList,
      registerReport,
      registerRerun,
      registerDecide,
      registerUndo,
      registerAck,
      registerClose,
      registerEvidence,
    ],
  ],
  ['Incidents that people are called for:', [registerIncident, registerOnCall, registerRunbook]],
  ['What is wrong right now:', [registerCheck, registerHealth, registerLogs, registerChanges]],
  ['Where it came from:', [registerBisect]],
  ['Files, without Temporal:', [registerAnalyze]],
  ['What was done, and what may be:', [registerAudit, registerArtifacts, registerLoad]],
  ['Parts that run:', [registerDev, registerWorker, registerHook]],
  ['Set up:', [registerInit, registerDoctor, registerSetup, registerCompletion]],
];

/** `writeError` gets what Commander would write to standard error: its messages, which we tell ourselves, and the help of a command without its sub-command. */
function createProgram(startWorkers: StartWorkers, writeError: (text: string) => void): Command {
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
      '\nExamples:\n  $ perf-responder init                        # look at this machine, write responder.yaml\n  $ perf-responder dev                         # Temporal, worker and hook on this machine; stays in the foreground\n  $ perf-responder triage shop/place-order     # reproduce, profile, localize, report\n  $ perf-responder rerun shop/place-order      # is it fixed?\n\nExit code: 0 ran to an outcome, 1 a tool failed, 2 refused or bad input.',
    );
  for (const [heading, commands] of commandGroups) {
    program.commandsGroup(heading);
    for (const register of commands) register(program, startWorkers);
  }
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
  endWaiting();
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
export async function runCommandLine(argv: string[], startWorkers: StartWorkers): Promise<void> {
  // Whoever reads us may stop reading (`| head`).
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  // What bin/ wrote there while the program was loading.
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  let exitCode = 0;
  let written = '';
  try {
    await createProgram(startWorkers, (text) => (written += text)).parseAsync(argv);
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
