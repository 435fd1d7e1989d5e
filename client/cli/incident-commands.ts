/** Commands on an incident that exists: status, list, report, rerun, approve, reject, ack, close. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { ProgramFailedError, RefusedError, UnreadableInputError } from '../../core/model/errors.js';
import { interruptible } from './interruptible.js';
import { statusDocument } from '../temporal/incident-documents.js';
import { listText, rerunText, statusText } from './incident-text.js';
import type { RerunRequest } from '../../workflows/respond/messages.js';
import { readReport, type ReportFormat } from '../read-report.js';
import { contextOf, withIncidents } from './command-context.js';
import { choiceOption, currentUser, numberOption } from './option-values.js';
import { reportLink } from './report-address.js';

const incidentArgument = ['<incident>', 'incident id, or SERVICE/ENDPOINT for the newest one there'] as const;

interface Signed {
  by?: string;
  reason?: string;
}

async function status(id: string, _flags: unknown, command: Command): Promise<void> {
  const context = contextOf(command);
  const found = await withIncidents(context, ({ incidents }) => incidents.status(id));
  context.print(statusDocument(found), statusText(found));
}

async function list(flags: { limit: number }, command: Command): Promise<void> {
  const context = contextOf(command);
  const incidents = await withIncidents(context, (access) => access.incidents.list(flags.limit));
  context.print({ incidents }, listText(incidents));
}

async function report(id: string, flags: { format?: ReportFormat; output?: string }, command: Command): Promise<void> {
  const context = contextOf(command);
  const { incident } = await withIncidents(context, ({ incidents }) => incidents.status(id));
  const format = flags.format ?? (context.isJson ? 'json' : 'md');
  const found = await readReport(context.dataDirectory, incident.artifacts, format);
  if (found === null)
    throw new UnreadableInputError(
      `report: expected a report of ${incident.incidentId}, but none is written yet; its status says where it stands`,
    );
  const link = await reportLink(context, incident.incidentId);
  if (link !== null) context.say(`link for a browser, valid for a day: ${link}`);
  if (flags.output !== undefined) await writeFile(flags.output, found.text);
  const document: unknown =
    format === 'json' ? JSON.parse(found.text) : { incidentId: incident.incidentId, format, path: flags.output ?? found.path };
  context.print(document, flags.output === undefined ? found.text : `report written to ${flags.output}`);
}

async function rerun(id: string, flags: Signed & Pick<RerunRequest, 'runs' | 'side'>, command: Command): Promise<void> {
  const context = contextOf(command);
  const request = { ...flags, by: flags.by ?? currentUser() };
  const goodbye = `the re-run goes on; see it with: perf-responder status ${id}`;
  const record = await withIncidents(context, ({ incidents }) => {
    let stage = '';
    return interruptible(goodbye, (signal) =>
      incidents.rerun(id, request, {
        signal,
        onStatus: (current) => {
          if (current.stage !== stage) context.say(`${new Date().toISOString().slice(11, 19)} ${current.phase}: ${current.stage}`);
          stage = current.stage;
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

async function decide(decision: 'approve' | 'reject', id: string, flags: Signed & { plan?: string }, command: Command): Promise<void> {
  const context = contextOf(command);
  const accepted = await withIncidents(context, async ({ incidents }) => {
    const { remedyPlan } = await incidents.status(id);
    const planId = flags.plan ?? remedyPlan?.planId;
    if (planId === undefined)
      throw new RefusedError(
        `${decision}: expected a remedy that waits for a decision, but incident ${id} has none; its report lists what to do by hand`,
      );
    if (remedyPlan !== null) context.say(`${decision}: ${remedyPlan.remedy.statement}`);
    const by = flags.by ?? currentUser();
    return await incidents.decide(id, { planId, decision, by, ...(flags.reason === undefined ? {} : { reason: flags.reason }) });
  });
  context.print(accepted, `${decision} recorded for plan ${accepted.planId} by ${accepted.by}`);
}

async function acknowledge(id: string, flags: Signed, command: Command): Promise<void> {
  const context = contextOf(command);
  await withIncidents(context, async ({ incidents }) => {
    const incidentId = await incidents.idOf(id);
    const { by } = await incidents.acknowledge(incidentId, flags.by ?? currentUser());
    context.print({ incidentId, by }, `incident ${incidentId} acknowledged by ${by}`);
  });
}

async function close(id: string, flags: Signed, command: Command): Promise<void> {
  const context = contextOf(command);
  const by = flags.by ?? currentUser();
  await withIncidents(context, async ({ incidents }) => {
    const incidentId = await incidents.idOf(id);
    await incidents.close(incidentId, { by, ...(flags.reason === undefined ? {} : { reason: flags.reason }) });
    context.print({ incidentId, by }, `incident ${incidentId} is being closed`);
  });
}

const byOption = ['--by <name>', 'who acts (default: the user of this shell)'] as const;

function registerReading(program: Command): void {
  program
    .command('status')
    .description('where an incident stands, and what it waits for')
    .argument(...incidentArgument)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder status shop/place-order\n  $ perf-responder status perf-shop-place-order-1a2b3c4d-0123456789ab --json',
    )
    .action(status);
  program
    .command('list')
    .description('incidents, newest first')
    .option('--limit <number>', 'at most so many', numberOption('--limit', { minimum: 1, maximum: 10_000, whole: true, example: 20 }), 100)
    .addHelpText('after', '\nExamples:\n  $ perf-responder list\n  $ perf-responder list --json --limit 20')
    .action(list);
  program
    .command('report')
    .description('the triage report')
    .argument(...incidentArgument)
    .option('--format <format>', 'md, json or html', choiceOption('--format', ['md', 'json', 'html']))
    .option('--output <file>', 'write it to a file')
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder report shop/place-order\n  $ perf-responder report shop/place-order --format html --output incident.html',
    )
    .action(report);
}

function registerActing(program: Command): void {
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
  for (const decision of ['approve', 'reject'] as const) {
    program
      .command(decision)
      .description(decision === 'approve' ? 'let the responder apply the proposed remedy' : 'refuse the proposed remedy')
      .argument(...incidentArgument)
      .option('--plan <id>', 'the plan that was read (default: the one that waits now)')
      .option(...byOption)
      .option('--reason <text>', 'why')
      .addHelpText(
        'after',
        `\nExamples:\n  $ perf-responder ${decision} shop/place-order\n  $ perf-responder ${decision} shop/place-order --plan PLAN --by ada`,
      )
      .action(async (id: string, flags: Signed & { plan?: string }, command: Command) => decide(decision, id, flags, command));
  }
  program
    .command('ack')
    .description('somebody looks at it: stops the escalation')
    .argument(...incidentArgument)
    .option(...byOption)
    .addHelpText('after', '\nExamples:\n  $ perf-responder ack shop/place-order\n  $ perf-responder ack shop/place-order --by ada')
    .action(acknowledge);
  program
    .command('close')
    .description('end an incident now; a load that runs is stopped')
    .argument(...incidentArgument)
    .option(...byOption)
    .option('--reason <text>', 'why')
    .addHelpText('after', '\nExamples:\n  $ perf-responder close shop/place-order --reason "fixed by hand"')
    .action(close);
}

export function registerIncidentCommands(program: Command): void {
  registerReading(program);
  registerActing(program);
}
