// The Firefox Profiler's processed format: Firefox itself, samply (Linux, macOS, Windows) and vernier (Ruby) write it.
// https://github.com/firefox-devtools/profiler/blob/main/src/types/profile.ts and docs-developer/CHANGELOG-formats.md
import { z } from 'zod';
import { UnreadableInputError } from '../../../model/errors.js';
import type { Frame, ProfileKind } from '../../../model/profile.js';
import { percent } from '../../../model/figures.js';
import { createProfileBuilder, rootNode, type ProfileBuilder } from '../../profile-builder.js';
import type { StackProfile } from '../../stack-profile.js';
import type { ProfileFormat, ReadOptions } from '../format.js';
import { detectJson } from '../input/json-shape.js';
import { readJson } from '../input/whole-file.js';
import { firefoxFrame } from './firefox-frames.js';

export const firefoxProfile: ProfileFormat = {
  id: 'firefox-profile',
  expects: 'Firefox Profiler JSON (Firefox, samply, vernier)',
  tool: 'Firefox, samply (tried with 0.13.1), Vernier (processed format, tables per thread or shared)',
  command: '`samply record --save-only`, `vernier run --output`, Save in profiler.firefox.com',
  exactness:
    'exact; all threads in one ranking; CPU or wall clock by the CPU time of the samples. samply leaves native names to the browser: load it there and save it, or libraries stand for them',
  detect: (head) =>
    detectJson(
      head,
      ({ paths }) =>
        paths.has('meta') &&
        (paths.has('threads[].samples') || paths.has('threads[].stackTable') || paths.has('meta.preprocessedProfileVersion')),
    ),
  read,
};

const numbers = z.array(z.number());
const sparse = z.array(z.number().nullable());
const tablesSchema = z.object({
  stackTable: z.object({ frame: numbers, prefix: sparse, category: sparse.optional() }),
  frameTable: z.object({ func: numbers, line: sparse.optional(), category: sparse.optional() }),
  funcTable: z.object({
    name: numbers,
    fileName: sparse.optional(),
    source: sparse.optional(),
    lineNumber: sparse.optional(),
    resource: sparse.optional(),
    isJS: z.array(z.boolean()).optional(),
  }),
  resourceTable: z.object({ name: numbers }).optional(),
  sources: z.object({ filename: sparse }).optional(),
  stringArray: z.array(z.string()),
});
const threadSchema = z.object({
  name: z.string().default(''),
  samples: z.object({
    stack: sparse,
    weight: sparse.nullish(),
    weightType: z.string().nullish(),
    time: sparse.optional(),
    timeDeltas: sparse.optional(),
    threadCPUDelta: sparse.nullish(),
  }),
});
const fileSchema = z.object({
  meta: z.object({
    product: z.string().default(''),
    interval: z.number().default(0),
    categories: z.array(z.object({ name: z.string() })).default([]),
  }),
  shared: z.unknown().optional(),
  threads: z.array(z.record(z.string(), z.unknown())).min(1),
});
type Tables = z.infer<typeof tablesSchema>;
type Thread = z.infer<typeof threadSchema>;

async function read(source: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<StackProfile> {
  const file = fileSchema.safeParse(await readJson(source, 'firefox profile'));
  if (!file.success) throw new UnreadableInputError(`firefox profile: expected meta and threads. ${z.prettifyError(file.error)}`);
  const { meta, shared, threads } = file.data;
  const builder = createProfileBuilder();
  const types = new Set<string>();
  const offCpu: OffCpu = { known: 0, off: 0 };
  let spanMs = 0;
  let read = 0;
  let isTimeless = true;
  for (const raw of threads) {
    const { thread, tables } = threadOf(raw, shared);
    if (thread.samples.stack.length === 0) continue;
    read++;
    types.add(thread.samples.weightType ?? 'samples');
    if (types.size > 1)
      throw new UnreadableInputError(`firefox profile: expected threads of one unit, got ${[...types].join(' and ')}. Export one thread.`);
    const idle = meta.categories.findIndex((category) => category.name === 'Idle');
    addThread(thread, tables, idle, builder);
    spanMs = Math.max(spanMs, spanOf(thread));
    isTimeless &&= thread.samples.stack.length > 1 && thread.samples.time?.every((time) => time === 0) === true;
    countOffCpu(thread, offCpu);
  }
  if (read > 1) builder.note('threads', `${read} threads in one ranking`);
  // Vernier calls the bytes of retained objects samples; they alone were taken at no time.
  const [type = 'samples'] = isVernier(meta.product) && isTimeless ? ['bytes'] : types;
  const kind = kindOf(type, meta.product, offCpu);
  if (kind === 'wall' && offCpu.off > 0 && !isByTheClock(meta.product))
    builder.note('off-cpu', `${percent(offCpu.off / offCpu.known)} of the samples were taken while their thread did not run`);
  return builder.finish({
    format: 'firefox-profile',
    kind: options.kind ?? kind,
    unit: type === 'samples' ? 'samples' : type === 'bytes' ? 'bytes' : type === 'tracing-ms' ? 'milliseconds' : 'unknown',
    durationMs: spanMs > 0 ? spanMs : null,
    samplesKnown: type === 'samples',
  });
}

/** Weight whose CPU time is told, and how much of it had none. */
interface OffCpu {
  known: number;
  off: number;
}

/** samply gives the samples of a thread that did not run a CPU time of zero. */
function countOffCpu({ samples }: Thread, sums: OffCpu): void {
  for (const [index, cpu] of (samples.threadCPUDelta ?? []).entries()) {
    const weight = samples.weight?.[index] ?? 1;
    if (cpu === null || (samples.stack[index] ?? null) === null) continue;
    sums.known += weight;
    if (cpu === 0) sums.off += weight;
  }
}

/** A thread's first sample has no time before it: so few without CPU time say nothing. */
const fewOffCpu = 0.01;

/** Firefox and Vernier sample by the clock; samply does too, or on the CPU: the CPU time of the samples tells. */
function kindOf(weightType: string, product: string, { known, off }: OffCpu): ProfileKind {
  if (weightType === 'bytes') return 'alloc';
  if (isByTheClock(product)) return 'wall';
  if (known === 0) return 'unknown';
  return off / known > fewOffCpu ? 'wall' : 'cpu';
}

function isByTheClock(product: string): boolean {
  return /^(?:Firefox|Fenix|Thunderbird)/.test(product) || isVernier(product);
}

function isVernier(product: string): boolean {
  return product.startsWith('Ruby/Vernier');
}

/** Until version 55 every thread has its own tables, since then they are shared. */
function threadOf(raw: Record<string, unknown>, shared: unknown): { thread: Thread; tables: Tables } {
  const thread = threadSchema.safeParse(raw);
  const common = typeof shared === 'object' && shared !== null ? shared : {};
  const strings = raw['stringTable'];
  const tables = tablesSchema.safeParse({ ...common, ...(Array.isArray(strings) ? { stringArray: strings } : {}), ...raw });
  if (thread.success && tables.success) return { thread: thread.data, tables: tables.data };
  const samples = raw['samples'];
  if (typeof samples === 'object' && samples !== null && 'schema' in samples) {
    throw new UnreadableInputError(
      'firefox profile: expected the processed format, got the raw one of Gecko. Load it in profiler.firefox.com and save it from there.',
    );
  }
  const error = thread.success ? tables.error : thread.error;
  throw new UnreadableInputError(
    `firefox profile: expected threads with samples, stackTable, frameTable and funcTable. ${error === undefined ? '' : z.prettifyError(error).slice(0, 400)}`,
  );
}

function addThread({ samples }: Thread, tables: Tables, idleCategory: number, builder: ProfileBuilder): void {
  const nodes = stackNodes(tables, builder);
  const unknown = builder.child(rootNode, builder.frame({ name: '[unknown]', module: '', line: null }));
  const isIdle = (stack: number): boolean => {
    const category = tables.stackTable.category?.[stack] ?? tables.frameTable.category?.[tables.stackTable.frame[stack] ?? -1];
    return idleCategory >= 0 && category === idleCategory;
  };
  for (const [index, stack] of samples.stack.entries()) {
    const weight = samples.weight?.[index] ?? 1;
    if (weight < 0)
      throw new UnreadableInputError(
        `firefox profile: expected weights that are not negative, got ${weight}. A difference of two is not read.`,
      );
    // A sample without a stack: the thread was not yet, or no longer, there.
    if (stack === null) continue;
    if (isIdle(stack)) builder.addIdle(weight, weight);
    else builder.add(nodes[stack] ?? unknown, weight, weight);
  }
}

/** A stack names its prefix, which comes before it in the table. */
function stackNodes(tables: Tables, builder: ProfileBuilder): number[] {
  const frames = tables.funcTable.name.map((_, id) => {
    const frame = functionFrame(tables, id);
    return builder.frame(frame, `${frame.name}\u0000${frame.module}\u0000${frame.line ?? 0}`);
  });
  const funcOf = (stack: number): number => tables.frameTable.func[tables.stackTable.frame[stack] ?? -1] ?? -1;
  const idOf = (stack: number): number | undefined => frames[funcOf(stack)];
  const nodes: number[] = [];
  for (const [index, frame] of tables.stackTable.frame.entries()) {
    const prefix = tables.stackTable.prefix[index] ?? null;
    const parent = prefix === null ? rootNode : nodes[prefix];
    const func = tables.frameTable.func[frame] ?? -1;
    const id = frames[func];
    if (parent === undefined || id === undefined) {
      throw new UnreadableInputError(
        `firefox profile: expected stack ${index} to follow its prefix and to name a function. Is the file complete?`,
      );
    }
    // samply writes the function of a script once more above its compiled code.
    const isSaidTwice =
      prefix !== null && idOf(prefix) === id && tables.funcTable.isJS?.[funcOf(prefix)] === true && tables.funcTable.isJS[func] === false;
    nodes.push(isSaidTwice ? parent : builder.child(parent, id));
  }
  return nodes;
}

function functionFrame(tables: Tables, id: number): Frame {
  const { funcTable, stringArray, resourceTable, sources } = tables;
  const text = (index: number | null | undefined): string => (index === null || index === undefined ? '' : (stringArray[index] ?? ''));
  return firefoxFrame({
    name: text(funcTable.name[id]),
    file: text(funcTable.fileName?.[id] ?? sources?.filename[funcTable.source?.[id] ?? -1]),
    resource: text(resourceTable?.name[funcTable.resource?.[id] ?? -1]),
    line: funcTable.lineNumber?.[id] ?? null,
  });
}

function spanOf({ samples }: Thread): number {
  if (samples.timeDeltas !== undefined) return samples.timeDeltas.reduce<number>((sum, delta) => sum + Math.max(0, delta ?? 0), 0);
  const times = (samples.time ?? []).filter((time) => time !== null);
  return Math.max(0, (times.at(-1) ?? 0) - (times[0] ?? 0));
}
