import { basename } from 'node:path';
import type { Command } from 'commander';
import { parseRunbook } from '../../../config/runbook/read-runbook.js';
import { argumentsOf } from '../../../core/command/runbook/parameters.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { contextOf, tryReadCatalog } from '../command-context.js';
import { actor } from '../incident/incident-access.js';
import { byOption } from '../incident-options.js';
import { findRunbook } from '../../../config/runbook/find-runbook.js';
import { runText } from './run-text.js';
import { followRun, withRunbooks } from './runbook-access.js';

interface RunFlags {
  set?: Record<string, string>;
  dryRun?: boolean;
  guided?: boolean;
  yes?: boolean;
  by?: string;
}

function collectValue(text: string, before: Record<string, string> | undefined): Record<string, string> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new UnreadableInputError(`--set: expected NAME=VALUE, got "${text}"; write e.g. --set instances=2`);
  return { ...before, [name]: value };
}

async function run(wanted: string, flags: RunFlags, command: Command): Promise<void> {
  const { path, text } = await findRunbook(wanted, await tryReadCatalog(contextOf(command)));
  const runbook = parseRunbook(text, path);
  const given = flags.set ?? {};
  const values = argumentsOf(runbook.params, given);
  if (!values.ok) throw new UnreadableInputError(`${runbook.name}: ${values.problems.join('\n')}`);
  await withRunbooks(command, async (runs, context) => {
    const runId = await runs.start({
      ...{ file: basename(path), text, given, by: await actor(context, flags) },
      isDryRun: flags.dryRun === true,
      isGuided: flags.guided === true,
      approvesItself: flags.yes === true,
    });
    context.say(runId);
    const document = await followRun(runs, context, runId);
    context.print(document, runText(document, context.typed));
  });
}

export function registerRun(group: Command): void {
  group
    .command('run')
    .description('runs a runbook: pre-flight, steps with their approvals, verification; undoes what it did when it fails')
    .argument('<file|name>', 'a file, or the name of a runbook that runbook list shows')
    .option('--set <name=value>', 'a parameter; may be given several times', collectValue)
    .option('--dry-run', 'look, ask probes, say what would be done, change nothing')
    .option('--guided', 'wait before every step')
    .option('--yes', 'approve it myself, up to risk medium')
    .option(...byOption)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder runbook run restart-service --set service=shop --dry-run\n  $ perf-responder runbook run ops/restart.yaml --yes --by alice',
    )
    .action(run);
}
