/** One run of a runbook as a document: what was checked, done, undone and proven. */
import type { RunDocument } from '../../core/command/runbook/run-document.js';
import { minutes } from '../../core/command/postmortem/facts.js';
import { cell, list, moment, sections, table } from './markdown.js';

/** Commands and outputs are fenced; the fence must be longer than any inside them. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text.trimEnd()}\n${fence}`;
}

function steps({ steps: all, counts }: RunDocument): string {
  return all
    .map(({ n, title, state, command, output, tookMs, reason, approvals }) => {
      const told = [
        `**Step ${n}/${counts.total}**: ${cell(title)}`,
        ...(command === '' ? [] : [fenced(command)]),
        `Status: ${state.toUpperCase()}`,
        ...(reason === null ? [] : [`Reason: ${cell(reason)}`]),
        ...(tookMs === null ? [] : [`Duration: ${minutes(tookMs / 1000)}`]),
        ...(approvals.length === 0 ? [] : [`Approved by: ${approvals.map(({ person }) => cell(person)).join(', ')}`]),
        ...(output.trim() === '' ? [] : [`Output:\n\n${fenced(output)}`]),
      ];
      return told.join('\n\n');
    })
    .join('\n\n');
}

export function runDocumentText(run: RunDocument): string {
  const { runbook, target, executor, startedAt, endedAt, preflight, verification, rollback, counts, result, runId } = run;
  const head = [
    `## Runbook Execution: ${cell(runbook)}`,
    '',
    `**Runbook**: ${cell(runbook)} (${cell(runId)})`,
    `**Target**: ${cell(target)}`,
    `**Executor**: ${cell(executor)}`,
    `**Started**: ${moment(startedAt)}`,
  ].join('\n');
  const checks = preflight.map(({ title, verdict, detail }) => [cell(title), verdict.toUpperCase(), cell(detail)]);
  const seconds = endedAt === null ? null : (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  const undone = rollback.map(({ id, state, detail }) => `Rollback of ${cell(id)}: ${state}, ${cell(detail)}`);
  const summary = list(
    [
      ...[`Total Steps: ${counts.total}`, `Completed: ${counts.completed}`, `Skipped: ${counts.skipped}`, `Failed: ${counts.failed}`],
      `Duration: ${seconds === null ? 'not over yet' : minutes(seconds)}`,
      ...undone,
    ],
    '',
  );
  const body = sections([
    ['### Pre-Flight Checks', table(['Check', 'Status', 'Details'], checks, 'The runbook has none.')],
    ['### Execution Steps', steps(run)],
    ['### Execution Summary', `${summary}\n\n**Result**: ${result.toUpperCase()}`],
    [
      '### Post-Execution Verification',
      list(
        verification.map(({ id, verdict, detail }) => `${cell(id)}: ${verdict.toUpperCase()}, ${cell(detail)}`),
        'The runbook has none.',
      ),
    ],
  ]);
  return `${head}\n\n${body}\n`;
}
