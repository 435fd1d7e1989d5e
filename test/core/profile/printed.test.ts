import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readProfileBytes } from '../../../adapters/artifacts/profile-file.js';
import { toPprof } from '../../../core/profile/export/to-pprof.js';
import { toSpeedscope } from '../../../core/profile/export/to-speedscope.js';
import { createProfileBuilder, rootNode } from '../../../core/profile/profile-builder.js';
import { stackFrames, type StackProfile } from '../../../core/profile/stack-profile.js';
import { printersOfTools, type SampledStack as Stack } from './printers-of-tools.js';

const periodNs = 10_000_000;
const intervalUs = 1000;
const names = fc.constantFrom('main', 'handle', 'load', 'parse', 'render', 'sum', 'query', 'encode', 'hot', 'walk');
const programs = fc.array(fc.record({ names: fc.array(names, { minLength: 1, maxLength: 6 }), samples: fc.integer({ min: 1, max: 9 }) }), {
  minLength: 1,
  maxLength: 12,
});

/** Share of each function's own samples. */
function ownShares(stacks: readonly Stack[]): Map<string, number> {
  const total = stacks.reduce((sum, { samples }) => sum + samples, 0);
  const shares = new Map<string, number>();
  for (const { names: stack, samples } of stacks) {
    const leaf = stack.at(-1) ?? '';
    shares.set(leaf, (shares.get(leaf) ?? 0) + samples / total);
  }
  return shares;
}

function ownSharesOf(profile: StackProfile): Map<string, number> {
  const shares = new Map<string, number>();
  for (let node = 1; node < profile.parents.length; node++) {
    const own = profile.self[node] ?? 0;
    // Names of Java and Go are given with their class or package.
    const leaf = (stackFrames(profile, node).at(-1)?.name ?? '').replace(/^.*\./, '');
    if (own > 0) shares.set(leaf, (shares.get(leaf) ?? 0) + own / profile.total);
  }
  return shares;
}

/** Every sample by itself, in turns, as a sampler meets them. */
function* samplesOf(stacks: readonly Stack[]): Generator<{ names: string[]; at: number }> {
  let at = 0;
  for (let round = 0; round < 9; round++)
    for (const { names: stack, samples } of stacks) if (round < samples) yield { names: stack, at: at++ };
}

function perfText(stacks: readonly Stack[], { time = true, period = true, event = true, end = '\n' } = {}): string {
  const samples = [...samplesOf(stacks)].map(({ names: stack, at }) => {
    const header = `server 12/13 [001]${time ? ` ${(100 + at / 100).toFixed(6)}:` : ''}${period ? ` ${periodNs}` : ''}${event ? ' cpu-clock:u: ' : ''}`;
    const frames = stack.map(
      (name, depth) => `\t${(4096 + depth * 64 + name.length).toString(16).padStart(16)} ${name}+0x${at.toString(16)} (/srv/app)`,
    );
    return [header, ...frames.reverse(), ''].join(end);
  });
  return samples.join(end) + end;
}

function folded(stacks: readonly Stack[], suffix = ''): string {
  return stacks.map(({ names: stack, samples }) => `${stack.map((name) => name + suffix).join(';')} ${samples}\n`).join('');
}

interface V8Node {
  id: number;
  callFrame: { functionName: string; scriptId: string; url: string; lineNumber: number; columnNumber: number };
  children: number[];
}

function v8(stacks: readonly Stack[]): { nodes: V8Node[]; samples: number[]; timeDeltas: number[]; startTime: number; endTime: number } {
  const frame = (name: string) => ({
    functionName: name,
    scriptId: '1',
    url: name === '(root)' ? '' : 'file:///srv/app.js',
    lineNumber: name.length,
    columnNumber: 0,
  });
  const nodes: V8Node[] = [{ id: 1, callFrame: frame('(root)'), children: [] }];
  const child = (parent: V8Node, name: string): V8Node => {
    const known = nodes.find(({ id, callFrame }) => parent.children.includes(id) && callFrame.functionName === name);
    if (known !== undefined) return known;
    const made = { id: nodes.length + 1, callFrame: frame(name), children: [] };
    nodes.push(made);
    parent.children.push(made.id);
    return made;
  };
  const root = nodes[0] as V8Node;
  const samples = [...samplesOf(stacks)].map(({ names: stack }) => stack.reduce(child, root).id);
  return {
    nodes,
    samples,
    timeDeltas: samples.map((_, index) => (index === 0 ? 0 : intervalUs)),
    startTime: 0,
    endTime: samples.length * intervalUs,
  };
}

function chromeTrace(stacks: readonly Stack[]): unknown[] {
  const { nodes, samples, timeDeltas } = v8(stacks);
  const parentOf = new Map(nodes.flatMap(({ id, children }) => children.map((child) => [child, id] as const)));
  const event = { cat: 'disabled-by-default-v8.cpu_profiler', pid: 1, tid: 2, id: '0x1' };
  const half = Math.ceil(samples.length / 2);
  const chunk = (from: number, to: number, withNodes: boolean) => ({
    ...event,
    ph: 'P',
    name: 'ProfileChunk',
    ts: from + 1,
    args: {
      data: {
        cpuProfile: {
          ...(withNodes
            ? { nodes: nodes.map(({ id, callFrame }) => ({ id, callFrame, ...(parentOf.has(id) ? { parent: parentOf.get(id) } : {}) })) }
            : {}),
          samples: samples.slice(from, to),
        },
        timeDeltas: timeDeltas.slice(from, to),
      },
    },
  });
  return [
    { ...event, ph: 'P', name: 'Profile', ts: 0, args: { data: { startTime: 0 } } },
    chunk(0, half, true),
    chunk(half, samples.length, false),
    { ...event, ph: 'P', name: 'ProfileChunk', ts: 9e6, args: { data: { endTime: samples.length * intervalUs } } },
  ];
}

function built(stacks: readonly Stack[]): StackProfile {
  const builder = createProfileBuilder();
  for (const { names: stack, samples } of stacks) {
    const node = stack.reduce((at, name) => builder.child(at, builder.frame({ name, module: '/srv/app', line: null })), rootNode);
    builder.add(node, samples * periodNs, samples);
  }
  return builder.finish({ format: 'test', kind: 'cpu', unit: 'nanoseconds', durationMs: 1000, samplesKnown: true });
}

function evented(stacks: readonly Stack[]): string {
  const all = [...new Set(stacks.flatMap(({ names: stack }) => stack))];
  let at = 0;
  const events = stacks.flatMap(({ names: stack, samples }) => {
    const open = stack.map((name) => ({ type: 'O', frame: all.indexOf(name), at }));
    at += samples;
    return [...open, ...stack.toReversed().map((name) => ({ type: 'C', frame: all.indexOf(name), at }))];
  });
  return JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    shared: { frames: all.map((name) => ({ name })) },
    profiles: [{ type: 'evented', name: 'p', unit: 'milliseconds', startValue: 0, endValue: at, events }],
  });
}

const printers: Record<string, (stacks: readonly Stack[]) => string | Uint8Array> = {
  'perf text': (stacks) => perfText(stacks),
  'perf text without time': (stacks) => perfText(stacks, { time: false }),
  'perf text without period': (stacks) => perfText(stacks, { period: false }),
  'perf text with CRLF': (stacks) => perfText(stacks, { end: '\r\n' }),
  'perf text of one-sample chunks without a last empty line': (stacks) => perfText(stacks).trimEnd(),
  'folded text': (stacks) => folded(stacks),
  'folded text with a line a sample': (stacks) => folded([...samplesOf(stacks)].map(({ names: stack }) => ({ names: stack, samples: 1 }))),
  'folded text with CRLF and comments': (stacks) => `# made by hand\r\n${folded(stacks).replaceAll('\n', '\r\n')}`,
  '.cpuprofile': (stacks) => JSON.stringify(v8(stacks)),
  '.cpuprofile in the answer of the inspector': (stacks) => JSON.stringify({ id: 4, result: { profile: v8(stacks) } }),
  'a Chrome trace as an array': (stacks) => JSON.stringify(chromeTrace(stacks)),
  'a Chrome trace as an object': (stacks) => JSON.stringify({ traceEvents: chromeTrace(stacks) }),
  'a Chrome trace without its end': (stacks) => JSON.stringify(chromeTrace(stacks)).slice(0, -1),
  pprof: (stacks) => toPprof(built(stacks)),
  'speedscope, sampled': (stacks) => [...toSpeedscope(built(stacks), 'p')].join(''),
  'speedscope, evented': evented,
};

describe('a random program, printed as', () => {
  it.each(Object.entries({ ...printers, ...printersOfTools }))('%s, is read as what it was, packed or not', async (_, print) => {
    await fc.assert(
      fc.asyncProperty(programs, fc.boolean(), async (stacks, isPacked) => {
        const text = print(stacks);
        const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
        const shares = ownSharesOf(await readProfileBytes(isPacked ? gzipSync(bytes) : bytes));
        const wanted = ownShares(stacks);
        expect([...shares.keys()].sort()).toEqual([...wanted.keys()].sort());
        for (const [name, share] of wanted) expect(shares.get(name) ?? NaN, name).toBeCloseTo(share, 9);
      }),
      { numRuns: 25 },
    );
  });
});
