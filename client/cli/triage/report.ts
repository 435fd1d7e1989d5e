import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { UnreadableInputError } from '../../../core/model/errors.js';
import type { Incident } from '../../../core/model/incident.js';
import { artifactNamed, readReport, type ReportFormat } from '../../temporal/read-report.js';
import { contextOf, withIncidents, storeFor, type CommandContext } from '../command-context.js';
import { incidentArgument } from '../incident-options.js';
import { choiceOption } from '../option-values.js';
import { reportLink } from './report-address.js';

async function artifact(incident: Incident, name: string, output: string | undefined, context: CommandContext): Promise<void> {
  const { incidentId, artifacts } = incident;
  const found = artifactNamed(artifacts, name);
  if (found === null) {
    const known = [...new Set(artifacts.map((one) => one.name))].join(', ') || 'none yet';
    throw new UnreadableInputError(`report: expected the name of an artifact of ${incidentId} (${known}), got "${name}"`);
  }
  const content = await (await storeFor(context)).read(found);
  const path = output ?? basename(name);
  await writeFile(path, content);
  context.print({ incidentId, artifact: name, kind: found.kind, path }, `${name} written to ${path}`);
}

interface ReportFlags {
  format?: ReportFormat;
  output?: string;
  artifact?: string;
}

async function report(id: string, flags: ReportFlags, command: Command): Promise<void> {
  const { incident, context } = await withIncidents(contextOf(command), async ({ incidents, context: located }) => ({
    ...(await incidents.status(id)),
    context: located,
  }));
  if (flags.artifact !== undefined) {
    await artifact(incident, flags.artifact, flags.output, context);
    return;
  }
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
    .option('--artifact <name>', 'an artifact that the report lists instead, e.g. the raw profile or plan')
    .option('--output <file>', 'write it to a file')
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder report shop/place-order\n  $ perf-responder report shop/place-order --format html --output incident.html\n  $ perf-responder report shop/place-order --artifact query-scan.json',
    )
    .action(report);
}
