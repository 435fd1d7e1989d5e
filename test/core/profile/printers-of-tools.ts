// Random programs as the files of other tools; each after what that tool wrote for a real program (fixtures/profiles), or after its definition.
import { message, type Field } from './protobuf-message.js';

/** A stack, root first, with the samples that ended in it. */
export interface SampledStack {
  names: string[];
  samples: number;
}

interface Node {
  name: string;
  own: number;
  total: number;
  children: Node[];
}

function treeOf(stacks: readonly SampledStack[]): Node {
  const root: Node = { name: 'total', own: 0, total: 0, children: [] };
  for (const { names, samples } of stacks) {
    let node = root;
    node.total += samples;
    for (const name of names) {
      const known = node.children.find((child) => child.name === name);
      const child = known ?? { name, own: 0, total: 0, children: [] };
      if (known === undefined) node.children.push(child);
      child.total += samples;
      node = child;
    }
    node.own += samples;
  }
  return root;
}

const allNames = (stacks: readonly SampledStack[]): string[] => [...new Set(stacks.flatMap(({ names }) => names))];
const samplesIn = (stacks: readonly SampledStack[]): number => stacks.reduce((sum, { samples }) => sum + samples, 0);

function austin(stacks: readonly SampledStack[]): string {
  const lines = stacks.map(
    ({ names, samples }) => `P42;T7;${names.map((name) => `/srv/app.py:${name}:${name.length}`).join(';')} ${samples * 10_000}\n`,
  );
  return `# austin: 3.6.0\n# interval: 10000\n# mode: cpu\n\n${lines.join('')}`;
}

function asyncProfiler(stacks: readonly SampledStack[]): string {
  const suffixes = ['_[j]', '_[i]', '_[0]', '_[1]'];
  const frame = (name: string, depth: number): string => `com/shop/Cart.${name}${depth === 0 ? '_[j]' : suffixes[name.length % 4]}`;
  return stacks.map(({ names, samples }) => `[http-worker tid=12];${names.map(frame).join(';')} ${samples}\n`).join('');
}

function stackprofJson(stacks: readonly SampledStack[]): string {
  const names = allNames(stacks);
  const frames = names.map((name, id) => [String(1000 + id), { name, file: '/srv/app.rb', line: 3, total_samples: 1, samples: 1 }]);
  return JSON.stringify({
    version: 1.2,
    mode: 'wall',
    interval: 1000,
    samples: samplesIn(stacks),
    gc_samples: 0,
    missed_samples: 0,
    frames: Object.fromEntries(frames) as unknown,
    raw: stacks.flatMap(({ names: stack, samples }) => [stack.length, ...stack.map((name) => 1000 + names.indexOf(name)), samples]),
  });
}

function jfrPrinted(stacks: readonly SampledStack[]): string {
  const frame = (name: string) => ({ method: { name, type: { name: 'com/shop/Cart' } }, lineNumber: 7, type: 'JIT compiled' });
  let at = 0;
  const events = stacks.flatMap(({ names, samples }) =>
    Array.from({ length: samples }, () => ({
      type: 'jdk.ExecutionSample',
      values: {
        startTime: new Date(1_700_000_000_000 + 20 * at++).toISOString(),
        state: 'STATE_RUNNABLE',
        stackTrace: { truncated: false, frames: names.map(frame).reverse() },
      },
    })),
  );
  return JSON.stringify({ recording: { events } });
}

/** In the layout of samples before version 1.10, or since: values moved from field 2 to field 4. */
function otlp(stacks: readonly SampledStack[], layout: '1.9' | '1.10'): Uint8Array {
  const names = allNames(stacks);
  const strings = ['', 'cpu', 'nanoseconds', '/srv/app', ...names];
  const dictionary = message(
    [1, message()],
    [1, message([4, 3])],
    [2, message()],
    ...names.map((_, index): Field => [2, message([1, 1], [3, message([1, index + 1], [2, 10])])]),
    [3, message()],
    ...names.map((_, index): Field => [3, message([1, index + 4])]),
    [4, message()],
    ...strings.map((text): Field => [5, text]),
    [6, message()],
    [6, message()],
    [7, message()],
    ...stacks.map(({ names: stack }): Field => [7, message([1, stack.map((name) => names.indexOf(name) + 1).reverse()])]),
  );
  const samples = stacks.map(({ samples: count }, index): Field => {
    const weight = count * 10_000_000;
    return [
      2,
      layout === '1.9'
        ? message([1, index + 1], [2, [weight]], [3, [1]], [4, 0])
        : message([1, index + 1], [2, [1]], [3, 0], [4, [weight]]),
    ];
  });
  const profile = message([1, message([1, 1], [2, 2])], ...samples, [4, 2_000_000_000]);
  return message([1, message([1, message()], [2, message([2, profile])])], [2, dictionary]);
}

/** Levels of (offset from the end of the one before, total, own, name). */
function flamebearer(stacks: readonly SampledStack[]): string {
  const root = treeOf(stacks);
  const names = ['total', ...allNames(stacks)];
  const levels: number[][] = [];
  let row: { node: Node; at: number }[] = [{ node: root, at: 0 }];
  while (row.length > 0) {
    let end = 0;
    levels.push(
      row.flatMap(({ node, at }) => {
        const offset = at - end;
        end = at + node.total;
        return [offset, node.total, node.own, node === root ? 0 : names.indexOf(node.name, 1)];
      }),
    );
    row = row.flatMap(({ node, at }) => {
      let from = at + node.own;
      return node.children.map((child) => {
        from += child.total;
        return { node: child, at: from - child.total };
      });
    });
  }
  return JSON.stringify({
    version: 1,
    flamebearer: { names, levels, numTicks: root.total, maxSelf: root.total },
    metadata: { format: 'single', units: 'samples', name: 'process_cpu', sampleRate: 100 },
  });
}

function firefox(stacks: readonly SampledStack[]): string {
  const names = allNames(stacks);
  const table: { frame: number[]; prefix: (number | null)[] } = { frame: [], prefix: [] };
  const ends = stacks.map(({ names: stack }) =>
    stack.reduce<number | null>((prefix, name) => {
      table.frame.push(names.indexOf(name));
      table.prefix.push(prefix);
      return table.frame.length - 1;
    }, null),
  );
  const stack = stacks.flatMap(({ samples }, index) => new Array<number | null>(samples).fill(ends[index] ?? null));
  return JSON.stringify({
    meta: { product: 'shop', interval: 1, preprocessedProfileVersion: 50, categories: [{ name: 'Other' }] },
    threads: [
      {
        name: 'main',
        samples: { stack, timeDeltas: stack.map(() => 1), weight: null, weightType: 'samples' },
        stackTable: { ...table, category: table.frame.map(() => 0) },
        frameTable: { func: names.map((_, index) => index) },
        funcTable: { name: names.map((_, index) => index), fileName: names.map(() => names.length), lineNumber: names.map(() => 1) },
        stringArray: [...names, 'app.js'],
      },
    ],
  });
}

function bpftrace(stacks: readonly SampledStack[]): string {
  const entries = stacks.map(
    ({ names, samples }) =>
      `@[\n${names
        .map((name, depth) => `    ${name}+${depth + 1}\n`)
        .reverse()
        .join('')}]: ${samples}\n`,
  );
  return `Attaching 1 probe...\n\n${entries.join('')}\n`;
}

function macosSample(stacks: readonly SampledStack[]): string {
  const lines: string[] = [];
  const write = (node: Node, depth: number): void => {
    lines.push(`    +${' '.repeat(1 + 2 * depth)}${node.total} ${node.name}  (in shop) + 60  [0x100003f3c]`);
    for (const child of node.children) write(child, depth + 1);
  };
  const root = treeOf(stacks);
  for (const child of root.children) write(child, 0);
  const graph = [`    ${root.total} Thread_1234   DispatchQueue_1: com.apple.main-thread  (serial)`, ...lines].join('\n');
  return `Analysis of sampling shop (pid 123) every 1 millisecond\nProcess:         shop [123]\n\nCall graph:\n${graph}\n\nTotal number in stack (recursive counted multiple, when >=5):\n\nSort by top of stack, same collapsed (when >= 5):\n        x  (in shop)        300\n`;
}

function spans(stacks: readonly SampledStack[]): string {
  let ts = 0;
  const events = stacks.flatMap(({ names, samples }) => {
    const event = (ph: string) => (name: string) => ({ name, ph, pid: 1, tid: 1, ts });
    const begins = names.map(event('B'));
    ts += samples * 100;
    return [...begins, ...names.toReversed().map(event('E'))];
  });
  return JSON.stringify({ traceEvents: events });
}

function goroutines(stacks: readonly SampledStack[]): string {
  const entries = stacks.map(({ names, samples }, index) => {
    const frames = names.map((name, depth) => `#\t0x${(4096 + depth).toString(16)}\tmain.${name}+0x24\tshop/main.go:${depth + 1}\n`);
    return `${samples} @ ${names.map((_, depth) => `0x${(4096 + depth + index * 64).toString(16)}`).join(' ')}\n${frames.reverse().join('')}\n`;
  });
  return `goroutine profile: total ${samplesIn(stacks)}\n${entries.join('')}`;
}

export const printersOfTools: Record<string, (stacks: readonly SampledStack[]) => string | Uint8Array> = {
  'austin, with module, function and line': austin,
  'async-profiler, folded with its suffixes': asyncProfiler,
  'StackProf, as JSON with raw stacks': stackprofJson,
  '`jfr print --json`': jfrPrinted,
  'OTLP in the layout of 1.9': (stacks) => otlp(stacks, '1.9'),
  'OTLP in the layout of 1.10': (stacks) => otlp(stacks, '1.10'),
  'a flamebearer of Pyroscope': flamebearer,
  'a profile of Firefox or samply': firefox,
  'a map of bpftrace': bpftrace,
  'a report of macOS sample': macosSample,
  'spans of a trace': spans,
  'a goroutine dump': goroutines,
};
