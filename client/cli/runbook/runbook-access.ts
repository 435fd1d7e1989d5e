import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { RunDocument } from '../../../core/command/runbook/run-document.js';
import type { RunbookClient } from '../../temporal/runbook-client.js';
import { besideWorker, connectFor, contextOf, storeFor, type CommandContext } from '../command-context.js';

export async function withRunbooks<T>(command: Command, work: (runs: RunbookClient, context: CommandContext) => Promise<T>): Promise<T> {
  const context = contextOf(command);
  const { createRunbookClient } = await import('../../temporal/runbook-client.js');
  const { client, close } = await connectFor(context);
  try {
    const located = await besideWorker(context, client);
    return await work(createRunbookClient(client, await storeFor(located)), located);
  } finally {
    await close();
  }
}

const pollEveryMs = 300;

/** Until an outcome, or until the run waits for a person. */
export async function followRun(runs: RunbookClient, context: CommandContext, runId: string): Promise<RunDocument> {
  for (;;) {
    const run = await runs.document(runId);
    if (run.result !== 'waiting' || run.waitsFor !== null) return run;
    const now = run.steps.find(({ state }) => state === 'pending' || state === 'running');
    context.wait(`${run.runbook}: ${now === undefined ? 'looking' : now.title}`);
    await delay(pollEveryMs);
  }
}
