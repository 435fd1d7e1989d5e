/** The command line: parse, call, print, exit code. One file a command. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { endWaiting } from './command-context.js';
import { AnsweredError, exitCodeOf, InterruptedError } from './exit-code.js';
import { addressOption } from './option-values.js';
import { printable } from './terminal/printable.js';
import type { StartWorkers } from './service/worker-port.js';

function ownVersion(): string {
  // Next to the sources, and one level above the compiled files.
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

/**
 * Commands by their first word, in the order of `--help`. Each is loaded only when it is called: together they load Temporal's client, the readers and the
 * pages, which takes longer than most commands run.
 */
const commandGroups: readonly [heading: string, commands: Record<string, () => Promise<Register>>][] = [
  [
    'Slow endpoints:',
    {
      triage: async () => (await import('./triage/triage.js')).registerTriage,
      status: async () => (await import('./triage/status.js')).registerStatus,
      list: async () => (await import('./triage/list.js')).registerList,
      report: async () => (await import('./triage/report.js')).registerReport,
      rerun: async () => (await import('./triage/rerun.js')).registerRerun,
      decide: async () => (await import('./triage/decide.js')).registerDecide,
      undo: async () => (await import('./triage/undo.js')).registerUndo,
      ack: async () => (await import('./incident/ack.js')).registerAck,
      close: async () => (await import('./triage/close.js')).registerClose,
      evidence: async () => (await import('./triage/evidence.js')).registerEvidence,
    },
  ],
  [
    'Incidents that people are called for:',
    {
      incident: async () => (await import('./incident/register.js')).registerIncident,
      oncall: async () => (await import('./oncall/register.js')).registerOnCall,
      runbook: async () => (await import('./runbook/register.js')).registerRunbook,
    },
  ],
  [
    'What is wrong right now:',
    {
      check: async () => (await import('./checks/check.js')).registerCheck,
      health: async () => (await import('./checks/health.js')).registerHealth,
      logs: async () => (await import('./checks/logs.js')).registerLogs,
      changes: async () => (await import('./checks/changes.js')).registerChanges,
    },
  ],
  ['Where it came from:', { bisect: async () => (await import('./triage/bisect.js')).registerBisect }],
  ['Files, without Temporal:', { analyze: async () => (await import('./analyze/analyze.js')).registerAnalyze }],
  [
    'What was done, and what may be:',
    {
      audit: async () => (await import('./audit.js')).registerAudit,
      artifacts: async () => (await import('./service/artifacts.js')).registerArtifacts,
      load: async () => (await import('./load.js')).registerLoad,
    },
  ],
  [
    'Parts that run:',
    {
      dev: async () => (await import('./service/dev.js')).registerDev,
      worker: async () => (await import('./service/worker.js')).registerWorker,
      hook: async () => (await import('./service/hook.js')).registerHook,
    },
  ],
  [
    'Set up:',
    {
      init: async () => (await import('./service/init.js')).registerInit,
      doctor: async () => (await import('./service/doctor.js')).registerDoctor,
      setup: async () => (await import('./service/setup.js')).registerSetup,
      completion: async () => (await import('./completion.js')).registerCompletion,
    },
  ],
];

/** For what needs to know every command: help, completion, and the suggestion for an unknown word. */
async function registerAll(program: Command, startWorkers: StartWorkers): Promise<void> {
  for (const [heading, commands] of commandGroups) {
    program.commandsGroup(heading);
    for (const load of Object.values(commands)) (await load())(program, startWorkers);
  }
}

/** Registers the one command that these words call, if they call one. */
async function registerCalled(program: Command, words: string[], startWorkers: StartWorkers): Promise<void> {
  const [called = ''] = program.parseOptions(words).operands;
  const load = commandGroups
    .map(([, commands]) => (Object.hasOwn(commands, called) ? commands[called] : undefined))
    .find((found) => found !== undefined);
  if (load === undefined || called === 'completion') await registerAll(program, startWorkers);
  else (await load())(program, startWorkers);
}

/**
 * `writeError` gets what Commander would write to standard error: its messages, which we print ourselves, and the help of a command without its
 * sub-command.
 */
function createProgram(writeError: (text: string) => void): Command {
  return (
    new Command('perf-responder')
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
      // Every failure is reported once, at the end.
      .configureOutput({ writeErr: writeError })
      .exitOverride()
      .addHelpText(
        'after',
        '\nExamples:\n  $ perf-responder init                        # look at this machine, write responder.yaml\n  $ perf-responder dev                         # Temporal, worker and hook on this machine; stays in the foreground\n  $ perf-responder triage shop/place-order     # reproduce, profile, localize, report\n  $ perf-responder rerun shop/place-order      # is it fixed?\n\nExit code: 0 ran to an outcome, 1 a tool failed, 2 refused or bad input.',
      )
  );
}

/** A command without the sub-command that it needs: Commander treats it as help, we treat it as bad input that the help answers. */
function isMissingCommand(error: unknown): boolean {
  return error instanceof CommanderError && error.code === 'commander.help' && error.exitCode !== 0;
}

function messageOf(error: unknown): string {
  if (isMissingCommand(error)) return 'expected a command, got none; perf-responder --help lists them';
  if (error instanceof CommanderError) return `${error.message.replace(/^error: /, '')}; see perf-responder --help`;
  return error instanceof Error ? error.message : String(error);
}

/** Reports a failure once: as text, and with `--json` as the only document. What a command has already printed is not repeated. */
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

/** Runs one command and ends the process, because native handles of the Temporal SDK would keep it alive. */
export async function runCommandLine(argv: string[], startWorkers: StartWorkers): Promise<void> {
  // The reader of our output may stop reading (`| head`).
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  // Removes what bin/ wrote there while the program was loading.
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  let exitCode = 0;
  let written = '';
  try {
    const program = createProgram((text) => (written += text));
    await registerCalled(program, argv.slice(2), startWorkers);
    await program.parseAsync(argv);
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
