import type { Command } from 'commander';
import type { Answer } from '../../../core/command/runbook/run-state.js';
import { abortRunUpdate, answerRunUpdate } from '../../../workflows/runbook/messages.js';
import { actor } from '../incident/incident-access.js';
import { byOption } from '../incident-options.js';
import { runText } from './run-text.js';
import { followRun, withRunbooks } from './runbook-access.js';

interface AnswerFlags {
  step?: string;
  by?: string;
}

const runArgument = ['<run>', 'id of the run, the first line that runbook run prints'] as const;

async function status(runId: string, _: unknown, command: Command): Promise<void> {
  await withRunbooks(command, async (runs, context) => {
    const document = await runs.document(runId);
    context.print(document, runText(document, context.typed));
  });
}

/** Answers what the run waits for now. If it has changed since it was read here, the answer is refused as stale. */
async function answer(said: Answer, runId: string, { step, ...flags }: AnswerFlags, command: Command): Promise<void> {
  await withRunbooks(command, async (runs, context) => {
    const { waitsFor } = await runs.document(runId);
    const digest = waitsFor?.digest ?? null;
    await runs.update(runId, answerRunUpdate, {
      answer: said,
      ...(step === undefined ? {} : { step }),
      ...(digest === null ? {} : { digest }),
      by: await actor(context, flags),
    });
    const document = await followRun(runs, context, runId);
    context.print(document, runText(document, context.typed));
  });
}

async function abort(runId: string, flags: AnswerFlags, command: Command): Promise<void> {
  await withRunbooks(command, async (runs, context) => {
    await runs.update(runId, abortRunUpdate, { by: await actor(context, flags) });
    const document = await followRun(runs, context, runId);
    context.print(document, runText(document, context.typed));
  });
}

const answerTexts: readonly [Answer, string][] = [
  ['approve', 'approves what the run waits for, exactly as it is shown'],
  ['reject', 'says no: the run is aborted, what it did is undone'],
  ['skip', 'leaves the step out'],
  ['retry', 'runs the step again whose end nobody knows'],
  ['count-as-done', 'says that the step whose end nobody knows has happened'],
];

export function registerAnswers(group: Command): void {
  group
    .command('status')
    .description('shows a run')
    .argument(...runArgument)
    .addHelpText('after', '\nExamples:\n  $ perf-responder runbook status run-0123456789ab')
    .action(status);
  for (const [said, description] of answerTexts)
    group
      .command(said)
      .description(description)
      .argument(...runArgument)
      .option('--step <id>', 'the step that is answered')
      .option(...byOption)
      .addHelpText('after', `\nExamples:\n  $ perf-responder runbook ${said} run-0123456789ab --step drain --by alice`)
      .action((runId: string, flags: AnswerFlags, command: Command) => answer(said, runId, flags, command));
  group
    .command('abort')
    .description('stops the run and undoes what it did')
    .argument(...runArgument)
    .option(...byOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder runbook abort run-0123456789ab --by alice')
    .action(abort);
}
