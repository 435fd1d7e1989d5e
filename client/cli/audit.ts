/** `perf-responder audit`: what this host did to the world, by whom, and how it ended. */
import { existsSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { UnreadableInputError } from '../../core/model/errors.js';
import { auditedActions, type AuditEntry } from '../../core/model/audit.js';
import { contextOf } from './command-context.js';
import { printable } from './terminal/printable.js';

interface AuditFlags {
  incident?: string;
  action?: string;
}

function line({ at, action, state, target, who, what, result }: AuditEntry): string {
  return printable([at, action, state, target, `by ${who}`, what.slice(0, 160), result ?? ''].filter(Boolean).join('  '));
}

async function audit(flags: AuditFlags, command: Command): Promise<void> {
  const context = contextOf(command);
  const { readAuditLog } = await import('../../adapters/artifacts/audit-log.js');
  // An empty answer from the wrong folder would look like a clean record.
  if (!existsSync(context.dataDirectory))
    throw new UnreadableInputError(
      `audit: expected the data folder of a worker, got ${context.dataDirectory}, which is not there; name it with --data`,
    );
  const all = await readAuditLog(context.dataDirectory);
  const entries = all.filter(
    (entry) =>
      (flags.incident === undefined || entry.subject.includes(flags.incident)) &&
      (flags.action === undefined || entry.action === flags.action),
  );
  context.print({ entries }, entries.length === 0 ? 'nothing was done from this data folder' : entries.map(line).join('\n'));
}

export function registerAudit(program: Command): void {
  program
    .command('audit')
    .description('what the workers of this host did: loads, profiles, SQL, undos, notifications, steps of runbooks')
    .option('--incident <id>', 'only on behalf of this incident (or a part of its id)')
    .addOption(new Option('--action <name>', 'only acts of this kind').choices(auditedActions))
    .addHelpText('after', '\nExamples:\n  $ perf-responder audit\n  $ perf-responder audit --action sql --json')
    .action(audit);
}
