import type { Typed } from '../command-context.js';
import type { RunDocument } from '../../../core/command/runbook/run-document.js';

const marks: Record<string, string> = {
  completed: '✓',
  skipped: '–',
  failed: '✗',
  'rolled-back': '↺',
  'rollback-failed': '✗',
  unknown: '?',
  waiting: '…',
};

function lines(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .slice(0, 12)
    .map((line) => `      ${line}`);
}

function waitLines({ runId, waitsFor }: RunDocument, typed: Typed): string[] {
  if (waitsFor === null) return [];
  const { kind, step, text, allows, approvals, needed, expiresAt } = waitsFor;
  const option = step === null ? '' : ` --step ${step}`;
  return [
    '',
    `waits for a person (${kind}${needed > 1 ? `, ${approvals.length} of ${needed}` : ''}) until ${expiresAt}`,
    ...lines(text),
    ...allows.map((answer) => `  ${typed(`runbook ${answer} ${runId}${option} --by NAME`)}`),
  ];
}

export function runText(run: RunDocument, typed: Typed): string {
  const checks = (title: string, rows: { id: string; verdict: string; detail: string }[]): string[] =>
    rows.length === 0 ? [] : [title, ...rows.map(({ id, verdict, detail }) => `  ${verdict.padEnd(5)} ${id}  ${detail}`)];
  const steps = run.steps.flatMap(({ n, title, state, command, output, reason }) => [
    `  ${marks[state] ?? ' '} ${n}. ${title} [${state}]`,
    ...(command === '' ? [] : lines(`$ ${command}`)),
    ...(output.trim() === '' ? [] : lines(output)),
    ...(reason === null ? [] : lines(reason)),
  ]);
  return [
    `${run.runbook}: ${run.result}  (${run.runId}, by ${run.executor}, snapshot ${run.hash.slice(0, 12)})`,
    ...(run.lost === undefined ? [] : [`LOST: its workflow was ${run.lost.how} at ${run.lost.at}; what was done by then was not undone`]),
    ...checks('Pre-flight', run.preflight),
    ...(steps.length === 0 ? [] : ['Steps', ...steps]),
    ...(run.rollback.length === 0
      ? []
      : ['Rollback', ...run.rollback.map(({ id, state, detail }) => `  ${state.padEnd(6)} ${id}  ${detail}`)]),
    ...checks('Verification', run.verification),
    ...waitLines(run, typed),
  ].join('\n');
}
