import { writeSync } from 'node:fs';
import { fuzz, type FuzzResult } from './run.js';
import { fuzzTargets } from './targets.js';
import type { Progress } from './watched.js';

// The process that `watched.ts` starts: `child.js READER SECONDS FIRST_SEED`, with a file at descriptor 3 that says where it is. A message would wait for
// the event loop, which an input that never ends does not come back to; a file holds what was written.

const progressFile = 3;
const [id, seconds, firstSeed] = process.argv.slice(2);
const target = fuzzTargets().find((one) => one.id === id);
if (target === undefined) throw new Error(`expected the id of a reader, got ${id ?? 'nothing'}`);

let longest = 0;
function write(progress: Progress): void {
  const text = JSON.stringify(progress).padEnd(longest);
  longest = text.length;
  writeSync(progressFile, text, 0);
}

const limits = { budget: { seconds: Number(seconds) }, firstSeed: Number(firstSeed), slowMs: 1500, memoryMb: 700 };
const result: FuzzResult = await fuzz(target, limits, (seed, soFar) => write({ seed, isDone: false, result: soFar }));
write({ seed: limits.firstSeed + result.inputs, isDone: true, result });
