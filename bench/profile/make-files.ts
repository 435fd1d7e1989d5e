import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { toPprof } from '../../core/profile/export/to-pprof.js';
import { createProfileBuilder, rootNode } from '../../core/profile/profile-builder.js';

/** A small generator of pseudo-random numbers (mulberry32): the same files in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Call {
  address: number;
  symbol: string;
  offset: number;
  dso: string;
}

const files = [
  '/usr/lib/x86_64-linux-gnu/libc.so.6',
  '/srv/shop/bin/server',
  '[kernel.kallsyms]',
  '/usr/lib/libstdc++.so.6.0.30',
  '/usr/lib/libpq.so.5',
  '/opt/runtime/libjvm.so',
];
const symbols = [
  'shop::cart::Cart<int>::total',
  'do_syscall_64',
  'tcp_sendmsg',
  'operator new',
  'handle_request',
  'parse_json',
  'main.(*Server).Handle',
];

/** Ways through a program of 4000 functions: a call tree, as real stacks are, in which siblings share their callers. */
function callPaths(count: number): Call[][] {
  const random = numbers(7);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const calls = Array.from({ length: 4000 }, (_, index): Call => {
    const offset = Math.floor(random() * 4096);
    return { address: Math.floor(random() * 2 ** 44) + offset, symbol: `${pick(symbols)}_${index}`, offset, dso: pick(files) };
  });
  const paths: Call[][] = [[pick(calls)]];
  while (paths.length < count) {
    const known = pick(paths);
    const depth = 8 + Math.floor(random() * 32);
    const shared = known.slice(0, Math.floor(random() * known.length) + 1);
    while (shared.length < depth) shared.push(pick(calls));
    paths.push(shared);
  }
  return paths;
}

const uniquePaths = 3000;

async function written(path: string, sizeBytes: number, nextPiece: (index: number) => string): Promise<number> {
  const out = createWriteStream(path);
  let size = 0;
  for (let index = 0; size < sizeBytes; index++) {
    const piece = nextPiece(index);
    size += piece.length;
    if (!out.write(piece)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return size / 1e6;
}

/** Text of `perf script` with offsets; the leaf of a sample is somewhere in its function, its callers are where they called. */
export function writePerfText(path: string, sizeBytes: number): Promise<number> {
  const random = numbers(11);
  const paths = callPaths(uniquePaths);
  const frame = ({ address, symbol, offset, dso }: Call): string =>
    `\t${address.toString(16).padStart(16)} ${symbol}+0x${offset.toString(16)} (${dso})\n`;
  return written(path, sizeBytes, (index) => {
    const stack = paths[Math.floor(random() ** 2 * paths.length)] ?? [];
    const lines = stack.map(frame).reverse();
    const leaf = stack.at(-1);
    if (leaf !== undefined) lines[0] = frame({ ...leaf, offset: Math.floor(random() * 4096) });
    return `server ${100 + (index % 10)}/${100 + (index % 60)} [00${index % 8}] ${(1000 + index * 0.0101).toFixed(6)}:   10101010 cpu-clock:u: \n${lines.join('')}\n`;
  });
}

/** Folded text with one line a sample, as profilers write it that do not add up. */
export function writeFolded(path: string, sizeBytes: number): Promise<number> {
  const random = numbers(13);
  const lines = callPaths(uniquePaths).map((stack) => stack.map(({ symbol }) => symbol).join(';'));
  return written(path, sizeBytes, () => `${lines[Math.floor(random() ** 2 * lines.length)] ?? ''} ${1 + Math.floor(random() * 9)}\n`);
}

/** A pprof of so many different stacks. */
export async function writePprof(path: string, samples: number): Promise<number> {
  const builder = createProfileBuilder();
  for (const stack of callPaths(samples)) {
    const node = stack.reduce(
      (at, { symbol, dso }) => builder.child(at, builder.frame({ name: symbol, module: dso, line: null })),
      rootNode,
    );
    builder.add(node, 10_000_000, 1);
  }
  const bytes = toPprof(builder.finish({ format: 'bench', kind: 'cpu', unit: 'nanoseconds', durationMs: 10_000, samplesKnown: true }));
  await writeFile(path, bytes);
  return bytes.length / 1e6;
}
