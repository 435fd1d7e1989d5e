import type { Command } from 'commander';
import { firstLine, lacking, ok, type Check } from '../doctor/check.js';
import { contextOf, type CommandContext } from './command-context.js';
import { AnsweredError } from './exit-code.js';

async function checkServer(context: CommandContext): Promise<Check> {
  const what = 'a Temporal server';
  try {
    const { connectClient } = await import('../../adapters/temporal/connection.js');
    const { address, close } = await connectClient(context.temporal);
    await close();
    return ok('temporal-server', what, address);
  } catch (error) {
    return lacking(
      'temporal-server',
      what,
      firstLine(error),
      'Start one with perf-responder dev, or name it with --address or TEMPORAL_ADDRESS.',
    );
  }
}

const marks = { ok: 'ok     ', missing: 'missing', failed: 'FAILED ' };

function lines({ status, what, found, remedy }: Check): string[] {
  return [`${marks[status]}  ${what}: ${found.replaceAll('\n', '\n           ')}`, ...(remedy === null ? [] : [`           → ${remedy}`])];
}

async function doctor(_flags: unknown, command: Command): Promise<void> {
  const context = contextOf(command);
  const { checkCatalog } = await import('../doctor/catalog-checks.js');
  const { checkMachine } = await import('../doctor/machine-checks.js');
  const [machine, server, catalog] = await Promise.all([
    checkMachine(context.dataDirectory),
    checkServer(context),
    checkCatalog(context.catalogFile),
  ]);
  const checks = [...machine, server, ...catalog];
  const isOk = checks.every(({ status }) => status !== 'failed');
  context.print({ ok: isOk, checks }, checks.flatMap(lines).join('\n'));
  if (!isOk) throw new AnsweredError('something that is needed is missing', 1);
}

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('what works on this machine, what is missing, and the exact remedy')
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder doctor\n  $ perf-responder doctor --catalog responder.yaml --json\n\nExit code 1 when something that is needed is missing; less evidence alone is no failure.',
    )
    .action(doctor);
}
