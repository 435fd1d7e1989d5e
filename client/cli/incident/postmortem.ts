import type { Command } from 'commander';
import { postmortemTemplates, type PostmortemTemplate } from '../../../report/postmortem/document.js';
import { RefusedError } from '../../../core/model/errors.js';
import { keepPostmortemUpdate } from '../../../workflows/command/messages.js';
import type { Actor } from '../../../core/command/incident/record-event.js';
import type { CommandClient } from '../../temporal/command-client.js';
import { tryReadCatalog } from '../command-context.js';
import { AnsweredError } from '../exit-code.js';
import { byOption } from '../incident-options.js';
import { choiceOption } from '../option-values.js';
import { importNotes, type ImportedNotes } from './import-notes.js';
import { actor, incidentId, withCommand } from './incident-access.js';
import { save } from '../document-file.js';
import { registerPostmortemBlocks } from './postmortem-blocks.js';
import { placeFor, writeDocument } from './postmortem-file.js';

interface Flags {
  by?: string;
  out?: string;
  template: PostmortemTemplate;
  fromNotes?: string;
}

function notesText(notes: ImportedNotes | null): string[] {
  if (notes === null) return [];
  return [
    `notes: ${notes.imported} added, ${notes.known} known already, ${notes.unparsed.length} lines not read`,
    ...notes.unparsed.map(({ line, text, why }) => `    line ${line}: ${why}: ${text}`),
  ];
}

/** Records that a postmortem was written. An incident that is over accepts nothing any more; the file is written all the same. */
async function tellOfPostmortem(incidents: CommandClient, id: string, path: string, by: Actor): Promise<void> {
  const request = { path: await incidents.keepText(path), by };
  await incidents.update(id, keepPostmortemUpdate, request).catch((error: unknown) => {
    if (!(error instanceof RefusedError)) throw error;
  });
}

async function postmortem(id: string, { out, template, fromNotes, ...flags }: Flags, command: Command): Promise<void> {
  await withCommand(command, async (incidents, context) => {
    const by = await actor(context, flags);
    const notes = fromNotes === undefined ? null : await importNotes(incidents, id, fromNotes, by);
    const status = await incidents.status(id);
    const { path, existing, foreign } = await placeFor(status, out, process.cwd());
    const { text, blocks, ...document } = writeDocument({ status, catalog: await tryReadCatalog(context), template }, existing);
    await save(path, text);
    await tellOfPostmortem(incidents, id, path, by);
    const edited = blocks.filter(({ state }) => state === 'edited').map((block) => block.id);
    context.print(
      { path, ...document, blocks, ...(notes === null ? {} : { notes }) },
      [
        `${id}: ${path}`,
        ...notesText(notes),
        ...(edited.length === 0 ? [] : [`edited by people and kept: ${edited.join(', ')}`]),
        ...document.lint.map((one) => `${one.line}: ${one.advice}\n    ${one.text}`),
      ].join('\n'),
    );
    if (foreign !== null)
      throw new AnsweredError(
        `expected the postmortem of ${id} at ${foreign}, got another file; it was not touched and ${path} written instead`,
        2,
      );
  });
}

/** What is written after an incident. */
export function registerPostmortem(group: Command): void {
  const writing = group
    .command('postmortem')
    .description('writes the postmortem from the record; what people edited in it stays')
    .argument(...incidentId)
    .option('--out <file>', 'default: postmortem-YYYY-MM-DD.md here')
    .option('--template <template>', postmortemTemplates.join(', '), choiceOption('--template', postmortemTemplates), 'both')
    .option('--from-notes <file>', 'adds the events of notes that were taken by hand first')
    .option(...byOption)
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder incident postmortem INC-2026-0302-001\n  $ perf-responder incident postmortem INC-2026-0302-001 --out review.md --json\n  $ perf-responder incident postmortem INC-2026-0302-001 --from-notes notes.txt --by alice',
    )
    .action(postmortem);
  registerPostmortemBlocks(writing);
}
