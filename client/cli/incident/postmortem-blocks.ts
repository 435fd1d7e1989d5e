/** `incident postmortem diff|accept`: what people changed in a postmortem, compared with what the record says now. */
import type { Command } from 'commander';
import type { BlockDifference } from '../../../core/command/postmortem/blocks.js';
import { RefusedError } from '../../../core/model/errors.js';
import type { PostmortemTemplate } from '../../../report/postmortem/document.js';
import { tryReadCatalog } from '../command-context.js';
import { save } from '../document-file.js';
import { incidentId, withCommand } from './incident-access.js';
import { differencesOf, placeFor, writeDocument, type PostmortemOrder } from './postmortem-file.js';

/** The options of `incident postmortem` apply to both, wherever they are written. */
interface Flags {
  out?: string;
  template: PostmortemTemplate;
}

interface Opened extends PostmortemOrder {
  path: string;
  existing: string;
  differences: BlockDifference[];
}

async function withPostmortem(
  id: string,
  command: Command,
  work: (opened: Opened, print: (document: unknown, text: string) => void) => Promise<void>,
): Promise<void> {
  const { out, template }: Flags = command.optsWithGlobals();
  await withCommand(command, async (incidents, context) => {
    const status = await incidents.status(id);
    const { path, existing } = await placeFor(status, out, process.cwd());
    if (existing === null)
      throw new RefusedError(`expected the postmortem of ${id} at ${path}, found none; write it with: incident postmortem ${id}`);
    const order = { status, catalog: await tryReadCatalog(context), template };
    await work({ ...order, path, existing, differences: differencesOf(order, existing) }, context.print);
  });
}

function textOf({ id, state, lines }: BlockDifference): string {
  const head = `${id}: ${state}${lines.length === 0 ? ', and the record has nothing newer' : ''}`;
  return [head, ...lines.map((line) => `    ${line}`)].join('\n');
}

async function diff(id: string, only: string | undefined, _flags: unknown, command: Command): Promise<void> {
  await withPostmortem(id, command, ({ path, differences }, print) => {
    if (only !== undefined) refuseUnchanged([only], differences);
    const blocks = differences.filter((one) => only === undefined || one.id === only);
    print({ path, blocks }, blocks.length === 0 ? `${path}: as it was written` : [path, ...blocks.map(textOf)].join('\n'));
    return Promise.resolve();
  });
}

function refuseUnchanged(wanted: readonly string[], differences: readonly BlockDifference[]): void {
  const unknown = wanted.filter((id) => !differences.some((one) => one.id === id));
  if (unknown.length === 0) return;
  const changed = differences.map(({ id }) => id).join(', ') || 'none is';
  throw new RefusedError(
    `expected blocks that people changed (${changed}), got ${unknown.join(', ')}; incident postmortem diff ID lists them`,
  );
}

async function accept(id: string, wanted: string[], _flags: unknown, command: Command): Promise<void> {
  await withPostmortem(id, command, async ({ path, existing, differences, ...order }, print) => {
    refuseUnchanged(wanted, differences);
    const { text, blocks, sections } = writeDocument(order, existing, wanted);
    await save(path, text);
    print({ path, accepted: wanted, sections, blocks }, `${path}: ${wanted.join(', ')} as the record has it now`);
  });
}

export function registerPostmortemBlocks(group: Command): void {
  group
    .command('diff')
    .description('what people changed in the postmortem, beside what the record says now; changes nothing')
    .argument(...incidentId)
    .argument('[block]', 'only this block')
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder incident postmortem diff INC-2026-0302-001\n  $ perf-responder incident postmortem diff INC-2026-0302-001 timeline --json',
    )
    .action(diff);
  group
    .command('accept')
    .description('takes the text of the record for blocks that people changed or deleted')
    .argument(...incidentId)
    .argument('<block...>', 'blocks, as diff lists them')
    .addHelpText('after', '\nExamples:\n  $ perf-responder incident postmortem accept INC-2026-0302-001 timeline')
    .action(accept);
}
