import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Command } from 'commander';
import { compileLittle } from '../../../adapters/artifacts/compile-little.js';
import { readProfileFile } from '../../../adapters/artifacts/profile-file.js';
import { UnreadableInputError } from '../../../core/model/errors.js';
import { count, duration } from '../../../core/model/figures.js';
import type { ProfileKind } from '../../../core/model/profile.js';
import { analyzeProfile } from '../../../core/profile/analyze-profile.js';
import { diffProfiles, type ProfileDiff } from '../../../core/profile/diff/diff-profiles.js';
import { diffTree } from '../../../core/profile/diff/diff-tree.js';
import { toFolded } from '../../../core/profile/export/to-folded.js';
import { toPprof } from '../../../core/profile/export/to-pprof.js';
import { toSpeedscope } from '../../../core/profile/export/to-speedscope.js';
import type { StackProfile } from '../../../core/profile/stack-profile.js';
import { summarizeProfile } from '../../../core/profile/summarize.js';
import { rateText, renderDiffSvg } from '../../../report/diff-flame.js';
import { contextOf } from '../command-context.js';
import { choiceOption, numberOption } from '../option-values.js';

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const exportFormats = ['speedscope', 'pprof', 'folded'] as const;
type ExportFormat = (typeof exportFormats)[number];

interface ProfileFlags {
  kind?: ProfileKind;
  valueType?: string;
  top: number;
  export?: ExportFormat;
  diff?: string;
  output?: string;
}

async function profile(file: string, flags: ProfileFlags, command: Command): Promise<void> {
  const { kind, valueType } = flags;
  const options = { ...(kind === undefined ? {} : { kind }), ...(valueType === undefined ? {} : { valueType }) };
  if (flags.export !== undefined && flags.diff !== undefined)
    throw new UnreadableInputError('analyze profile: expected --export or --diff, got both; give one of them');
  if (flags.output !== undefined && flags.export === undefined && flags.diff === undefined)
    throw new UnreadableInputError('analyze profile: expected --export or --diff with --output, got neither; say what to write');
  compileLittle();
  const read = await readProfileFile(file, options);
  if (flags.export !== undefined) await exportProfile(read, file, { format: flags.export, ...flags }, command);
  else if (flags.diff !== undefined) await compare(read, await readProfileFile(flags.diff, options), flags, command);
  else printAnalysis(read, flags.top, command);
}

function printAnalysis(read: StackProfile, top: number, command: Command): void {
  const analysis = analyzeProfile(summarizeProfile(read, { top }));
  const { format, total, unit, samples, quality, leaves, categories } = analysis;
  const text = [
    `format    ${format}, ${analysis.kind}, ${samples ?? 'unknown'} samples, ${totalText(total, unit)}`,
    `quality   ${quality.verdict}`,
    ...quality.checks.filter(({ ok }) => !ok).map(({ id, detail }) => `          ${id}: ${detail}`),
    ...leaves.map(
      ({ selfShare, ci, frame, category }) =>
        `${percent(selfShare).padStart(8)}  ${frame}  [${category}] (${percent(ci[0])} to ${percent(ci[1])})`,
    ),
    ...categories.map(({ category, share }) => `${percent(share).padStart(8)}  all of ${category}`),
  ];
  contextOf(command).print(analysis, text.join('\n'));
}

const milliseconds: Readonly<Record<string, number>> = { nanoseconds: 1e-6, microseconds: 1e-3, milliseconds: 1, seconds: 1000 };

/** Writes a time in the unit that people would choose, and any other total as it is. The JSON keeps the number of the file. */
function totalText(total: number, unit: string): string {
  const unitMs = milliseconds[unit];
  return unitMs === undefined ? `${count(Math.round(total))} ${unit}` : `${duration(total * unitMs)} in all`;
}

async function exportProfile(
  read: StackProfile,
  file: string,
  { format, output }: { format: ExportFormat; output?: string },
  command: Command,
): Promise<void> {
  const context = contextOf(command);
  if (context.isJson && output === undefined)
    throw new UnreadableInputError('analyze profile: expected --output FILE, for --json and --export both write to standard output');
  const bytes = await exported(read, file, format);
  if (output === undefined) {
    await new Promise<void>((resolve, reject) => process.stdout.write(bytes, (error) => (error == null ? resolve() : reject(error))));
    return;
  }
  await writeFile(output, bytes);
  context.print({ format, path: output, bytes: bytes.length }, `${format} written to ${output}`);
}

async function exported(read: StackProfile, file: string, format: ExportFormat): Promise<Buffer> {
  if (format === 'pprof') return promisify(gzip)(toPprof(read));
  const pieces = format === 'folded' ? toFolded(read) : toSpeedscope(read, basename(file));
  return Buffer.concat(Array.from(pieces, (piece) => Buffer.from(piece)));
}

async function compare(before: StackProfile, after: StackProfile, flags: ProfileFlags, command: Command): Promise<void> {
  const diff = diffProfiles(before, after);
  if (flags.output !== undefined) await writeFile(flags.output, renderDiffSvg(diffTree(before, after), diff.basis));
  const document = { ...diff, functions: diff.functions.slice(0, flags.top), flameGraph: flags.output ?? null };
  contextOf(command).print(document, diffText(diff, flags));
}

function diffText(diff: ProfileDiff, { top, output }: ProfileFlags): string {
  const { basis, before, after, functions } = diff;
  const side = ({ format, samples, rate, quality }: ProfileDiff['before']): string =>
    `${format}, ${samples ?? 'unknown'} samples, ${rateText(rate, basis)}, ${quality}`;
  return [
    `before    ${side(before)}`,
    `after     ${side(after)}`,
    `by        ${basis === 'share' ? 'share of the profile (a length or a time is missing)' : basis}`,
    `${'before'.padStart(12)}${'after'.padStart(12)}${'change'.padStart(12)}`,
    ...functions
      .slice(0, top)
      .map(
        (row) =>
          `${rateText(row.before.rate, basis).padStart(12)}${rateText(row.after.rate, basis).padStart(12)}${signed(row.change, basis).padStart(12)}  ${row.verdict.padEnd(7)}  ${row.frame}  [${row.category}]`,
      ),
    ...(output === undefined ? [] : [`flame graph (red grew, blue shrank) written to ${output}`]),
  ].join('\n');
}

function signed(change: number, basis: ProfileDiff['basis']): string {
  return `${change > 0 ? '+' : ''}${rateText(change, basis)}`;
}

const kinds = ['cpu', 'wall', 'off-cpu', 'lock', 'alloc', 'unknown'] as const;

export function registerAnalyzeProfile(analyze: Command): void {
  analyze
    .command('profile')
    .description('leaves by self share with intervals, categories, and whether the profile proves anything')
    .argument('<file>', 'folded stacks, pprof, .cpuprofile, perf script and more')
    .option('--kind <kind>', kinds.join(', '), choiceOption('--kind', kinds))
    .option('--value-type <name>', 'which value of several to rank, e.g. cpu, alloc_space')
    .option('--top <number>', 'leaves to list', numberOption('--top', { minimum: 1, maximum: 10_000, whole: true, example: 10 }), 25)
    .option('--export <format>', `print it as ${exportFormats.join(', ')} (pprof gzipped)`, choiceOption('--export', exportFormats))
    .option('--diff <file>', 'a later capture: what grew and what shrank, as rates')
    .option('--output <file>', 'where --export writes, or --diff its flame graph (SVG, red grew, blue shrank)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder analyze profile out.folded\n  $ perf-responder analyze profile heap.pb.gz --kind alloc --value-type alloc_space --top 10 --json\n  $ perf-responder analyze profile perf.txt --export pprof --output perf.pb.gz\n  $ perf-responder analyze profile before.pb.gz --diff after.pb.gz --output diff.svg',
    )
    .action(profile);
}
