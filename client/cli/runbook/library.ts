import type { Command } from 'commander';
import { stepKindOf } from '../../../adapters/runbook-steps/registry.js';
import { parseRunbook } from '../../../config/runbook/read-runbook.js';
import { effectiveRisk } from '../../../core/command/runbook/check-runbook.js';
import { approvalsByRisk, type Runbook } from '../../../core/command/runbook/runbook.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { contextOf, tryReadCatalog } from '../command-context.js';
import { AnsweredError } from '../exit-code.js';
import { findRunbook, findRunbooks, listRunbooks } from '../../../config/runbook/find-runbook.js';

async function list(_: unknown, command: Command): Promise<void> {
  const context = contextOf(command);
  const listed = await listRunbooks(await tryReadCatalog(context));
  const rows = listed.map(({ path, isShipped, runbook, problem }) => ({
    name: runbook?.name ?? null,
    title: runbook?.title ?? null,
    service: runbook?.service ?? null,
    risk: runbook === null ? null : effectiveRisk(runbook, stepKindOf),
    params: Object.keys(runbook?.params ?? {}),
    path,
    isShipped,
    problem,
  }));
  const text = rows.map(({ name, title, risk, params, path, problem }) =>
    problem === null
      ? `${name ?? ''}  ${title ?? ''}  [${risk ?? ''}]  ${params.join(', ')}`
      : `${path}: cannot be read; runbook lint says why`,
  );
  context.print({ runbooks: rows }, text.join('\n'));
}

function shown(runbook: Runbook): string {
  const params = Object.entries(runbook.params).map(
    ([name, { type, default: value, description }]) =>
      `  ${name} (${type}${value === null ? '' : `, default ${value}`})  ${description ?? ''}`,
  );
  const section = (title: string, steps: Runbook['steps']): string[] =>
    steps.length === 0
      ? []
      : [
          title,
          ...steps.map(
            (step, index) => `  ${index + 1}. ${step.title} [${step.action.kind}]${step.rollback === null ? '' : ', can be undone'}`,
          ),
        ];
  const risk = effectiveRisk(runbook, stepKindOf);
  return [
    `${runbook.name}: ${runbook.title}`,
    `service ${runbook.service}, risk ${risk}: ${approvalsByRisk[risk]} approvals`,
    ...(params.length === 0 ? [] : ['Parameters', ...params]),
    ...section('Pre-flight', runbook.preflight),
    ...section('Steps', runbook.steps),
    ...section('Verification', runbook.postcheck),
  ].join('\n');
}

async function show(wanted: string, _: unknown, command: Command): Promise<void> {
  const context = contextOf(command);
  const { path, text } = await findRunbook(wanted, await tryReadCatalog(context));
  const runbook = parseRunbook(text, path);
  context.print({ path, ...runbook, risk: effectiveRisk(runbook, stepKindOf) }, shown(runbook));
}

async function lint(wanted: string[], _: unknown, command: Command): Promise<void> {
  const context = contextOf(command);
  const catalog = await tryReadCatalog(context);
  const files =
    wanted.length === 0 ? await listRunbooks(catalog) : (await Promise.all(wanted.map((one) => findRunbooks(one, catalog)))).flat();
  const rows = files.map(({ path, text }) => {
    try {
      return { path, name: parseRunbook(text, path).name, problem: null };
    } catch (error) {
      if (error instanceof UnreadableInputError) return { path, name: null, problem: error.message };
      throw error;
    }
  });
  context.print({ runbooks: rows }, rows.map(({ path, problem }) => problem ?? `${path}: good`).join('\n'));
  const broken = rows.filter(({ problem }) => problem !== null).length;
  if (broken > 0) throw new AnsweredError(`${broken} of ${rows.length} runbooks cannot be read`, 2);
}

export function registerLibrary(group: Command): void {
  group
    .command('list')
    .description('runbooks of the catalog, and those that come with the product')
    .addHelpText('after', '\nExamples:\n  $ perf-responder runbook list')
    .action(list);
  group
    .command('show')
    .description('what a runbook does')
    .argument('<file|name>', 'a file, or a name that runbook list shows')
    .addHelpText('after', '\nExamples:\n  $ perf-responder runbook show restart-service')
    .action(show);
  group
    .command('lint')
    .description('checks runbooks without running them; every problem with its line')
    .argument('[file|folder|name...]', 'default: all that runbook list shows')
    .addHelpText('after', '\nExamples:\n  $ perf-responder runbook lint ops/restart.yaml\n  $ perf-responder runbook lint ops/')
    .action(lint);
}
