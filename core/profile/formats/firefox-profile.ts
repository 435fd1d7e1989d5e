// The Firefox Profiler's processed format: Firefox itself, samply (Linux, macOS, Windows) and vernier (Ruby) write it.
// https://github.com/firefox-devtools/profiler/blob/main/src/types/profile.ts and docs-developer/CHANGELOG-formats.md
import { z } from 'zod';
import { UnreadableInputError } from '../../model/errors.js';
import type { Frame, ProfileKind } from '../../model/profile.js';
import { createProfileBuilder, rootNode, type ProfileBuilder } from '../profile-builder.js';
import type { StackProfile } from '../stack-profile.js';
import type { ProfileFormat, ReadOptions } from './format.js';
import { detectJson } from './input/json-shape.js';
import { readJson } from './input/whole-file.js';

export const firefoxProfile: ProfileFormat = {
  id: 'firefox-profile',
  expects: 'Firefox Profiler JSON (Firefox, samply, vernier)',
  tool: 'Firefox, samply, vernier (processed format, tables per thread or shared)',
  command: '`samply record --save-only`, `vernier run --output`, Save in profiler.firefox.com',
  exactness:
    'exact; all threads in one ranking. samply leaves names to the browser: load it there and save it, or its libraries are all that is told',
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
  let spanMs = 0;
  let read = 0;
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
  }
  if (read > 1) builder.note('threads', `${read} threads in one ranking`);
  const [type = 'samples'] = types;
  return builder.finish({
    format: 'firefox-profile',
    kind: options.kind ?? kindOf(type, meta.product),
    unit: type === 'samples' ? 'samples' : type === 'bytes' ? 'bytes' : type === 'tracing-ms' ? 'milliseconds' : 'unknown',
    durationMs: spanMs > 0 ? spanMs : null,
    samplesKnown: type === 'samples',
  });
}

/** Firefox and vernier sample by the clock; samply does too, or on the CPU: its file does not tell. */
function kindOf(weightType: string, product: string): ProfileKind {
  if (weightType === 'bytes') return 'alloc';
  return /^(?:Firefox|Fenix|Thunderbird|Ruby\/Vernier)/.test(product) ? 'wall' : 'unknown';
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
  const nodes: number[] = [];
  for (const [index, frame] of tables.stackTable.frame.entries()) {
    const prefix = tables.stackTable.prefix[index] ?? null;
    const parent = prefix === null ? rootNode : nodes[prefix];
    const id = frames[tables.frameTable.func[frame] ?? -1];
    if (parent === undefined || id === undefined) {
      throw new UnreadableInputError(
        `firefox profile: expected stack ${index} to follow its prefix and to name a function. Is the file complete?`,
      );
    }
    nodes.push(builder.child(parent, id));
  }
  return nodes;
}

function functionFrame(tables: Tables, id: number): Frame {
  const { funcTable, stringArray, resourceTable, sources } = tables;
  const text = (index: number | null | undefined): string => (index === null || index === undefined ? '' : (stringArray[index] ?? ''));
  const file = text(funcTable.fileName?.[id] ?? sources?.filename[funcTable.source?.[id] ?? -1]);
  const resource = text(resourceTable?.name[funcTable.resource?.[id] ?? -1]);
  const name = text(funcTable.name[id]);
  const isAddress = /^0x[0-9a-f]+$/.test(name);
  // samply leaves names to the browser: an address is no name, so its library stands for it.
  return {
    name: isAddress && resource !== '' ? `[${resource}]` : name,
    module: file === '' ? resource : file,
    line: isAddress ? null : (funcTable.lineNumber?.[id] ?? null),
  };
}

function spanOf({ samples }: Thread): number {
  if (samples.timeDeltas !== undefined) return samples.timeDeltas.reduce<number>((sum, delta) => sum + Math.max(0, delta ?? 0), 0);
  const times = (samples.time ?? []).filter((time) => time !== null);
  return Math.max(0, (times.at(-1) ?? 0) - (times[0] ?? 0));
}
