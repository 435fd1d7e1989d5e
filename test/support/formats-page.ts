import type { ForeignFile } from '../../core/profile/formats/foreign-file.js';
import type { ProfileFormat } from '../../core/profile/formats/format.js';
import type { LoadFileFormat } from '../../core/load/formats/format.js';
import type { PlanFormat } from '../../core/database/plan-formats/format.js';

interface Refused {
  name: string;
  remedy: string;
}

export interface FormatRegistries {
  profiles: readonly ProfileFormat[];
  plans: readonly PlanFormat[];
  loads: readonly LoadFileFormat[];
  foreignProfiles: readonly ForeignFile[];
  foreignLoads: readonly Refused[];
  /** Databases whose plans are recognised and not read. */
  foreignPlans: readonly string[];
}

/** `docs/formats.md`, from what the registries say of themselves. */
export function renderFormatsPage(registries: FormatRegistries): string {
  const { profiles, plans, loads, foreignProfiles, foreignLoads, foreignPlans } = registries;
  return [
    '# What is read, and what is refused',
    '',
    'This page is made from the registries of formats: `npx vitest run test/report/formats-page.test.ts -u` writes it, a test says when it is old.',
    '',
    '- The format is found from the content, never from the name of the file alone. Files packed with gzip are unpacked; `-` is standard input.',
    '- A file is read whole, or refused with what was expected, what came and what to do. What is left out of a file that is read is told and counted; above a small share the file is refused.',
    '- A profile that was pasted is read without what stands around it (one block of code, quotes, the prefix of a log on every line, colours, prompts) where nothing can be read from the file as it is; a note says so.',
    '- Of several kinds of measurement in one file one is ranked, the others are named: `--kind` and `--value-type` choose.',
    '',
    '## Profiles: `analyze profile FILE`, `--profile FILE`',
    '',
    ...table(
      ['format', 'what', 'written by', 'how to get one', 'how exact'],
      profiles.map(({ id, expects, tool, command, exactness }) => [`\`${id}\``, expects, tool, command, exactness]),
    ),
    '',
    '### Refused by name',
    '',
    ...table(
      ['file', 'written by', 'what to do'],
      foreignProfiles.map(({ name, from, remedy }) => [name, from, remedy]),
    ),
    '',
    'Any other JSON is refused with its keys, any other text with its first line. What only resembles a profile (access logs, CSV, metrics) is none.',
    '',
    '## Query plans: `analyze plan FILE`, `--plan FILE`',
    '',
    ...table(
      ['format', 'engine', 'written by', 'versions', 'how to get one', 'how exact'],
      plans.map(({ id, engine, tool, versions, advice, exactness }) => [`\`${id}\``, engine, tool, versions, advice, exactness]),
    ),
    '',
    `Refused by name, with where to read them: ${foreignPlans.join(', ')}.`,
    '',
    '## Load results: `analyze load FILE`',
    '',
    ...table(
      ['format', 'what', 'written by', 'how to get one', 'how exact'],
      loads.map(({ id, expects, tool, command, exactness }) => [`\`${id}\``, expects, tool, command, exactness]),
    ),
    '',
    '### Refused by name',
    '',
    ...table(
      ['file', 'what to do'],
      foreignLoads.map(({ name, remedy }) => [name, remedy]),
    ),
    '',
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** A bar ends a cell, and a line break its row. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
}
