import { Option, type Command } from 'commander';
import { collectChanges, type CollectedChanges } from '../../../adapters/changes/collect-changes.js';
import { judgeChanges, type JudgedChange } from '../../../core/command/changes/change.js';
import { besideAnyWorker, contextOf } from '../command-context.js';
import { momentOption } from '../incident/moment-option.js';
import { interruptible } from '../terminal/interruptible.js';
import { durationOption } from '../option-values.js';
import { catalogAndServices, failOn, failOnOption, type FailOn } from './access.js';

interface ChangesFlags {
  since: number;
  onset?: string;
  failOn?: FailOn;
}

/** How exact a time is that a person typed. */
const typedUncertaintyMs = 60_000;

type Row = CollectedChanges['changes'][number] & Partial<Pick<JudgedChange, 'verdict' | 'why' | 'score'>>;

function textOf(changes: readonly Row[], sources: CollectedChanges['sources']): string {
  const rows = changes.map(({ at, service, kind, ref, title, by, source, why }) => {
    const who = by === null ? '' : `, ${by}`;
    const line = `${at.slice(0, 16).replace('T', ' ')}  ${(service ?? 'shared').padEnd(14)} ${kind.padEnd(9)} ${ref}  ${title} (${source}${who})`;
    return why === undefined ? line : `${line}\n                  ${why}`;
  });
  const told = sources.map(({ source, ok, detail }) => `${ok ? 'read     ' : 'not read '} ${source}: ${detail}`);
  return [...(rows.length === 0 ? ['no change found'] : rows), '', ...told].join('\n');
}

async function changes(service: string | undefined, flags: ChangesFlags, command: Command): Promise<void> {
  const context = await besideAnyWorker(contextOf(command));
  const { catalog, services } = await catalogAndServices(context, service);
  const toMs = Date.now();
  const fromMs = toMs - flags.since;
  context.wait('asking what changed');
  const found = await interruptible('stopped; nothing was changed', (signal) =>
    collectChanges({ catalog, services, fromMs, toMs, dataDirectory: context.dataDirectory, signal }),
  );
  const onset =
    flags.onset === undefined ? null : { atMs: Date.parse(flags.onset), uncertaintyMs: typedUncertaintyMs, services, dependencies: [] };
  const rows: Row[] = onset === null ? found.changes : judgeChanges(found.changes, onset);
  context.print({ since: new Date(fromMs).toISOString(), changes: rows, sources: found.sources }, textOf(rows, found.sources));
  failOn(
    flags.failOn,
    found.sources.map(({ ok }) => (ok ? 'ok' : 'warn')),
  );
}

/** `perf-responder changes` */
export function registerChanges(program: Command): void {
  program
    .command('changes')
    .description('what changed lately, from every source that the catalog has')
    .argument('[service]', 'one service of the catalog (default: all)')
    .addOption(new Option('--since <duration>', 'how far back').argParser(durationOption('--since')).default(2 * 3_600_000, '2h'))
    .option('--onset <time>', 'when the trouble began: rules out what came later, orders the rest', momentOption('--onset'))
    .option(...failOnOption)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder changes --since 2h\n  $ perf-responder changes shop --onset 2026-03-02T10:05Z --json',
    )
    .action(changes);
}
