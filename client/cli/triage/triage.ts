import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { AlertSummary, TriageOptions } from '../../../activities/contract.js';
import { readCatalog } from '../../../config/catalog.js';
import { readProfileFile } from '../../../adapters/artifacts/profile-file.js';
import { namingFile } from '../../../adapters/artifacts/naming-file.js';
import { readTextFile } from '../../../adapters/artifacts/text-file.js';
import { planTarget } from '../../../config/resolve/resolve-target.js';
import { parseSymptom } from '../../../config/resolve/symptom.js';
import { readQueryPlan } from '../../../core/database/plan/plan.js';
import { RefusedError, UnreadableInputError } from '../../../core/model/errors.js';
import type { Incident, Symptom } from '../../../core/model/incident.js';
import type { TargetSummary } from '../../../core/model/target.js';
import type { Budgets } from '../../../core/model/load-result.js';
import type { IncidentStatus } from '../../../workflows/respond/messages.js';
import { refusedDocument } from '../../temporal/incident-documents.js';
import { incidentText } from './incident-text.js';
import { readReport, type ReportFormat } from '../../temporal/read-report.js';
import { contextOf, withIncidents, type CommandContext, storeFor } from '../command-context.js';
import { nextCommand } from './next-command.js';
import { AnsweredError } from '../exit-code.js';
import { whoGives } from '../identity.js';
import { collectBudgets, durationOption, numberOption } from '../option-values.js';

interface TriageFlags {
  symptom?: string;
  budget?: Budgets;
  script?: string;
  profile?: string;
  plan?: string;
  duration?: number;
  rate?: number;
  vus?: number;
  report?: string;
  detach?: boolean;
}

const examples = `
Examples:
  $ perf-responder triage shop/place-order
  $ perf-responder triage shop/place-order --symptom "p95 900ms" --rate 60 --duration 30s
  $ perf-responder triage "GET http://127.0.0.1:8080/search?q=red" --budget p95=150ms --report incident.html
  $ perf-responder triage shop/search --profile capture.cpuprofile --json
  $ perf-responder triage shop/search --detach`;

function optionsOf(flags: TriageFlags): TriageOptions {
  const path = (name: 'script' | 'profileFile' | 'planFile', file: string | undefined) =>
    file === undefined ? {} : { [name]: resolve(file) };
  return {
    ...(flags.duration === undefined ? {} : { durationMs: flags.duration }),
    ...(flags.rate === undefined ? {} : { rate: flags.rate }),
    ...(flags.vus === undefined ? {} : { vus: flags.vus }),
    ...(flags.budget === undefined ? {} : { budgets: flags.budget }),
    ...path('script', flags.script),
    ...path('profileFile', flags.profile),
    ...path('planFile', flags.plan),
  };
}

const reportFormats: Record<string, ReportFormat> = { '.md': 'md', '.json': 'json', '.html': 'html' };

function reportFormat(file: string): ReportFormat {
  const format = reportFormats[extname(file).toLowerCase()];
  if (format !== undefined) return format;
  throw new UnreadableInputError(`--report: expected a file ending in .md, .json or .html, got "${file}"; rename it`);
}

/** Checks files before the load, which would be wasted if one cannot be read or the report cannot be written. */
async function checkFiles(flags: TriageFlags): Promise<void> {
  if (flags.report !== undefined) {
    reportFormat(flags.report);
    const folder = dirname(resolve(flags.report));
    await access(folder, constants.W_OK).catch((error: unknown) => {
      throw new UnreadableInputError(`--report: expected a folder that can be written, got ${folder}; make it or name another`, {
        cause: error,
      });
    });
  }
  const { profile, plan: planFile } = flags;
  if (profile !== undefined) await readProfileFile(profile);
  if (planFile !== undefined) await namingFile(planFile, async () => readQueryPlan(await readTextFile(planFile, '--plan')));
}

function cliAlert(endpoint: string, by: string, symptom: Symptom | null): AlertSummary {
  return {
    source: 'cli',
    id: randomUUID(),
    status: 'firing',
    title: `triage of ${endpoint} by ${by}${symptom === null ? '' : `: ${symptom.text}`}`,
    startsAt: null,
    receivedAt: new Date().toISOString(),
    labels: { requestedBy: by },
    severity: null,
    symptom,
    links: [],
  };
}

/** Refuses at once what the catalog forbids, before Temporal is asked. With `--json` the refusal is also a triage document. */
async function plan(context: CommandContext, endpoint: string, options: TriageOptions, symptom: Symptom | null): Promise<TargetSummary> {
  const catalog = await readCatalog(context.catalogFile);
  try {
    return planTarget(catalog, endpoint, options, symptom).target;
  } catch (error) {
    if (!(error instanceof RefusedError) || !context.isJson) throw error;
    context.print(refusedDocument(endpoint, error.message), '');
    throw new AnsweredError(error.message, 2);
  }
}

/** The report exists, or there will be none. */
function isReported({ phase }: IncidentStatus): boolean {
  return phase !== 'accepted' && phase !== 'confirming' && phase !== 'diagnosing';
}

/** Null, or the reason why that file has no report, which is also printed. */
async function saveReport(context: CommandContext, incident: Incident, file: string): Promise<string | null> {
  try {
    const report = await readReport(await storeFor(context), incident.artifacts, reportFormat(file));
    if (report === null)
      throw new UnreadableInputError(`expected a report of ${incident.incidentId}, but none was written; its status says why`);
    await writeFile(file, report.text);
    context.say(`report written to ${file}`);
    return null;
  } catch (error) {
    const why = `--report ${file}: ${error instanceof Error ? error.message : String(error)}`;
    context.say(why);
    return why;
  }
}

async function reportPath(context: CommandContext, incident: Incident): Promise<string> {
  const report = await readReport(await storeFor(context), incident.artifacts, 'md').catch(() => null);
  return report === null ? '' : `\nreport    ${report.path}`;
}

async function triage(endpoint: string, flags: TriageFlags, command: Command): Promise<void> {
  const context = contextOf(command);
  await checkFiles(flags);
  const symptom = flags.symptom === undefined ? null : parseSymptom(flags.symptom);
  const options = optionsOf(flags);
  const target = await plan(context, endpoint, options, symptom);
  const { by } = await whoGives(context, undefined);
  await withIncidents(context, async ({ incidents, client, context: located }) => {
    const request = { endpoint: target.endpoint, service: target.service, alert: cliAlert(target.endpoint, by, symptom), symptom, options };
    const { incidentId, started } = await incidents.startOrAttach(request);
    context.say(
      started
        ? `incident ${incidentId} accepted`
        : `incident ${incidentId} is open for ${target.endpoint}: attached to it, its load stays as it was`,
    );
    if (flags.detach === true) {
      context.print({ incidentId, started }, incidentId);
      return;
    }
    context.wait('waiting for a worker');
    const { followIncident } = await import('../../temporal/follow-incident.js');
    const { say, progress, wait, typed } = context;
    const { incident } = await followIncident({ client, incidents, id: incidentId, say, progress, wait, typed, isDone: isReported });
    // The result of the triage is shown even if its report cannot be written.
    const unsaved = flags.report === undefined ? null : await saveReport(located, incident, flags.report);
    const next = nextCommand(incident, typed);
    context.print(incident, `${incidentText(incident)}${await reportPath(located, incident)}${next === null ? '' : `\nnext      ${next}`}`);
    if (unsaved !== null) throw new AnsweredError(unsaved, 2);
    if (incident.outcome === 'refused') throw new AnsweredError(incident.reasons.join('; '), 2);
  });
}

export function registerTriage(program: Command): void {
  program
    .command('triage')
    .description('start an incident for an endpoint and follow it to its report')
    .argument('<endpoint>', 'SERVICE/ENDPOINT of the catalog, or "METHOD URL" whose host is in the catalog')
    .option('--symptom <text>', 'what was observed: "p95 900ms", "errors 12%", "rate 20/s"')
    .option('--budget <metric=value>', 'what it may cost: p95=250ms (repeatable; beats the catalog)', collectBudgets)
    .option('--script <file>', 'a k6 script of your own')
    .option('--profile <file>', 'a profile taken by someone else, instead of a capture')
    .option('--plan <file>', 'a query plan taken by someone else')
    .option('--duration <time>', 'judged part of the load, 10s to 24h', durationOption('--duration'))
    .option(
      '--rate <number>',
      'requests per second (open model)',
      numberOption('--rate', { minimum: 0.1, maximum: 100_000, whole: false, example: 60 }),
    )
    .option('--vus <number>', 'users (closed model)', numberOption('--vus', { minimum: 1, maximum: 50_000, whole: true, example: 20 }))
    .option('--report <file>', 'also write the report to FILE.md, FILE.json or FILE.html')
    .option('--detach', 'start it and return at once')
    .addHelpText('after', examples)
    .action(async (endpoint: string, flags: TriageFlags, command: Command) => triage(endpoint, flags, command));
}
