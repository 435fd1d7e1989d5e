import type { Command } from 'commander';
import { ProgramFailedError } from '../../../core/model/errors.js';
import type { RerunRequest } from '../../../workflows/respond/messages.js';
import { shellWord } from '../../../report/shell-word.js';
import { contextOf, withIncidents } from '../command-context.js';
import { byOption, incidentArgument, type Signed } from '../incident-options.js';
import { rerunText } from './incident-text.js';
import { interruptible } from '../terminal/interruptible.js';
import { whoGives } from '../identity.js';
import { choiceOption, numberOption } from '../option-values.js';

async function rerun(id: string, flags: Signed & Pick<RerunRequest, 'runs' | 'side'>, command: Command): Promise<void> {
  const context = contextOf(command);
  const request = { ...flags, by: (await whoGives(context, flags.by)).by };
  const goodbye = `the re-run goes on; see it with: ${context.typed(`status ${shellWord(id)}`)}`;
  const record = await withIncidents(context, ({ incidents }) => {
    let stage = '';
    return interruptible(goodbye, (signal) =>
      incidents.rerun(id, request, {
        signal,
        onStatus: (current) => {
          if (current.stage === stage) return;
          stage = current.stage;
          context.say(`${new Date().toISOString().slice(11, 19)} ${current.phase}: ${stage}`);
          context.wait(stage);
        },
      }),
    );
  });
  if (record.rerun === null) {
    throw new ProgramFailedError({
      program: 'k6',
      exitCode: null,
      message: `the re-run gave no result: ${record.reasons.join('; ')}`,
      retryable: true,
    });
  }
  context.print(record.rerun, rerunText(record));
}

export function registerRerun(program: Command): void {
  program
    .command('rerun')
    .description('the same load again, compared with the first: is it fixed?')
    .argument(...incidentArgument)
    .option(...byOption)
    .option('--reason <text>', 'why')
    .option(
      '--runs <n>',
      'runs, one behind the other (1 to 12)',
      numberOption('--runs', { minimum: 1, maximum: 12, whole: true, example: 4 }),
    )
    .option(
      '--side <side>',
      'before or after: nothing was changed since those runs, so these join them',
      choiceOption('--side', ['before', 'after']),
    )
    .addHelpText(
      'after',
      [
        '\nOne run on each side gives an interval within the run; four on each side, one between runs.',
        '\nExamples:',
        '  $ perf-responder rerun shop/place-order',
        '  $ perf-responder rerun shop/place-order --reason "index created" --json',
        '  $ perf-responder rerun shop/place-order --side before --runs 3   # three more of the slow state, before the fix',
        '  $ perf-responder rerun shop/place-order --runs 4                 # after the fix: four against four',
      ].join('\n'),
    )
    .action(rerun);
}
