import type { RunState } from '../../core/command/runbook/run-state.js';

const cell = (text: string): string => text.replaceAll(/[|\r\n]+/g, ' ').slice(0, 160);

/** The run in the Temporal Web UI. It shows commands as they were approved, and no outputs. */
export function boardOfRun(state: RunState): string {
  const { start, opened, wait, result } = state;
  const title = `**${start.runId}** ${opened === null ? start.file : opened.runbook.title}: ${result ?? (wait === null ? 'running' : 'waiting')}`;
  const waits = wait === null ? [] : [`Waits until ${wait.expiresAt} for ${cell(wait.text)}`];
  const rows = state.steps.map((step) => `| ${step.id} | ${step.state} | ${cell(step.reason ?? step.command)} |`);
  return [title, ...waits, '', '| step | state | |', '|---|---|---|', ...rows].join('\n');
}
