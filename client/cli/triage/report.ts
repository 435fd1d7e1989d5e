import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { readReport, type ReportFormat } from '../../temporal/read-report.js';
import { contextOf, withIncidents, storeFor } from '../command-context.js';
import { incidentArgument } from '../incident-options.js';
import { choiceOption } from '../option-values.js';
import { reportLink } from './report-address.js';

async function report(id: string, flags: { format?: ReportFormat; output?: string }, command: Command): Promise<void> {
  const context = contextOf(command);
  const { incident } = await withIncidents(context, ({ incidents }) => incidents.status(id));
  const format = flags.format ?? (context.isJson ? 'json' : 'md');
  const found = await readReport(await storeFor(context), incident.artifacts, format);
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

export function registerReport(program: Command): void {
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
