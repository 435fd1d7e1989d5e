/**
 * `npm run fuzz [-- --seconds 600 --jobs 2 --only profile:pprof --seed 1 --keep DIR]`: damages good files of every reader, each in a process of its own, for so many
 * seconds of processor time. Only results that keep their promises, or UnreadableInputError; memory bounded, no quadratic time, no input that never ends. Exit
 * code 1 with a finding; `--keep` writes its input to a folder.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inputOf } from './fuzz/run.js';
import type { FuzzTarget } from './fuzz/target.js';
import { fuzzTargets } from './fuzz/targets.js';
import { fuzzWatched } from './fuzz/watched.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    jobs: { type: 'string', default: '1' },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string' },
  },
});
const child = fileURLToPath(new URL('./fuzz/child.js', import.meta.url));
const all = fuzzTargets();
const waiting = all.filter(({ id }) => values.only === undefined || id.includes(values.only));
if (waiting.length === 0)
  throw new Error(`expected a reader, got --only ${values.only ?? ''}; there are ${all.map(({ id }) => id).join(', ')}`);

let findings = 0;
async function take(target: FuzzTarget): Promise<void> {
  // A reader that asks for more memory than this has no bound.
  const program = ['--max-old-space-size=2048', '--expose-gc', child, target.id, values.seconds, values.seed];
  const result = await fuzzWatched({ program, id: target.id, firstSeed: Number(values.seed), endMs: 120_000 });
  findings += result.findings.length;
  const told = `${result.inputs} inputs of ${target.seeds.length} files, ${result.read} read, slowest ${result.slowestMs.toFixed(0)} ms`;
  console.log(`${result.id.padEnd(28)} ${told}, ${result.findings.length} findings`);
  for (const { seed, what } of result.findings) {
    console.log(`  seed ${seed}: ${what}`);
    if (values.keep === undefined) continue;
    mkdirSync(values.keep, { recursive: true });
    writeFileSync(join(values.keep, `${result.id.replace(':', '-')}-${seed}.bin`), inputOf(target, seed));
  }
}

console.log(`${waiting.length} readers, ${values.seconds} s of processor time each, ${values.jobs} at a time`);
const lanes = Array.from({ length: Number(values.jobs) }, async () => {
  for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) await take(target);
});
await Promise.all(lanes);
console.log(findings === 0 ? 'no findings' : `${findings} findings`);
process.exitCode = findings > 0 ? 1 : 0;
