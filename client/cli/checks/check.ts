import type { Command } from 'commander';
import { runChecks } from '../../../adapters/checks/run-checks.js';
import { checkAreas, type CheckArea, type CheckRow } from '../../../core/command/checks/check.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { contextOf } from '../command-context.js';
import { interruptible } from '../terminal/interruptible.js';
import { choiceOption } from '../option-values.js';
import { catalogAndServices, failOn, failOnOption, type FailOn } from './access.js';

interface CheckFlags {
  area?: CheckArea[];
  all?: boolean;
  failOn?: FailOn;
}

const areaOf = choiceOption('--area', checkAreas);

function textOf(rows: readonly CheckRow[]): string {
  const lines = rows.flatMap(({ verdict, id, target, detail, remedy, command }) => [
    `${verdict.padEnd(8)} ${id.padEnd(22)} ${target}`,
    `         ${detail}`,
    ...(remedy === null ? [] : [`         → ${remedy}`]),
    ...(remedy === null || command === null ? [] : [`         $ ${command}`]),
  ]);
  const count = (verdict: string): number => rows.filter((row) => row.verdict === verdict).length;
  return [...lines, '', `${count('fail')} fail, ${count('warn')} warn, ${count('unknown')} unknown, ${count('ok')} ok`].join('\n');
}

async function check(service: string | undefined, flags: CheckFlags, command: Command): Promise<void> {
  if (service !== undefined && flags.all === true)
    throw new UnreadableInputError(`check: expected a service or --all, got both; leave one of them out`);
  const context = contextOf(command);
  const { catalog, services } = await catalogAndServices(context, service);
  context.wait(`looking at ${services.join(', ')}`);
  const rows = await interruptible('stopped; no check changes anything', (signal) =>
    runChecks({ catalog, services, areas: flags.area ?? null, signal }),
  );
  context.print({ checks: rows }, textOf(rows));
  failOn(
    flags.failOn,
    rows.map(({ verdict }) => verdict),
  );
}

/** `perf-responder check` */
export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('looks at services, logs, databases, network and host: numbers against limits, nothing is changed')
    .argument('[service]', 'one service of the catalog (default: all)')
    .option(
      '--area <area>',
      `only ${checkAreas.join(', ')}; may be given several times`,
      (value: string, before: CheckArea[] | undefined) => [...(before ?? []), areaOf(value)],
    )
    .option('--all', 'every service of the catalog, as without a name')
    .option(...failOnOption)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder check shop\n  $ perf-responder check --area postgres --area host --json\n  $ perf-responder check --all --fail-on fail',
    )
    .action(check);
}
