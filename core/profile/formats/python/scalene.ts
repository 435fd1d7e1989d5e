// Scalene's JSON: percentages per line and function. https://github.com/plasma-umass/scalene/blob/master/scalene/scalene_json.py
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import { createProfileBuilder, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import type { ProfileFormat, ReadOptions } from '../format.js';
import { detectJson } from '../input/json-shape.js';
import { readJson } from '../input/whole-file.js';

export const scalene: ProfileFormat = {
  id: 'scalene',
  expects: 'Scalene JSON (`scalene run -o FILE`, `--json --outfile`)',
  tool: 'Scalene (tried with 2.4.0)',
  command: '`scalene run -o x.json SCRIPT`',
  exactness:
    'its stacks by time, where it has them, else shares per line; `--kind cpu` leaves out time in the system, `--kind alloc` ranks memory',
  detect: (head) =>
    detectJson(
      head,
      ({ paths }) => paths.has('files') && (paths.has('elapsed_time_sec') || paths.has('max_footprint_mb') || paths.has('alloc_samples')),
    ),
  read,
};

const rowSchema = z.object({
  line: z.string(),
  lineno: z.number(),
  start_function_line: z.number().nullish(),
  n_cpu_percent_python: z.number().default(0),
  n_cpu_percent_c: z.number().default(0),
  n_malloc_mb: z.number().default(0),
});
const fileSchema = z.object({
  elapsed_time_sec: z.number().default(0),
  files: z.record(z.string(), z.object({ functions: z.array(rowSchema).default([]), lines: z.array(rowSchema).default([]) })),
  /** Newer versions: stacks, root first, with their share of the time; it holds the time in the system, too. */
  stacks: z.array(z.tuple([z.array(z.string()), z.object({ count: z.number(), cpu_samples: z.number() })])).default([]),
});
type Row = z.infer<typeof rowSchema>;
type File = z.infer<typeof fileSchema>;

const bytesPerMb = 1024 * 1024;

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const parsed = fileSchema.safeParse(await readJson(source, 'scalene'));
  if (!parsed.success) throw new UnreadableInputError(`scalene: expected files with lines and functions. ${z.prettifyError(parsed.error)}`);
  const file = parsed.data;
  const isMemory = options.kind === 'alloc' || options.valueType === 'malloc';
  const seconds = file.elapsed_time_sec;
  const builder = createProfileBuilder();
  const hasStacks = !isMemory && options.kind !== 'cpu' && file.stacks.some(([, { cpu_samples }]) => cpu_samples > 0);
  if (hasStacks) addStacks(file, builder);
  else addLines(file, isMemory ? mallocBytes : (row) => (cpuPercent(row) / 100) * (seconds > 0 ? seconds : 1), builder);
  return builder.finish({
    format: 'scalene',
    kind: isMemory ? 'alloc' : (options.kind ?? (hasStacks ? 'wall' : 'cpu')),
    unit: isMemory ? 'bytes' : seconds > 0 ? 'seconds' : 'unknown',
    durationMs: seconds > 0 ? seconds * 1000 : null,
    samplesKnown: hasStacks,
  });
}

/** Frames are written `/srv/app.py load:12;`. */
function addStacks(file: File, builder: ProfileBuilder): void {
  const shares = file.stacks.reduce((sum, [, { cpu_samples }]) => sum + Math.max(0, cpu_samples), 0);
  const scale = file.elapsed_time_sec > 0 && shares > 0 ? file.elapsed_time_sec / shares : 1;
  for (const [stack, { count, cpu_samples }] of file.stacks) {
    const weight = Math.max(0, cpu_samples) * scale;
    let node = rootNode;
    let leafLine = 0;
    for (const text of stack) {
      const match = /^(.*) (\S+):(\d+);?$/.exec(text);
      const [, module = '', name = text, line = '0'] = match ?? [];
      node = builder.child(node, builder.frame({ name, module, line: null }));
      leafLine = Number(line);
    }
    if (node === rootNode) node = builder.child(rootNode, builder.frame({ name: '[unknown]', module: '', line: null }));
    builder.add(node, weight, count);
    if (leafLine > 0) builder.addLine(node, leafLine, weight);
  }
}

/** Without stacks the lines tell, each with the function it is in. */
function addLines(file: File, weightOf: (row: Row) => number, builder: ProfileBuilder): void {
  for (const [module, { functions, lines }] of Object.entries(file.files)) {
    const names = new Map(functions.map((row) => [row.lineno, row.line]));
    for (const row of lines.length > 0 ? lines : functions) {
      const start = lines.length > 0 ? (row.start_function_line ?? 0) : row.lineno;
      const name = names.get(start) ?? (start > 0 ? `line ${row.lineno}` : '<module>');
      const node = builder.child(rootNode, builder.frame({ name, module, line: start > 0 ? start : null }));
      builder.add(node, weightOf(row), 0);
      if (weightOf(row) > 0) builder.addLine(node, row.lineno, weightOf(row));
    }
  }
  builder.note('flat', 'Scalene tells shares per line and function, without stacks; native code counts where Python called it');
}

/** Time in the system (mostly waiting) is a column of its own and no CPU. */
function cpuPercent(row: Row): number {
  return Math.max(0, row.n_cpu_percent_python) + Math.max(0, row.n_cpu_percent_c);
}

function mallocBytes(row: Row): number {
  return Math.max(0, row.n_malloc_mb) * bytesPerMb;
}
